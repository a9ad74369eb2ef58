// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { formatAttestation, parseAttestation, type Attestation } from './attestation.ts';
import { AlreadySigned } from './signing-memory.ts';

const PATH = '/snapshots';
/** A document of twelve slices an underlying is below 10 kB, each signature below 200 bytes. */
const MAX_BODY_BYTES = 65_536;
const TIMEOUT_MILLISECONDS = 5_000;

/** What another signer says to a proposal. */
export type PeerAnswer =
  | { readonly kind: 'signed'; readonly attestation: Attestation }
  /** It has signed another document of that minute, which is given. */
  | { readonly kind: 'other'; readonly attestation: Attestation }
  | { readonly kind: 'refused'; readonly reason: string };

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
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

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (proposal: Attestation) => Promise<Attestation>,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== PATH) return reply(response, 404, '{}');
  try {
    const proposal = parseAttestation(await bodyOf(request), 'proposal');
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

/** Listens for proposals of other signers; `failed` hears of what went wrong here. */
export async function listenForProposals(
  host: string,
  port: number,
  answer: (proposal: Attestation) => Promise<Attestation>,
  failed: (error: unknown) => void,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    serve(request, response, answer).catch(failed);
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

/** Shows a peer a proposal. Never throws: a peer that does not answer refuses. */
export async function askPeer(url: string, proposal: Attestation): Promise<PeerAnswer> {
  try {
    const response = await fetch(new URL(PATH, url), {
      method: 'POST',
      body: formatAttestation(proposal),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    const text = await response.text();
    if (response.status === 200 || response.status === 409) {
      const attestation = parseAttestation(text, url);
      return { kind: response.status === 200 ? 'signed' : 'other', attestation };
    }
    return { kind: 'refused', reason: `${response.status} ${text.slice(0, 200)}` };
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
}
