// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { InvalidInput, PlimsollError, reasonOf } from '../core/errors.ts';
import { formatAttestation, parseAttestation, type Attestation } from './attestation.ts';
import { formatReport, parseReport, type PublishedReport } from './price-report.ts';
import { AlreadySigned } from './signing-memory.ts';

const PATH = '/snapshots';
const REPORT_PATH = /^\/reports\/([1-9][0-9]{0,11})$/;
/** A document of twelve slices an underlying is below 10 kB, each signature below 200 bytes. */
const MAX_BODY_BYTES = 65_536;
const TIMEOUT_MILLISECONDS = 5_000;

/** What another signer says to a proposal. */
export type PeerAnswer =
  | { readonly kind: 'signed'; readonly attestation: Attestation }
  /** It has signed another document of that minute, which is given. */
  | { readonly kind: 'other'; readonly attestation: Attestation }
  | { readonly kind: 'refused'; readonly reason: string };

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new InvalidInput('body', 'is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}

interface Answers {
  readonly answer: (proposal: Attestation) => Promise<Attestation>;
  readonly report: ((time: bigint) => Promise<PublishedReport>) | undefined;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, report }: Answers,
): Promise<void> {
  const [, minute] = REPORT_PATH.exec(request.url ?? '') ?? [];
  const isProposal = request.method === 'POST' && request.url === PATH;
  const isQuestion = request.method === 'GET' && minute !== undefined && report !== undefined;
  if (!isProposal && !isQuestion) return reply(response, 404, '{}');
  try {
    if (isQuestion) return reply(response, 200, formatReport(await report(BigInt(minute))));
    const proposal = parseAttestation(await textOf(request), 'proposal');
    reply(response, 200, formatAttestation(await answer(proposal)));
  } catch (error) {
    if (error instanceof AlreadySigned && error.held !== undefined) {
      return reply(response, 409, formatAttestation(error.held));
    }
    // What is not the proposal's fault is told to nobody but the operator.
    const known = error instanceof PlimsollError;
    reply(response, known ? 422 : 500, JSON.stringify({ error: known ? error.message : 'failed' }));
    if (!known) throw error;
  }
}

/**
 * Listens for proposals of other signers and, of a source, for who wants its report of a minute;
 * `failed` hears of what went wrong here.
 */
export async function listenForProposals(
  host: string,
  port: number,
  answer: (proposal: Attestation) => Promise<Attestation>,
  failed: (error: unknown) => void,
  report?: (time: bigint) => Promise<PublishedReport>,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    serve(request, response, { answer, report }).catch(failed);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The report of a minute from who signs it or passes it on. Throws why there is none. */
export async function askReport(url: string, time: bigint): Promise<PublishedReport> {
  const response = await fetch(new URL(`/reports/${time}`, url), {
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  const text = response.body === null ? '' : await textOf(response.body);
  if (response.status === 200) return parseReport(text, url);
  throw new PlimsollError('NO_REPORT', `${response.status} ${text.slice(0, 200)}`);
}

/** Shows a peer a proposal. Never throws: a peer that does not answer refuses. */
export async function askPeer(url: string, proposal: Attestation): Promise<PeerAnswer> {
  try {
    const response = await fetch(new URL(PATH, url), {
      method: 'POST',
      body: formatAttestation(proposal),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const text = response.body === null ? '' : await textOf(response.body);
    if (response.status === 200 || response.status === 409) {
      const attestation = parseAttestation(text, url);
      return { kind: response.status === 200 ? 'signed' : 'other', attestation };
    }
    return { kind: 'refused', reason: `${response.status} ${text.slice(0, 200)}` };
  } catch (error) {
    return { kind: 'refused', reason: reasonOf(error) };
  }
}
