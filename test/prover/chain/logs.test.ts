// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { makeError } from 'ethers';
import { describe, expect, it } from 'vitest';

import { SPAN, inPieces, type BlockRange } from '../../../prover/chain/logs.ts';

const refused = (): Error => makeError('could not coalesce error', 'UNKNOWN_ERROR');

/** A node that grants so many blocks at a time, and what it granted. */
function limited(limit: number) {
  const granted: BlockRange[] = [];
  let refusals = 0;
  const ask = (piece: BlockRange): Promise<BlockRange> => {
    if (piece.toBlock - piece.fromBlock >= limit) {
      refusals += 1;
      return Promise.reject(refused());
    }
    granted.push(piece);
    return Promise.resolve(piece);
  };
  return { ask, granted, refusals: () => refusals };
}

async function all<T>(pieces: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

describe('a range of blocks in pieces', () => {
  it('has every block once, in order, from either end and whatever a node grants', async () => {
    const limits = fc.integer({ min: 1, max: 2 * SPAN });
    const heights = fc.integer({ min: 0, max: 10_000_000 });
    const lengths = fc.integer({ min: 0, max: 3 * SPAN });
    await fc.assert(
      fc.asyncProperty(
        limits,
        heights,
        lengths,
        fc.boolean(),
        async (limit, from, length, back) => {
          fc.pre(length / limit < 1_000);
          const node = limited(limit);
          const whole = { fromBlock: from, toBlock: from + length - 1 };
          const pieces = await all(inPieces(whole, node.ask, { newestFirst: back }));
          const forth = back ? pieces.toReversed() : pieces;
          let next = from;
          for (const { fromBlock, toBlock } of forth) {
            expect(fromBlock).toBe(next);
            expect(toBlock).toBeGreaterThanOrEqual(fromBlock);
            next = toBlock + 1;
          }
          expect(next).toBe(from + length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('asks little more often than the node’s own limit makes it', async () => {
    const node = limited(1_000);
    await all(inPieces({ fromBlock: 1, toBlock: 1_000_000 }, node.ask));
    expect(node.granted.length).toBeLessThan(1_500);
    expect(node.refusals()).toBeLessThan(500);
  });

  it('gives up where one block is refused, and at once where nobody answered', async () => {
    let asked = 0;
    const failing = (error: Error) => (): Promise<never> => {
      asked += 1;
      return Promise.reject(error);
    };
    const whole = { fromBlock: 0, toBlock: 1_023 };
    await expect(all(inPieces(whole, failing(refused())))).rejects.toThrow('could not coalesce');
    expect(asked).toBe(11);
    asked = 0;
    const down = makeError('connection refused', 'NETWORK_ERROR', { event: 'down' });
    await expect(all(inPieces(whole, failing(down)))).rejects.toThrow('connection refused');
    expect(asked).toBe(1);
  });

  it('stops asking when who asks has what it sought', async () => {
    const node = limited(10);
    for await (const piece of inPieces({ fromBlock: 0, toBlock: 99 }, node.ask, {
      newestFirst: true,
    })) {
      expect(piece.toBlock).toBe(99);
      break;
    }
    expect(node.granted).toHaveLength(1);
  });
});
