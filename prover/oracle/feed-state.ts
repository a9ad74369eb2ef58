// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, keccak256, toUtf8Bytes, type Log, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { lastLog } from '../chain/logs.ts';
import { asObject, read } from '../chain/refusal.ts';
import { readSubmission } from '../chain/snapshot.ts';
import { InvalidInput, PlimsollError, requireRule } from '../core/errors.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { DynamicInputs } from '../model/dynamic.ts';
import type { MarketSnapshot } from '../model/types.ts';
import type { Breaker, Levels } from './breaker.ts';

const uint = z.bigint().nonnegative();
const pair = z.tuple([uint, uint]);
const configSchema = z.object({
  heartbeats: z.object({
    index: uint,
    perpetual: uint,
    forward: uint,
    surface: uint,
    collateral: uint,
  }),
  breaker: z.object({
    indexBps: uint,
    anchorBps: uint,
    anchorBpsPerHour: uint,
    perpetualBps: uint,
    rateBps: uint,
    rateBpsPerDay: uint,
    confirmations: uint,
  }),
});
const stateSchema = z.object({
  latestTime: uint,
  acceptedTime: uint,
  bookedThrough: uint,
  breaches: uint,
  haltedAt: uint,
  resumableFrom: uint,
  levels: z.object({
    indexPricesE4: pair,
    indexAnchorsE4: pair,
    rateAnchorsQ30: z.tuple([uint, uint, uint]),
  }),
});
export type Heartbeats = z.infer<typeof configSchema>['heartbeats'];

/** What a new snapshot is held against; times in unix seconds. */
export interface FeedState {
  readonly heartbeats: Heartbeats;
  readonly breaker: Breaker;
  readonly threshold: bigint;
  /** 0 while the market is not halted. */
  readonly haltedAt: bigint;
  /** The earliest snapshot that can end the halt; 0 while there is none. */
  readonly resumableFrom: bigint;
  /** Of the block that a transaction sent now would be in, as far as the node knows. */
  readonly blockTime: bigint;
  /** Of the last snapshot taken, also of one beyond the breaker; 0 before the first. */
  readonly latestTime: bigint;
  /** Of the last accepted one. */
  readonly acceptedTime: bigint;
  readonly bookedThrough: bigint;
  /** Consecutive snapshots beyond the breaker since. */
  readonly breaches: bigint;
  /** What the breaker measures from; in a halt, what was announced. */
  readonly levels: Levels;
  /** The last accepted snapshot; absent before the first. */
  readonly accepted?: MarketSnapshot;
  /** Where a signer goes by inputs of the margin rule: those of the last snapshot that carried some. */
  readonly marginInputs?: DynamicInputs;
}

const values = (contract: Contract, log: Log): unknown =>
  contract.interface.parseLog(log)?.args.toObject();

export function feedContract(address: string, runner: ConstructorParameters<typeof Contract>[2]) {
  return new Contract(address, exportedAbi('MarketFeed'), runner);
}

/** Throws `NO_FEED` where the address holds no contract. */
export async function requireFeed(provider: Provider, address: string): Promise<void> {
  if ((await provider.getCode(address)) !== '0x') return;
  throw new PlimsollError('NO_FEED', `--feed: no contract at ${address} on this chain`);
}

/** What the signers of this moment know beside the chain. */
export interface KnownToSigners {
  /** The block to search for events from, which nodes may limit; 0 if not given. */
  readonly fromBlock?: number;
  /** The text of the last accepted document, which is read from calldata if not given. */
  readonly lastDocument?: string | undefined;
}

/**
 * The document of the last accepted snapshot. Anyone may relay, so it may stand in an inner call, and
 * then it must be given. Throws `DOCUMENT_NOT_IN_CALLDATA` where it is not, `InvalidInput` for another.
 */
