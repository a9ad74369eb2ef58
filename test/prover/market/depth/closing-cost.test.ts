// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { closingCost, depthProfile } from '../../../../prover/market/depth/closing-cost.ts';
import { slippage, type Side } from '../../../../prover/market/depth/liquidity.ts';
import type { BookLevel, OrderBook } from '../../../../prover/market/depth/order-book.ts';

const MID = 50_000;

/** Levels at whole steps of 2 bp on both sides. */
function bookOf(sizes: readonly number[]): OrderBook {
  const levels = (sign: 1 | -1): BookLevel[] =>
    sizes.map((sizeUsd, index) => ({ price: MID * (1 + sign * 0.0002 * (index + 1)), sizeUsd }));
  return { venue: 'Deribit', bids: levels(-1), asks: levels(1) } as unknown as OrderBook;
}
const book = bookOf(Array.from({ length: 60 }, () => 100_000));
const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 55, maxLength: 80 });
const side = fc.constantFrom<Side>('buy', 'sell');

describe('the depth monitor', () => {
  it('watches both sides at two distances, of all books together', () => {
    const { buy, sell, complete } = depthProfile([book, book]);
    expect(complete).toBe(true);
    // 12 and 49 or 50 levels of each book lie within 0.25 % and 1 %, in coins at mid.
    expect(buy[0] / 2_400_000).toBeCloseTo(1, 2);
    expect(sell[1] / buy[1]).toBeGreaterThan(1);
    expect(sell[1]).toBeLessThan(10_100_000);
    expect(buy[1]).toBeGreaterThan(9_700_000);
    expect(depthProfile([bookOf([5, 5])]).complete).toBe(false);
  });

  it('never predicts less than a walk through the book costs, whatever the book', () => {
    fc.assert(
      fc.property(
        sizes,
        side,
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (own, of, share) => {
          const held = bookOf(own);
          const profile = depthProfile([held]);
          const sizeUsd = profile[of][1] * share;
          const predicted = closingCost(profile, { side: of, sizeUsd, refillSeconds: 3600 });
          expect(predicted.rounds).toBe(1);
          expect(predicted.slippage).toBeGreaterThanOrEqual(slippage(held, of, sizeUsd) - 1e-12);
        },
      ),
    );
  });

  it('takes as many fillings as the size needs, and days with them', () => {
    const profile = depthProfile([book]);
    const cost = (sizeUsd: number) =>
      closingCost(profile, { side: 'sell', sizeUsd, refillSeconds: 21_600 });
    expect(cost(1_000_000)).toMatchObject({ rounds: 1, days: 0, slippage: 0.0025 });
    const large = cost(profile.sell[1] * 8.5);
    expect(large.rounds).toBe(9);
    expect(large.days).toBe(2);
    expect(large.slippage).toBeGreaterThan(0.0025);
    expect(large.slippage).toBeLessThan(0.01);
  });

  it('never closes on an empty book', () => {
    const nothing = closingCost(depthProfile([]), { side: 'buy', sizeUsd: 1, refillSeconds: 60 });
    expect(nothing).toMatchObject({ rounds: Infinity, costUsd: Infinity });
  });
});
