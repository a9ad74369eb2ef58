// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, keccak256, toUtf8Bytes, type Log, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { read } from '../chain/refusal.ts';
import { readSubmission } from '../chain/snapshot.ts';
import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { MarketSnapshot, Pair } from '../model/types.ts';
import { requireRule } from '../core/schema.ts';

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

/** Time of the snapshot that tripped the breaker; 0 where it came through another contract. */
async function trippedTimeOf(provider: Provider, address: string, log: Log): Promise<bigint> {
  try {
    return (await readSubmission(provider, address, log.transactionHash)).snapshot.time;
  } catch (error) {
    // It only spares a refusal by the feed: not knowing it must keep nobody from signing.
    if (error instanceof InvalidInput) return 0n;
    throw error;
  }
}

/** Reads the feed's rules and what it last accepted. */
export async function readFeedState(
  provider: Provider,
  address: string,
  { fromBlock = 0, lastDocument }: KnownToSigners = {},
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
  // What was accepted since is newer.
  const isLast = tripped !== undefined && (accepted === undefined || isAfter(tripped, accepted));
  const trippedTime = isLast ? await trippedTimeOf(provider, address, tripped) : 0n;
  if (accepted === undefined) {
    return resumed === undefined
      ? { ...base, latestTime: trippedTime }
      : { ...base, latestTime: trippedTime, referencePricesE4: resumedAt(feed, resumed) };
  }
  const snapshot = parseSnapshot(await acceptedDocument(provider, feed, accepted, lastDocument));
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
