// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: surfaces are calibrated, as in recovery.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { blackPrice } from '../../../../prover/market/surface/black.ts';
import { calibrateSurface } from '../../../../prover/market/surface/surface.ts';
import { densityFactor, smileAt, totalVariance } from '../../../../prover/market/surface/svi.ts';
import type {
  ClampedSvi,
  ExpiryQuotes,
  FittedSlice,
  SliceCalibration,
} from '../../../../prover/market/surface/types.ts';
import { normals, quotesOf, surfaces } from './surfaces.ts';

const isFitted = (slice: SliceCalibration): slice is FittedSlice => slice.state === 'fitted';

/** Least ∂²C/∂K² (times F) inside the domain, by differences of prices: no formula of the fit. */
function leastDensity(svi: ClampedSvi): number {
  const price = (k: number): number =>
    blackPrice('call', 1, Math.exp(k), Math.sqrt(totalVariance(svi, k)));
  let least = Infinity;
  const span = svi.kMax - svi.kMin;
  const h = span / 400;
  for (let k = svi.kMin + h; k <= svi.kMax - h; k += h) {
    const [left, middle, right] = [Math.exp(k - h), Math.exp(k), Math.exp(k + h)];
    const above = (price(k + h) - price(k)) / (right - middle);
    const below = (price(k) - price(k - h)) / (middle - left);
    least = Math.min(least, above - below);
  }
  return least;
}

function expectNoArbitrage(slices: readonly SliceCalibration[]): void {
  let before: ClampedSvi | undefined;
  for (const { svi } of slices.filter(isFitted)) {
    // Differences of doubles near 1: anything below 10⁻¹² is their rounding.
    expect(leastDensity(svi)).toBeGreaterThan(-1e-12);
    if (before !== undefined) {
      for (let k = -8; k <= 8; k += 1 / 128) {
        expect(totalVariance(svi, k)).toBeGreaterThanOrEqual(totalVariance(before, k));
      }
    }
    before = svi;
  }
}

/** Raw SVI of Axel Vogt: no calendar, no negative variance, and yet butterfly arbitrage. */
const VOGT = { a: -0.041, b: 0.1331, c: 0.1331 * 0.306, m: 0.3586, sigma: 0.4153 };

function vogtQuotes(from: number, to: number): ExpiryQuotes {
  return {
    expiry: 1_831_536_000n,
    tau: 31_536_000n,
    forward: 100,
    quotes: Array.from({ length: 41 }, (_, i) => {
      const k = from + ((to - from) * i) / 40;
      return { strike: 100 * Math.exp(k), vol: Math.sqrt(smileAt(VOGT, k).w) };
    }),
  };
}

describe('arbitrage', () => {
  it('knows the published arbitrage of the Vogt slice', () => {
    // Gatheral & Jacquier 2014, example 3.1; the values of g were recomputed at 50 digits.
    expect(densityFactor(smileAt(VOGT, 0.9))).toBeCloseTo(-0.032685130709, 11);
    expect(densityFactor(smileAt(VOGT, 0))).toBeCloseTo(1.038649731282, 11);
    expect(densityFactor(smileAt(VOGT, -1.5))).toBeCloseTo(0.247830695258, 11);
  });

  it('fits the Vogt slice without its arbitrage', () => {
    const [slice] = calibrateSurface([vogtQuotes(-1, 1.2)]).slices;
    expect(slice?.state).toBe('fitted');
    const fitted = slice as FittedSlice;
    expect(fitted.diagnostics.butterflyMargin).toBeGreaterThan(0);
    expect(fitted.diagnostics.binding).toContain('butterfly');
    expectNoArbitrage([fitted]);
    // The core it can keep: within a point of quotes at 13 to 40 %.
    expect(fitted.diagnostics.core.vol.rms).toBeLessThan(0.01);
  });

  it('leaves none in whatever it accepts of wild quotes', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        surfaces,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom(0.01, 0.03, 0.1, 0.3),
        (surface, seed, size) => {
          const noise = normals(seed);
          const wild = surface.map((slice) => {
            // Neighbouring expiries shifted against each other: calendar arbitrage in the quotes.
            const shift = Math.exp(size * noise());
            return quotesOf(slice, { from: -2, to: 3, count: 19 }, (quote) => ({
              ...quote,
              vol: Math.max(quote.vol * shift * (1 + size * noise()), 0.01),
              volSpread: quote.vol * size,
            }));
          });
          const { slices } = calibrateSurface(wild);
          accepted += slices.filter(isFitted).length;
          expectNoArbitrage(slices);
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
    expect(accepted).toBeGreaterThan(10);
  });

  it('moves two slices that cross slightly apart', () => {
    const { slices } = calibrateSurface([smileIn(0, 0.5), smileIn(1, 0.48)]);
    expect(slices.map(({ state }) => state)).toEqual(['fitted', 'fitted']);
    expectNoArbitrage(slices);
    expect((slices[1] as FittedSlice).diagnostics.binding).toContain('calendar');
  });

  it('refuses the slice that contradicts the others in time', () => {
    const low = smileIn(2, 0.2);
    const { slices } = calibrateSurface([smileIn(0, 0.5), smileIn(1, 0.5), low, smileIn(3, 0.5)]);
    expect(slices.map(({ state }) => state)).toEqual(['fitted', 'fitted', 'refused', 'fitted']);
    expect(slices[2]).toMatchObject({ expiry: low.expiry, reason: 'calendar-arbitrage' });
    expectNoArbitrage(slices);
  });
});

/** A flat-ish smile some half days after the twelfth day. */
function smileIn(halfDays: number, vol: number): ExpiryQuotes {
  const tau = 1_000_000 + 50_000 * halfDays;
  return {
    expiry: BigInt(1_800_000_000 + tau),
    tau: BigInt(tau),
    forward: 1000,
    quotes: Array.from({ length: 21 }, (_, i) => {
      const k = ((i - 10) / 5) * vol * Math.sqrt(tau / 31_536_000);
      return { strike: 1000 * Math.exp(k), vol: vol * (1 + 0.02 * ((i - 10) / 5) ** 2) };
    }),
  };
}
