// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { snapshotDocument } from '../documents/snapshot-document.ts';
import type { SolidityProof } from '../proving/formats/proof-file.ts';
import { requireSignable, type PublishedLedger } from './admission.ts';
import { requireAgreement } from './agreement.ts';
import { attested, bySigner, type Attestation } from './attestation.ts';
import type { FeedState } from './feed-state.ts';
import type { PeerAnswer } from './peers.ts';
import { gatherReports, type MedianDesk } from './median-round.ts';
import { medianRequest, withMedians } from './medians.ts';
import { AlreadySigned, type SigningMemory } from './signing-memory.ts';

/** What a signer is made of; everything outside of it can be replaced. */
export interface SignerNode {
  readonly chainId: bigint;
  readonly marketFeed: string;
  readonly signer: string;
  readonly memory: SigningMemory;
  readonly peers: readonly string[];
  /** How far a price may be from the last accepted one, in 1/100 of 1 %. */
  readonly maxMoveBps: (state: FeedState) => bigint;
  /** How far a peer's prices may be from those read here, in 1/100 of 1 %. */
  readonly toleranceBps: bigint;
  readonly readState: () => Promise<FeedState>;
  /** The document of a minute as this signer's own sources have it. */
  readonly make: (time: bigint, state: FeedState) => Promise<string>;
  readonly ledgerAt: (time: bigint) => Promise<PublishedLedger | undefined>;
  readonly sign: (document: string) => Promise<string>;
  readonly ask: (url: string, proposal: Attestation) => Promise<PeerAnswer>;
  readonly isSigner: (address: string) => Promise<boolean>;
  /** Of a feed that asks for proofs of medians. */
  readonly medians?: MedianDesk | undefined;
  readonly submit: (attestation: Attestation, proof?: SolidityProof) => Promise<void>;
  readonly note: (line: string) => void;
}

async function signed(node: SignerNode, time: bigint, document: string): Promise<Attestation> {
  const { chainId, marketFeed, signer } = node;
  return node.memory.signOnce(time, document, async () => ({
    chainId,
    marketFeed,
    document,
    signatures: [{ signer, signature: await node.sign(document) }],
  }));
}

function merged(one: Attestation, other: Attestation): Attestation {
  const known = new Map(
    [...one.signatures, ...other.signatures].map((entry) => [entry.signer, entry]),
  );
  return { ...one, signatures: [...known.values()].sort(bySigner) };
}

function requireOurs({ chainId, marketFeed }: SignerNode, proposal: Attestation): void {
  if (proposal.chainId === chainId && proposal.marketFeed === marketFeed) return;
  throw new PlimsollError('ANOTHER_FEED', 'the proposal is for another chain or feed');
}

/**
 * Signs what a peer proposes, if every rule holds, a signer of the quorum proposed it and its prices
 * are near those read here. Throws what is wrong with it.
 */
export async function answerProposal(
  node: SignerNode,
  proposal: Attestation,
): Promise<Attestation> {
  requireOurs(node, proposal);
  const { snapshot } = attested(proposal.document);
  const held = node.memory.of(snapshot.time);
  if (held !== undefined && held.document !== proposal.document) {
    throw new AlreadySigned(snapshot.time, held);
  }
  const [proposer] = proposal.signatures;
  if (proposer === undefined || !(await node.isSigner(proposer.signer))) {
    throw new PlimsollError('UNKNOWN_SIGNER', 'nobody of the quorum has signed the proposal');
  }
  const state = await node.readState();
  const ledger = await node.ledgerAt(snapshot.time);
  requireSignable(snapshot, state, node.maxMoveBps(state), ledger);
  const own = attested(await node.make(snapshot.time, state));
  requireAgreement(snapshot, own.snapshot, node.toleranceBps, state.marginInputs);
  return signed(node, snapshot.time, proposal.document);
}

export type RoundOutcome = 'submitted' | 'already there' | 'too few signatures';

/**
 * One minute of a signer whose turn it is: makes the document, or takes up the one it has signed
 * already, gathers signatures and submits; of a gated feed with the medians of what sources report and
 * the proof of them. Throws `SnapshotRefused` where its own market breaks a rule, and what
 * `gatherReports` throws.
 */
export async function proposeMinute(node: SignerNode, time: bigint): Promise<RoundOutcome> {
  const state = await node.readState();
  if (state.latestTime >= time) return 'already there';
  const { medians } = node;
  const reports = medians && (await gatherReports(medians, time, node.note));
  const held = node.memory.of(time);
  let proposal = held;
  if (proposal === undefined) {
    const own = await node.make(time, state);
    const document =
      reports === undefined
        ? own
        : JSON.stringify(snapshotDocument(withMedians(attested(own).snapshot, reports)));
    const { snapshot } = attested(document);
    requireSignable(snapshot, state, node.maxMoveBps(state), await node.ledgerAt(time));
    proposal = await signed(node, time, document);
  }
  // Proven while the others look at it.
  const proven =
    medians && reports
      ? medians.prove(
          medianRequest(
            attested(proposal.document).snapshot,
            medians.sources,
            reports,
            medians.place,
          ),
        )
      : Promise.resolve(undefined);
  proven.catch(() => undefined);
  const answers = await Promise.all(
    node.peers.map(async (url) => [url, await node.ask(url, proposal)] as const),
  );
  let gathered = proposal;
  for (const [url, answer] of answers) {
    if (answer.kind === 'refused') node.note(`${url} did not sign: ${answer.reason}`);
    else if (answer.attestation.document === gathered.document) {
      gathered = merged(gathered, answer.attestation);
    } else node.note(`${url} signed another document of ${time}`);
  }
  const ofQuorum = await Promise.all(
    gathered.signatures.map(async (entry) => ((await node.isSigner(entry.signer)) ? [entry] : [])),
  );
  const signatures = ofQuorum.flat();
  if (BigInt(signatures.length) < state.threshold) return 'too few signatures';
  await node.submit({ ...gathered, signatures }, await proven);
  return 'submitted';
}

/**
 * How many others come before a signer in a minute: the order turns by one each minute, so that a
 * signer that is down costs the others a little of one minute in n, and nobody proposes alone.
 */
export function rankAt(time: bigint, signer: string, signers: readonly string[]): number {
  const ordered = [...signers].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
  const place = ordered.indexOf(signer);
  const first = Number((time / 60n) % BigInt(ordered.length));
  return (place - first + ordered.length) % ordered.length;
}
