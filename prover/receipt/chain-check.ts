// SPDX-License-Identifier: GPL-3.0-or-later
import { Interface, ZeroAddress, encodeBytes32String } from 'ethers';
import { z } from 'zod';

import { PROFILES, type Profile } from '../chain/config.ts';
import { PlimsollError } from '../errors.ts';
import type { Receipt } from './document.ts';
import { publicSignalsOf } from './public-signals.ts';
import { ReceiptRefused, requireFact } from './refusal.ts';

/** A node's JSON-RPC: rejects where the node answers with an error. */
export type JsonRpc = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** The views read, in words, so that a browser needs no ABI files; compared with `abi/` by a test. */
export const FEED_VIEWS = new Interface([
  'function latestTick() view returns (uint64)',
  'function tickAt(uint64 number) view returns (tuple(uint256 ledgerRoot, uint256 snapshotHash, uint256 parameterHash, uint64 time, uint64 ledgerSequence, uint32 accountCount))',
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

const hex = z.string().regex(/^0x([0-9a-fA-F]{2})*$/);
const quantity = z.string().regex(/^0x[0-9a-fA-F]{1,64}$/);

async function chainIdOf(rpc: JsonRpc): Promise<bigint> {
  try {
    return BigInt(quantity.parse(await rpc('eth_chainId', [])));
  } catch (error) {
    throw new PlimsollError('NODE_FAILED', 'the node does not tell its chain', { cause: error });
  }
}

/**
 * The first value a view returns, or `undefined` where nothing at the address has this view. Throws
 * `NODE_FAILED` where it was not the contract that failed.
 */
export async function view(
  rpc: JsonRpc,
  address: string,
  views: Interface,
  name: string,
  args: readonly unknown[] = [],
): Promise<unknown> {
  const call = { to: address, data: views.encodeFunctionData(name, [...args]) };
  let answer: unknown;
  try {
    answer = await rpc('eth_call', [call, 'latest']);
  } catch {
    // A revert and a dead node look alike here; a dead one does not tell its chain either.
    await chainIdOf(rpc);
    return undefined;
  }
  try {
    return views.decodeFunctionResult(name, hex.parse(answer))[0];
  } catch {
    return undefined;
  }
}

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
}

async function checkTick(rpc: JsonRpc, { place, signals }: Receipt): Promise<TickOnChain> {
  const feed = place.marketFeed;
  const [latestTick, registry, tick, next] = await Promise.all([
    view(rpc, feed, FEED_VIEWS, 'latestTick') as Promise<bigint | undefined>,
    view(rpc, feed, FEED_VIEWS, 'ledgerRegistry') as Promise<string | undefined>,
    tickAt(rpc, feed, place.tick),
    tickAt(rpc, feed, place.tick + 1n),
  ]);
  if (latestTick === undefined || registry === undefined || tick === undefined) {
    throw new ReceiptRefused('FEED_MISSING', `no market feed stands at ${feed} on this chain`);
  }
  requireFact(
    registry === place.ledgerRegistry,
    'REGISTRY_MISMATCH',
    `the feed takes its ledger roots from ${registry}, not from ${place.ledgerRegistry}`,
  );
  requireFact(
    tick.time !== 0n,
    'TICK_UNKNOWN',
    `margin tick ${place.tick} was never opened; the latest is ${latestTick}`,
  );
  requireFact(
    tick.ledgerRoot === signals.ledgerRoot &&
      tick.snapshotHash === signals.snapshotHash &&
      tick.parameterHash === signals.parameterHash,
    'TICK_MISMATCH',
    `margin tick ${place.tick} binds another ledger, snapshot or parameter set`,
  );
  requireFact(
    tick.time === BigInt(place.tickTime),
    'TICK_MISMATCH',
    `margin tick ${place.tick} was opened at another time than the receipt says`,
  );
  const superseded = next !== undefined && next.time !== 0n;
  return { from: tick.time, ...(superseded && { until: next.time }), latestTick };
}

/** The verifier that the venue names for the receipt's statement and profile. */
async function deployedVerifier(
  rpc: JsonRpc,
  { place, statement, key }: Receipt,
): Promise<string | undefined> {
  const profile = PROFILES.indexOf(key.profile as Profile);
  if (profile < 0) return undefined;
  const gate = place.healthGate;
  const [feed, verifier] = await Promise.all([
    view(rpc, gate, GATE_VIEWS, 'marketFeed'),
    view(rpc, gate, GATE_VIEWS, 'verifierOf', [encodeBytes32String(statement), profile]),
  ]);
  if (feed !== place.marketFeed) return undefined;
  return typeof verifier === 'string' && verifier !== ZeroAddress ? verifier : undefined;
}

async function checkVerifier(rpc: JsonRpc, receipt: Receipt): Promise<void> {
  const { place, statement, key, proof } = receipt;
  const verifier = await deployedVerifier(rpc, receipt);
  if (verifier === undefined) {
    throw new ReceiptRefused(
      'VERIFIER_MISMATCH',
      `the venue has no verifier of ${statement} (profile ${key.profile}) at ${place.healthGate}`,
    );
  }
  const swapped = proof.b.map(([real, imaginary]) => [imaginary, real]);
  const ask = (name: string, args: readonly unknown[] = []): Promise<unknown> =>
    view(rpc, verifier, VERIFIER_VIEWS, name, args);
  const [keyHash, r1csHash, accepted] = await Promise.all([
    ask('keyHash'),
    ask('r1csHash'),
    ask('verify', [{ ...proof, b: swapped }, publicSignalsOf(receipt)]),
  ]);
  requireFact(
    keyHash === `0x${key.zkey}` && r1csHash === `0x${key.r1cs}`,
    'VERIFIER_MISMATCH',
    `the venue's verifier of ${statement} (profile ${key.profile}) has another key than the receipt`,
  );
  requireFact(
    accepted === true,
    'VERIFIER_MISMATCH',
    `the venue's verifier of ${statement} refuses the proof`,
  );
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
    checkTick(rpc, receipt),
    checkVerifier(rpc, receipt),
  ]);
  if (tick.status === 'rejected') throw tick.reason;
  if (verifier.status === 'rejected') throw verifier.reason;
  return tick.value;
}