async function acceptedDocument(
  provider: Provider,
  feed: Contract,
  log: Log,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) {
    const { documentHash } = z.object({ documentHash: z.string() }).parse(values(feed, log));
    requireRule(
      keccak256(toUtf8Bytes(given)) === documentHash,
      '--last',
      `must be the document that the feed accepted last, of keccak256 ${documentHash}`,
    );
    return given;
  }
  try {
    const { document } = await readSubmission(provider, String(feed.target), log.transactionHash);
    return new TextDecoder('utf-8', { fatal: true }).decode(document);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new PlimsollError(
      'DOCUMENT_NOT_IN_CALLDATA',
      `transaction ${log.transactionHash} does not show the document that the feed accepted last ` +
        '(it came through another contract, or the node has forgotten it): give it with --last',
      { cause: error },
    );
  }
}

const pendingSchema = z.object({ timestamp: z.string().transform((text) => BigInt(text)) });

/** What a node says of the block it would make now; 0 where it does not. */
async function pendingTime(provider: Provider): Promise<bigint> {
  if (!('send' in provider)) return 0n;
  const { send } = provider as { send(method: string, params: unknown[]): Promise<unknown> };
  try {
    // Asked for as it is: it has no number yet, which the library takes for an error.
    const block = await send.call(provider, 'eth_getBlockByNumber', ['pending', false]);
    return pendingSchema.parse(block).timestamp;
  } catch {
    return 0n;
  }
}

/**
 * The time of the next block. An idle chain that mines on demand has a latest block that is long
 * past; the block it would mine now is what decides, and such nodes tell it.
 */
export async function nextBlockTime(provider: Provider): Promise<bigint> {
  const [latest, pending] = await Promise.all([provider.getBlock('latest'), pendingTime(provider)]);
  const latestTime = BigInt(latest?.timestamp ?? 0);
  return pending > latestTime ? pending : latestTime;
}

/** Reads the feed's rules and what it last accepted. */
export async function readFeedState(
  provider: Provider,
  address: string,
  { fromBlock = 0, lastDocument }: KnownToSigners = {},
): Promise<FeedState> {
  await requireFeed(provider, address);
  const feed = feedContract(address, provider);
  const topic = feed.interface.getEvent('SnapshotAccepted')?.topicHash ?? '';
  const [{ heartbeats, breaker }, threshold, state, blockTime, accepted] = await Promise.all([
    read(feed, 'config', [], asObject(configSchema)),
    read(feed, 'threshold', [], uint),
    read(feed, 'state', [], asObject(stateSchema)),
    nextBlockTime(provider),
    lastLog(provider, { address, topics: [topic] }, fromBlock),
  ]);
  const base = { heartbeats, breaker, threshold, blockTime, ...state };
  if (accepted === undefined) return base;
  const text = await acceptedDocument(provider, feed, accepted, lastDocument);
  return { ...base, accepted: parseSnapshot(text) };
}

/** The inputs of the margin rule that the feed took last, from calldata; undefined before the first. */
export async function readMarginInputs(
  provider: Provider,
  address: string,
  { fromBlock = 0 }: KnownToSigners = {},
): Promise<DynamicInputs | undefined> {
  const feed = feedContract(address, provider);
  const view = asObject(z.object({ time: uint }));
  const { time } = await read(feed, 'marginInputs', [], view);
  if (time === 0n) return undefined;
  const isSought = (log: Log): boolean =>
    z.object({ time: uint }).parse(values(feed, log)).time === time;
  const topic = feed.interface.getEvent('SnapshotAccepted')?.topicHash ?? '';
  const log = await lastLog(provider, { address, topics: [topic] }, fromBlock, isSought);
  if (log === undefined) return undefined;
  return parseSnapshot(await acceptedDocument(provider, feed, log, undefined)).marginInputs;
}

/** Those of `signers` that do not belong to the installed quorum. */
export async function strangers(
  provider: Provider,
  address: string,
  signers: readonly string[],
): Promise<readonly string[]> {
  const feed = feedContract(address, provider);
  const belongs = await Promise.all(
    signers.map((signer) => read(feed, 'isSigner', [signer], z.boolean())),
  );
  return signers.filter((_, index) => belongs[index] !== true);
}
