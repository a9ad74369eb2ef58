// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import type { ExpiryQuotes, VolQuote } from '../../../../prover/market/surface/types.ts';

export const YEAR = 31_536_000;
const NOW = 1_800_000_000;

/** A slice of an SSVI surface (Gatheral & Jacquier 2014, §4): total variance by k. */
export interface TrueSlice {
  readonly expiry: bigint;
  readonly tau: bigint;
  readonly forward: number;
  /** Total variance at the money. */
  readonly theta: number;
  readonly rho: number;
  readonly phi: number;
}

export function trueVariance({ theta, rho, phi }: TrueSlice, k: number): number {
  const x = phi * k;
  return (theta / 2) * (1 + rho * x + Math.sqrt((x + rho) ** 2 + 1 - rho * rho));
}

export function trueVol(slice: TrueSlice, k: number): number {
  return Math.sqrt((trueVariance(slice, k) * YEAR) / Number(slice.tau));
}

/** What a listed expiry may be: ten minutes to two years. */
const tauSeconds = fc
  .uniqueArray(fc.double({ min: Math.log(600), max: Math.log(2 * YEAR), noNaN: true }), {
    minLength: 2,
    maxLength: 6,
    comparator: (left, right) => Math.abs(left - right) < 0.3,
  })
  .map((logs) => logs.sort((left, right) => left - right).map((log) => Math.round(Math.exp(log))));

/**
 * SSVI with φ(θ) = η/√(θ(1 + θ)) and η(1 + |ρ|) ≤ 2: free of static arbitrage for every θ that
 * rises with τ (Gatheral & Jacquier 2014, remark 4.4).
 */
export const surfaces: fc.Arbitrary<TrueSlice[]> = fc
  .record({
    taus: tauSeconds,
    forward: fc.double({ min: 50, max: 200_000, noNaN: true }),
    shortVol: fc.double({ min: 0.2, max: 1.8, noNaN: true }),
    longVol: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
    rho: fc.double({ min: -0.7, max: 0.5, noNaN: true }),
    eta: fc.double({ min: 0.6, max: 1.15, noNaN: true }),
  })
  .map(({ taus, forward, shortVol, longVol, rho, eta }) => {
    let floor = 0;
    return taus.map((tau) => {
      const years = tau / YEAR;
      const vol = longVol + (shortVol - longVol) * Math.exp(-8 * years);
      const theta = Math.max(vol * vol * years, floor * 1.02);
      floor = theta;
      return {
        expiry: BigInt(NOW + tau),
        tau: BigInt(tau),
        forward: forward * (1 + 0.05 * years),
        theta,
        rho,
        phi: eta / Math.sqrt(theta * (1 + theta)),
      };
    });
  });

/** Strikes at even steps of the slice's own standard deviation. */
export function quotesOf(
  slice: TrueSlice,
  { from = -2.4, to = 2.4, count = 25 } = {},
  adjust: (quote: VolQuote, index: number) => VolQuote | undefined = (quote) => quote,
): ExpiryQuotes {
  const quotes = Array.from({ length: count }, (_, i) => {
    const k = (from + ((to - from) * i) / (count - 1)) * Math.sqrt(slice.theta);
    return adjust({ strike: slice.forward * Math.exp(k), vol: trueVol(slice, k) }, i);
  });
  const { expiry, tau, forward } = slice;
  return { expiry, tau, forward, quotes: quotes.filter((quote) => quote !== undefined) };
}

/** Standard normal numbers that depend on the seed alone (Park & Miller, Box & Muller). */
export function normals(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
