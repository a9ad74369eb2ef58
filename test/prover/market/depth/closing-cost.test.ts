// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  closingCost,
  depthProfile,
  reliedOn,
} from '../../../../prover/market/depth/closing-cost.ts';
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
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** A book of uneven steps and sizes around a mid of its own; some end inside the further distance. */
const ladder: fc.Arbitrary<OrderBook> = fc
  .tuple(
    fc.double({ min: 1_000, max: 200_000, noNaN: true }),
    // Half a basis point each: with 48 and 149 all can rest just inside a distance, where the bound is tight.
    fc.array(
      fc.tuple(
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 48, 149)),
        fc.oneof(fc.integer({ min: 1, max: 5_000_000 }), fc.constantFrom(1, 1_000_000_000)),
      ),
      { minLength: 3, maxLength: 60 },
    ),
  )
  .map(([mid, steps]) => {
    const levels = (sign: 1 | -1): BookLevel[] => {
      let away = 0;
      return steps.map(([step, sizeUsd]) => {
        away += step * 0.00005;
        return { price: mid * (1 + sign * away), sizeUsd };
      });
    };
    return { venue: 'Deribit', bids: levels(-1), asks: levels(1) } as unknown as OrderBook;
  });

/** What closing on several books costs who takes the nearest level of all first: no code shared with the monitor. */
function walkAll(books: readonly OrderBook[], of: Side, sizeUsd: number): number {
  const offers = books
    .flatMap(({ bids, asks }) => {
      const mid = (bids[0]!.price + asks[0]!.price) / 2;
      return (of === 'buy' ? asks : bids).map((level) => ({
        away: Math.abs(level.price / mid - 1),
        worthUsd: (level.sizeUsd / level.price) * mid,
      }));
    })
    .sort((a, b) => a.away - b.away);
  let left = sizeUsd;
  let costUsd = 0;
  for (const { away, worthUsd } of offers) {
    const taken = Math.min(left, worthUsd);
    costUsd += taken * away;
    left -= taken;
  }
  return costUsd / (sizeUsd - left);
}

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

  it('nor than a walk through several books at once, each laddered as it likes around its own mid', () => {
    fc.assert(
      fc.property(
        fc.array(ladder, { minLength: 1, maxLength: 4 }),
        side,
        share,
        (own, of, part) => {
          const profile = depthProfile(own);
          const sizeUsd = profile[of][1] * part;
          fc.pre(sizeUsd >= 1);
          const predicted = closingCost(profile, { side: of, sizeUsd, refillSeconds: 3600 });
          expect(predicted.rounds).toBe(1);
          expect(predicted.slippage).toBeGreaterThanOrEqual(walkAll(own, of, sizeUsd) - 1e-9);
        },
      ),
    );
  });

  it('nor than a walk through a book it was not made from, which holds as much within both distances', () => {
    fc.assert(
      fc.property(ladder, ladder, side, share, (seen, heldOut, of, part) => {
        const profile = depthProfile([seen]);
        const [near, far] = depthProfile([heldOut])[of];
        fc.pre(near >= profile[of][0] && far >= profile[of][1] && profile[of][1] >= 2);
        const sizeUsd = profile[of][1] * part;
        fc.pre(sizeUsd >= 1);
        const { slippage: predicted } = closingCost(profile, {
          side: of,
          sizeUsd,
          refillSeconds: 3600,
        });
        expect(predicted).toBeGreaterThanOrEqual(walkAll([heldOut], of, sizeUsd) - 1e-9);
      }),
    );
  });

  it('never predicts less than a walk through later books, held out from those that the part was taken from', () => {
    // Pairs of a moment and a later one: what rests on a level is drawn anew, thinner in one of three.
    const pairs = fc.sample(
      fc
        .tuple(
          sizes,
          fc.constantFrom(1, 1, 0.5),
          fc.infiniteStream(fc.double({ min: 0.3, max: 1.5, noNaN: true })),
        )
        .map(([own, thinned, drawn]) => {
          const later = own.map((size) => size * thinned * (drawn.next().value as number));
          return [bookOf(own), bookOf(later)] as const;
        }),
      { numRuns: 600, seed: 18 },
    );
    const [fitted, heldOut] = [pairs.slice(0, 300), pairs.slice(300)];
    const SIDES = ['buy', 'sell'] as const;
    const stayed = ([before, later]: (typeof pairs)[number]): number => {
      const [first, second] = [depthProfile([before]), depthProfile([later])];
      return Math.min(
        ...SIDES.flatMap((of) => [second[of][0] / first[of][0], second[of][1] / first[of][1]]),
      );
    };
    const share = Math.min(...fitted.map(stayed));
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
    const below = (relied: number): number =>
      heldOut
        .flatMap(([before, later]) => {
          const profile = reliedOn(depthProfile([before]), relied);
          return SIDES.flatMap((of) =>
            [0.05, 0.25, 0.5, 0.99].map((part) => {
              const sizeUsd = share * depthProfile([before])[of][1] * part;
              const { slippage: predicted } = closingCost(profile, {
                side: of,
                sizeUsd,
                refillSeconds: 1,
              });
              return predicted < slippage(later, of, sizeUsd) - 1e-12;
            }),
          );
        })
        .filter(Boolean).length;
    expect(below(share)).toBe(0);
    // Relied on whole, the same depth does fall short of later books.
    expect(below(1)).toBeGreaterThan(0);
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
