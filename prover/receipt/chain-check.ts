// SPDX-License-Identifier: GPL-3.0-or-later
import { Interface, ZeroAddress, encodeBytes32String } from 'ethers';

import { isLocalChain } from '../chain/local-chain.ts';
import type { Receipt, ReceiptKey, ReceiptProof } from './document.ts';
import { LATEST_TIME, chainIdOf, latestBlockTime, view, type JsonRpc } from './json-rpc.ts';
import { publicSignalsOf } from './public-signals.ts';
import { ReceiptRefused, requireFact } from './refusal.ts';

/** `IMarketFeed.Purpose.Withdraw`: what a contract would ask of a healthy account. */
const WITHDRAW = 3;

const TICK =
  'tuple(uint256 ledgerRoot, uint256 snapshotHash, uint256 parameterHash, uint64 time, uint64 snapshotTime, uint64 ledgerSequence, uint32 accountCount)';
const CITED_TICK =
  'tuple(uint64 number, uint32 accountCount, uint64 ledgerSequence, uint64 clock, bytes32 binding)';

/** The views read, in words, so that a browser needs no ABI files; compared with `abi/` by a test. */
export const FEED_VIEWS = new Interface([
  'function latestTick() view returns (uint64)',
  `function tickAt(uint64 number) view returns (${TICK})`,
  `function admissibleTick(uint64 number, uint8 purpose) view returns (${CITED_TICK})`,
  'function halted() view returns (bool)',
  'function ledgerRegistry() view returns (address)',
]);
export const GATE_VIEWS = new Interface([
  'function marketFeed() view returns (address)',
  'function verifierOf(bytes32 statement, uint8 profile) view returns (address)',
]);
export const VERIFIER_VIEWS = new Interface([
  'function keyHash() view returns (bytes32)',
  'function r1csHash() view returns (bytes32)',
  'function verify(tuple(uint256[2] a, uint256[2][2] b, uint256[2] c) proof, uint256[] publicSignals) view returns (bool)',
]);

/** A profile is a number of positions, in 8 bits on chain. */
const MAX_PROFILE = 255;

export interface TickRecord {
  readonly ledgerRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
  /** Unix seconds; 0 for a tick that was never opened. */
  readonly time: bigint;
}

export async function tickAt(
  rpc: JsonRpc,
  feed: string,
  number: bigint,
): Promise<TickRecord | undefined> {
  return (await view(rpc, feed, FEED_VIEWS, 'tickAt', [number])) as TickRecord | undefined;
}

/** What the chain says about the tick of a receipt. */
export interface TickOnChain {
  /** Unix seconds: from when the tick was the current one. */
  readonly from: bigint;
  /** Unix seconds: until when; absent while it is. */
  readonly until?: bigint;
  readonly latestTick: bigint;
  /** Unix seconds: the latest block of the node, up to which it is told what happened. */
  readonly asOf: bigint;
  /** Whether the feed lets a proof cite the tick: not while halted, nor when it is too old. */
  readonly isAdmissible: boolean;
  readonly isHalted: boolean;
}

export type Roots = Pick<TickRecord, 'ledgerRoot' | 'snapshotHash' | 'parameterHash'>;

/** A margin tick as a document cites it. */
export interface CitedTick {
  readonly marketFeed: string;
  readonly ledgerRegistry: string;
  readonly tick: bigint;
  /** Unix seconds: when it was opened, where the document says. */
  readonly tickTime?: number;
}

/** Whether the tick binds the roots; throws `ReceiptRefused` where it does not, or never was. */
export async function checkTick(
  rpc: JsonRpc,
  { marketFeed: feed, ledgerRegistry, tick: number, tickTime }: CitedTick,
  roots: Roots,
): Promise<TickOnChain> {
  const [latestTick, registry, isHalted, admissible, tick, next] = await Promise.all([
    view(rpc, feed, FEED_VIEWS, 'latestTick') as Promise<bigint | undefined>,
    view(rpc, feed, FEED_VIEWS, 'ledgerRegistry') as Promise<string | undefined>,
    view(rpc, feed, FEED_VIEWS, 'halted') as Promise<boolean | undefined>,
    view(rpc, feed, FEED_VIEWS, 'admissibleTick', [number, WITHDRAW]),
    tickAt(rpc, feed, number),
    tickAt(rpc, feed, number + 1n),
  ]);
  if (
    latestTick === undefined ||
    registry === undefined ||
    isHalted === undefined ||
    tick === undefined
  ) {
    throw new ReceiptRefused('FEED_MISSING', `no market feed stands at ${feed} on this chain`);
  }
  requireFact(
    registry === ledgerRegistry,
    'REGISTRY_MISMATCH',
    `the feed takes its ledger roots from ${registry}, not from ${ledgerRegistry}`,
  );
  requireFact(
    tick.time !== 0n,
    'TICK_UNKNOWN',
    `margin tick ${number} was never opened; the latest is ${latestTick}`,
  );
  requireFact(
    tick.ledgerRoot === roots.ledgerRoot &&
      tick.snapshotHash === roots.snapshotHash &&
      tick.parameterHash === roots.parameterHash,
    'TICK_MISMATCH',
    `margin tick ${number} binds another ledger, snapshot or parameter set`,
  );
  requireFact(
    tickTime === undefined || tick.time === BigInt(tickTime),
    'TICK_MISMATCH',
    `margin tick ${number} was opened at another time than the receipt says`,
  );
  const superseded = next !== undefined && next.time !== 0n;
  requireFact(
    !superseded || (next.time >= tick.time && next.time <= LATEST_TIME),
    'TICK_MISMATCH',
    `the feed opened margin tick ${number + 1n} at no time that a later block could have`,
  );
  return {
    from: tick.time,
    ...(superseded && { until: next.time }),
    latestTick,
    // Asked last, so that nothing told above is newer.
    asOf: await latestBlockTime(rpc),
    isAdmissible: admissible !== undefined,
    isHalted,
  };
}

