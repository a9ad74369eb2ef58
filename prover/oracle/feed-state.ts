// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type Log, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { read } from '../chain/refusal.ts';
import { readSubmission } from '../chain/snapshot.ts';
import { PlimsollError } from '../errors.ts';
import { parseSnapshot } from '../market/snapshot-document.ts';
import type { MarketSnapshot, Pair } from '../risk/types.ts';

const seconds = z.bigint();
const prices = z.tuple([z.bigint(), z.bigint()]);
const configSchema = z.object({
  heartbeats: z.object({
    index: seconds,
    perpetual: seconds,
    forward: seconds,
    surface: seconds,
    collateral: seconds,
  }),
  breakerBps: z.bigint(),
});
export type Heartbeats = z.infer<typeof configSchema>['heartbeats'];

/** What a new snapshot is held against. */
export interface FeedState {
  readonly heartbeats: Heartbeats;
  readonly breakerBps: bigint;
  readonly threshold: bigint;
  readonly halted: boolean;
  /** Time of the latest block, unix seconds. */
  readonly blockTime: bigint;
  /** Time of the last snapshot taken, also of one that tripped the breaker; 0 before the first. */
  readonly latestTime: bigint;
  /** Index prices that the breaker measures from, E4; absent before the first snapshot. */
  readonly referencePricesE4?: Pair<bigint>;
  /** The last accepted snapshot; absent before the first. */
  readonly accepted?: MarketSnapshot;
}

const values = (contract: Contract, log: Log): unknown =>
  contract.interface.parseLog(log)?.args.toObject();

async function latestLog(
  feed: Contract,
  provider: Provider,
  event: string,
  fromBlock: number,
): Promise<Log | undefined> {
  const topic = feed.interface.getEvent(event)?.topicHash ?? '';
  const filter = { address: String(feed.target), topics: [topic], fromBlock, toBlock: 'latest' };
  return (await provider.getLogs(filter)).at(-1);
}

function isAfter(log: Log | undefined, other: Log): log is Log {
  if (log === undefined) return false;
  return log.blockNumber === other.blockNumber
    ? log.index > other.index
    : log.blockNumber > other.blockNumber;
}

export function feedContract(address: string, runner: ConstructorParameters<typeof Contract>[2]) {
  return new Contract(address, exportedAbi('MarketFeed'), runner);
}

/** Throws `NO_FEED` where the address holds no contract. */
export async function requireFeed(provider: Provider, address: string): Promise<void> {
  if ((await provider.getCode(address)) !== '0x') return;
  throw new PlimsollError('NO_FEED', `--feed: no contract at ${address} on this chain`);
}

/**
 * Reads the feed's rules and what it last accepted; `fromBlock` bounds the search for events, which
 * nodes may limit.
 */
export async function readFeedState(
  provider: Provider,
  address: string,
  fromBlock = 0,
): Promise<FeedState> {
  await requireFeed(provider, address);
  const feed = feedContract(address, provider);
  const config = z.preprocess(
    (result: { toObject(deep: true): unknown }) => result.toObject(true),
    configSchema,
  );
  const [{ heartbeats, breakerBps }, threshold, halted, block] = await Promise.all([
    read(feed, 'config', [], config),
    read(feed, 'threshold', [], z.bigint()),
    read(feed, 'halted', [], z.boolean()),
    provider.getBlock('latest'),
  ]);
  const base = {
    heartbeats,
    breakerBps,
    threshold,
    halted,
    blockTime: BigInt(block?.timestamp ?? 0),
  };

  const [accepted, resumed, tripped] = await Promise.all([
    latestLog(feed, provider, 'SnapshotAccepted', fromBlock),
    latestLog(feed, provider, 'Resumed', fromBlock),
    latestLog(feed, provider, 'BreakerTripped', fromBlock),
  ]);
  const trippedTime =
    tripped === undefined
      ? 0n
      : (await readSubmission(provider, address, tripped.transactionHash)).snapshot.time;
  if (accepted === undefined) {
    return resumed === undefined
      ? { ...base, latestTime: trippedTime }
      : { ...base, latestTime: trippedTime, referencePricesE4: resumedAt(feed, resumed) };
  }
  const { document } = await readSubmission(provider, address, accepted.transactionHash);
  const snapshot = parseSnapshot(new TextDecoder('utf-8', { fatal: true }).decode(document));
  const referencePricesE4 = isAfter(resumed, accepted)
    ? resumedAt(feed, resumed)
    : z.object({ indexPricesE4: prices }).parse(values(feed, accepted)).indexPricesE4;
  return {
    ...base,
    latestTime: snapshot.time > trippedTime ? snapshot.time : trippedTime,
    referencePricesE4,
    accepted: snapshot,
  };
}

const resumedAt = (feed: Contract, log: Log): Pair<bigint> =>
  z.object({ referencePricesE4: prices }).parse(values(feed, log)).referencePricesE4;

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
