// SPDX-License-Identifier: GPL-3.0-or-later
import { isError, type Log, type Provider } from 'ethers';

/** Heights, both included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** Blocks asked for at a time to begin with: what most nodes grant. */
export const SPAN = 5_000;

const TOO_MANY_REQUESTS = 429;

/** Whether a node answered, and said no: a range may be too long for it, or its answer too big. */
export function isRangeRefused(error: unknown): boolean {
  if (isError(error, 'SERVER_ERROR')) return error.response?.statusCode !== TOO_MANY_REQUESTS;
  return isError(error, 'UNKNOWN_ERROR');
}

export interface PieceOptions {
  /** From the end of the range to its beginning. */
  readonly newestFirst?: boolean;
  /** Which errors say that less would be granted; by default a node's own. */
  readonly isRefusal?: (error: unknown) => boolean;
}

/**
 * What `ask` answers for a range, piece by piece, with no block in two pieces and none in no piece. Nodes
 * limit how many blocks a question may span, by limits of their own that nothing announces: what is
 * refused is asked for in halves, and what is granted grows again by a quarter. Throws what `ask` throws
 * for one block, and at once what is no refusal.
 */
export async function* inPieces<T>(
  { fromBlock, toBlock }: BlockRange,
  ask: (piece: BlockRange) => Promise<T>,
  { newestFirst = false, isRefusal = isRangeRefused }: PieceOptions = {},
): AsyncGenerator<T, void, undefined> {
  let [first, last, span] = [fromBlock, toBlock, SPAN];
  while (first <= last) {
    const piece = newestFirst
      ? { fromBlock: Math.max(first, last - span + 1), toBlock: last }
      : { fromBlock: first, toBlock: Math.min(last, first + span - 1) };
    const asked = piece.toBlock - piece.fromBlock + 1;
    let answer: T;
    try {
      answer = await ask(piece);
    } catch (error) {
      if (asked === 1 || !isRefusal(error)) throw error;
      span = Math.floor(asked / 2);
      continue;
    }
    yield answer;
    if (newestFirst) last = piece.fromBlock - 1;
    else first = piece.toBlock + 1;
    span = Math.min(SPAN, Math.ceil(span * 1.25));
  }
}

/** Whose logs are read, and by which topics. */
export interface LogFilter {
  readonly address: string | string[];
  readonly topics?: string[];
}

async function range(
  provider: Provider,
  fromBlock: number,
  toBlock: number | 'latest',
): Promise<BlockRange> {
  return { fromBlock, toBlock: toBlock === 'latest' ? await provider.getBlockNumber() : toBlock };
}

/** The logs of a range of heights, in the order of the chain. */
export async function readLogs(
  provider: Provider,
  filter: LogFilter,
  fromBlock: number,
  toBlock: number | 'latest' = 'latest',
): Promise<readonly Log[]> {
  const blocks = await range(provider, fromBlock, toBlock);
  const logs: Log[] = [];
  for await (const piece of inPieces(blocks, (asked) =>
    provider.getLogs({ ...filter, ...asked }),
  )) {
    logs.push(...piece);
  }
  return logs;
}

/** The newest log since a height that is sought, from the head down; `undefined` where there is none. */
export async function lastLog(
  provider: Provider,
  filter: LogFilter,
  fromBlock: number,
  isSought: (log: Log) => boolean = () => true,
): Promise<Log | undefined> {
  const blocks = await range(provider, fromBlock, 'latest');
  const ask = (asked: BlockRange): Promise<Log[]> => provider.getLogs({ ...filter, ...asked });
  for await (const piece of inPieces(blocks, ask, { newestFirst: true })) {
    const last = piece.findLast(isSought);
    if (last !== undefined) return last;
  }
  return undefined;
}