/**
 * Throws `DEVELOPMENT_KEY` for a key whose secrets are public on a chain that is not local: what anybody
 * could have made says nothing there.
 */
export function requireKeyFor(chainId: bigint, setup: ReceiptKey['setup']): void {
  requireFact(
    isLocalChain(chainId) || setup !== 'insecure-development',
    'DEVELOPMENT_KEY',
    `its key is a development key, whose secrets are public, and chain ${chainId} is not local`,
  );
}

/** A proof with the circuit and key that it was made under. */
export interface KeyedProof {
  readonly statement: string;
  readonly profile: string;
  readonly key: { readonly r1cs: string; readonly zkey: string };
  readonly proof: ReceiptProof;
  readonly publicSignals: readonly bigint[];
}

/** The verifier of a statement and profile that a contract of the venue names; `undefined` for none. */
export async function verifierNamedBy(
  rpc: JsonRpc,
  gate: string,
  { statement, profile }: Pick<KeyedProof, 'statement' | 'profile'>,
): Promise<string | undefined> {
  const positions = Number(profile);
  if (!Number.isInteger(positions) || positions > MAX_PROFILE) return undefined;
  const args = [encodeBytes32String(statement), positions];
  const verifier = await view(rpc, gate, GATE_VIEWS, 'verifierOf', args);
  return typeof verifier === 'string' && verifier !== ZeroAddress ? verifier : undefined;
}

/** Whether the verifier has the key of the proof, and takes it; throws `ReceiptRefused` else. */
export async function checkVerifier(
  rpc: JsonRpc,
  verifier: string,
  { statement, profile, key, proof, publicSignals }: KeyedProof,
): Promise<void> {
  const swapped = proof.b.map(([real, imaginary]) => [imaginary, real]);
  const ask = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    view(rpc, verifier, VERIFIER_VIEWS, name, args);
  const [keyHash, r1csHash, accepted] = await Promise.all([
    ask('keyHash'),
    ask('r1csHash'),
    ask('verify', [{ ...proof, b: swapped }, publicSignals]),
  ]);
  requireFact(
    keyHash === `0x${key.zkey}` && r1csHash === `0x${key.r1cs}`,
    'VERIFIER_MISMATCH',
    `the venue's verifier of ${statement} (profile ${profile}) has another key than the proof`,
  );
  requireFact(
    accepted === true,
    'VERIFIER_MISMATCH',
    `the venue's verifier of ${statement} refuses the proof`,
  );
}

async function checkReceiptVerifier(rpc: JsonRpc, receipt: Receipt): Promise<void> {
  const { place, statement, key, proof } = receipt;
  const { profile } = key;
  const [feed, verifier] = await Promise.all([
    view(rpc, place.healthGate, GATE_VIEWS, 'marketFeed'),
    verifierNamedBy(rpc, place.healthGate, { statement, profile }),
  ]);
  if (verifier === undefined || feed !== place.marketFeed) {
    throw new ReceiptRefused(
      'VERIFIER_MISMATCH',
      `the venue has no verifier of ${statement} (profile ${profile}) at ${place.healthGate}`,
    );
  }
  const publicSignals = publicSignalsOf(receipt);
  await checkVerifier(rpc, verifier, { statement, profile, key, proof, publicSignals });
}

/**
 * Compares a receipt with the chain it names: the feed and its tick, the key of the deployed
 * verifier. Throws `ReceiptRefused`; `NODE_FAILED` where the node is no help.
 */
export async function checkOnChain(receipt: Receipt, rpc: JsonRpc): Promise<TickOnChain> {
  const chainId = await chainIdOf(rpc);
  requireFact(
    chainId === receipt.place.chainId,
    'CHAIN_MISMATCH',
    `the receipt is of chain ${receipt.place.chainId}, the node of chain ${chainId}`,
  );
  // Asked together, told one after the other, so that of two reasons the same one is always given.
  const [tick, verifier] = await Promise.allSettled([
    checkTick(rpc, receipt.place, receipt.signals),
    checkReceiptVerifier(rpc, receipt),
  ]);
  if (tick.status === 'rejected') throw tick.reason;
  if (verifier.status === 'rejected') throw verifier.reason;
  return tick.value;
}
