// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: some four hundred calibrations take half a minute.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { calibrateSurface } from '../../../../prover/market/surface/surface.ts';
import { totalVariance } from '../../../../prover/market/surface/svi.ts';
import type { ExpiryQuotes, FittedSlice } from '../../../../prover/market/surface/types.ts';
import type { TrueSlice } from './surfaces.ts';
import { normals, quotesOf, surfaces, trueVol, YEAR } from './surfaces.ts';

/** Largest error of volatility, relative to the truth, within so many standard deviations. */
function worstError(fitted: FittedSlice, truth: TrueSlice, stdDevs: number): number {
  let worst = 0;
  for (let step = -40; step <= 40; step += 1) {
    const k = (step / 40) * stdDevs * Math.sqrt(truth.theta);
    const vol = Math.sqrt((totalVariance(fitted.svi, k) * YEAR) / Number(truth.tau));
    worst = Math.max(worst, Math.abs(vol / trueVol(truth, k) - 1));
  }
  return worst;
}

function fitAll(quotes: readonly ExpiryQuotes[]): FittedSlice[] {
  return calibrateSurface(quotes).slices.map((slice) => {
    if (slice.state === 'refused') throw new Error(slice.message);
    return slice;
  });
}

/** A seed for one case, from the case. */
const seedOf = (surface: readonly TrueSlice[]): number =>
  Number(surface.reduce((sum, { tau }) => (sum * 31n + tau) % 1_000_003n, 7n));

// endOnFailure: shrinking a surface takes minutes, and a seed repeats the case anyway.
describe('recovery of surfaces without arbitrage', () => {
  it('returns to a surface from its exact volatilities within 0.002 %', () => {
    fc.assert(
      fc.property(surfaces, (surface) => {
        fitAll(surface.map((slice) => quotesOf(slice))).forEach((fitted, index) => {
          expect(worstError(fitted, surface[index]!, 2.4)).toBeLessThan(2e-5);
        });
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('stays within 3 % around the money for noise of 0.5 % and a fifth of the strikes missing', () => {
    fc.assert(
      fc.property(surfaces, (surface) => {
        const noise = normals(seedOf(surface));
        const noisy = surface.map((slice) =>
          quotesOf(slice, {}, (quote) =>
            Math.abs(noise()) > 1.3
              ? undefined
              : { ...quote, vol: quote.vol * (1 + 0.005 * noise()) },
          ),
        );
        fitAll(noisy).forEach((fitted, index) => {
          expect(worstError(fitted, surface[index]!, 1.5)).toBeLessThan(0.03);
        });
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('stays within 0.5 % around the money when every eighth quote is 30 % off', () => {
    fc.assert(
      fc.property(surfaces, fc.integer({ min: 0, max: 6 }), (surface, offset) => {
        const stale = surface.map((slice) =>
          quotesOf(slice, {}, (quote, index) => {
            const hit = index % 8 === offset && index > 4 && index < 20;
            return hit ? { ...quote, vol: quote.vol * (index % 16 < 8 ? 1.3 : 0.7) } : quote;
          }),
        );
        fitAll(stale).forEach((fitted, index) => {
          expect(worstError(fitted, surface[index]!, 1.5)).toBeLessThan(5e-3);
          expect(fitted.diagnostics.outliers).toBeGreaterThanOrEqual(1);
        });
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });
});

describe('invariance', () => {
  it('does not know the unit of price', () => {
    fc.assert(
      fc.property(surfaces, fc.integer({ min: -4, max: 4 }), (surface, exponent) => {
        const quotes = surface.map((slice) => quotesOf(slice));
        const unit = 2 ** exponent;
        const scaled = quotes.map((each) => ({
          ...each,
          forward: each.forward * unit,
          quotes: each.quotes.map((quote) => ({ ...quote, strike: quote.strike * unit })),
        }));
        expect(calibrateSurface(scaled)).toEqual(calibrateSurface(quotes));
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('fits the same total variance when time runs four times as fast', () => {
    fc.assert(
      fc.property(surfaces, (surface) => {
        const quotes = surface.map((slice) => quotesOf(slice));
        const slower = quotes.map((each) => ({
          ...each,
          tau: each.tau * 4n,
          quotes: each.quotes.map((quote) => ({ ...quote, vol: quote.vol / 2 })),
        }));
        const fast = fitAll(quotes);
        fitAll(slower).forEach(({ svi }, index) => {
          for (const k of [svi.kMin / 2, -0.01, 0, 0.01, svi.kMax / 2]) {
            const ratio = totalVariance(svi, k) / totalVariance(fast[index]!.svi, k);
            expect(Math.abs(ratio - 1)).toBeLessThan(1e-4);
          }
        });
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it('gives the same bits again, whatever the order of the quotes', () => {
    fc.assert(
      fc.property(surfaces, fc.integer(), (surface, seed) => {
        const noise = normals(Math.abs(seed));
        const quotes = surface.map((slice) =>
          quotesOf(slice, {}, (quote) => ({ ...quote, vol: quote.vol * (1 + 0.01 * noise()) })),
        );
        const first = calibrateSurface(quotes);
        expect(calibrateSurface(quotes)).toEqual(first);
        const reversed = quotes.map((each) => ({ ...each, quotes: each.quotes.toReversed() }));
        expect(calibrateSurface(reversed)).toEqual(first);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });
});
