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

async function ask<T>(rpc: JsonRpc, method: string, params: unknown[], form: z.ZodType<T>) {
  let answer: unknown;
  try {
    answer = await rpc(method, params);
  } catch (error) {
    throw new PlimsollError('NODE_FAILED', `the node does not answer ${method}`, { cause: error });
  }
  const parsed = form.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new PlimsollError('NODE_FAILED', `the node's answer to ${method} is not one`);
}

/** The first value a view returns, or `undefined` where nothing at the address has this view. */
export async function view(
  rpc: JsonRpc,
  address: string,
  views: Interface,
  name: string,
  args: readonly unknown[] = [],
): Promise<unknown> {
  // Asked first, so that a revert below is the contract's and not the node's failure.
  if ((await ask(rpc, 'eth_getCode', [address, 'latest'], hex)) === '0x') return undefined;
  const call = { to: address, data: views.encodeFunctionData(name, [...args]) };
  try {
    const data = hex.parse(await rpc('eth_call', [call, 'latest']));
    return views.decodeFunctionResult(name, data)[0];
  } catch {
    return undefined;
  }
}

export interface TickRecord {
  readonly ledgerRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
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
  const latestTick = (await view(rpc, feed, FEED_VIEWS, 'latestTick')) as bigint | undefined;
  const tick = await tickAt(rpc, feed, place.tick);
  const registry = (await view(rpc, feed, FEED_VIEWS, 'ledgerRegistry')) as string | undefined;
  if (latestTick === undefined || tick === undefined || registry === undefined) {
    throw new ReceiptRefused('FEED_MISSING', `no market feed stands at ${feed} on this chain`);
  }
  requireFact(
    registry === place.ledgerRegistry,
    'REGISTRY_MISMATCH',
    `the feed takes its ledger roots from ${registry}, not from ${place.ledgerRegistry}`,
  );
  requireFact(
    place.tick <= latestTick,
    'TICK_UNKNOWN',
    `margin tick ${place.tick} was never opened; the latest is ${latestTick}`,
  );
  const sameRoots =
    tick.ledgerRoot === signals.ledgerRoot &&
    tick.snapshotHash === signals.snapshotHash &&
    tick.parameterHash === signals.parameterHash;
  requireFact(
    sameRoots && tick.time === BigInt(place.tickTime),
    'TICK_MISMATCH',
    sameRoots
      ? `margin tick ${place.tick} was opened at another time than the receipt says`
      : `margin tick ${place.tick} binds another ledger, snapshot or parameter set`,
  );
  if (place.tick === latestTick) return { from: tick.time, latestTick };
  const next = await tickAt(rpc, feed, place.tick + 1n);
  return { from: tick.time, ...(next && { until: next.time }), latestTick };
}

/** The verifier that the venue names for the receipt's statement and profile. */
async function deployedVerifier(
  rpc: JsonRpc,
  { place, statement, key }: Receipt,
): Promise<string | undefined> {
  const profile = PROFILES.indexOf(key.profile as Profile);
  const feed = await view(rpc, place.healthGate, GATE_VIEWS, 'marketFeed');
  if (feed !== place.marketFeed || profile < 0) return undefined;
  const name = encodeBytes32String(statement);
  const verifier = await view(rpc, place.healthGate, GATE_VIEWS, 'verifierOf', [name, profile]);
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
  const keyHash = await view(rpc, verifier, VERIFIER_VIEWS, 'keyHash');
  const r1csHash = await view(rpc, verifier, VERIFIER_VIEWS, 'r1csHash');
  requireFact(
    keyHash === `0x${key.zkey}` && r1csHash === `0x${key.r1cs}`,
    'VERIFIER_MISMATCH',
    `the venue's verifier of ${statement} (profile ${key.profile}) has another key than the receipt`,
  );
  const swapped = proof.b.map(([real, imaginary]) => [imaginary, real]);
  const call = [{ ...proof, b: swapped }, publicSignalsOf(receipt)];
  requireFact(
    (await view(rpc, verifier, VERIFIER_VIEWS, 'verify', call)) === true,
    'VERIFIER_MISMATCH',
    `the venue's verifier of ${statement} refuses the proof`,
  );
}

/**
 * Compares a receipt with the chain it names: the feed and its tick, the key of the deployed
 * verifier. Throws `ReceiptRefused`; `NODE_FAILED` where the node is no help.
 */
export async function checkOnChain(receipt: Receipt, rpc: JsonRpc): Promise<TickOnChain> {
  const chainId = BigInt(await ask(rpc, 'eth_chainId', [], quantity));
  requireFact(
    chainId === receipt.place.chainId,
    'CHAIN_MISMATCH',
    `the receipt is of chain ${receipt.place.chainId}, the node of chain ${chainId}`,
  );
  const tick = await checkTick(rpc, receipt);
  await checkVerifier(rpc, receipt);
  return tick;
}
