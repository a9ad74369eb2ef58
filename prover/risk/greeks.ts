// SPDX-License-Identifier: GPL-3.0-or-later
import type { ValuedPosition } from './contingencies.ts';

/**
 * Sensitivities of a whole position for people to read: doubles, never an input of margin. Taken
 * under sticky strike (the strike keeps its volatility when the forward moves).
 */
export interface Greeks {
  /** Contracts of underlying. */
  readonly delta: number;
  /** Change of delta per USD of forward. */
  readonly gamma: number;
  /** USD per volatility point (0.01). */
  readonly vega: number;
  /** USD per calendar day. */
  readonly theta: number;
}

const SECONDS_PER_DAY = 86_400;
const DAYS_PER_YEAR = 365;

export function positionGreeks({ instrument, lots, valuation }: ValuedPosition): Greeks {
  const contracts = Number(lots) / 100;
  const delta = contracts * (Number(valuation.deltaQ128) / 2 ** 128);
  const stdDev = Number(valuation.stdDevQ32) / 2 ** 32;
  // Delta-one, settled and intrinsic positions have no curvature and no time value.
  if (stdDev === 0) return { delta, gamma: 0, vega: 0, theta: 0 };
  const forward = Number(valuation.referenceE4) / 1e4;
  const strike = Number(instrument.strikeE4) / 1e4;
  const years = Number(valuation.tau) / (SECONDS_PER_DAY * DAYS_PER_YEAR);
  const d1 = Math.log(forward / strike) / stdDev + stdDev / 2;
  const density = Math.exp(-d1 * d1 * 0.5) / Math.sqrt(2 * Math.PI);
  return {
    delta,
    gamma: (contracts * density) / (forward * stdDev),
    vega: (contracts * forward * density * Math.sqrt(years)) / 100,
    theta: (-contracts * forward * density * stdDev) / (2 * years * DAYS_PER_YEAR),
  };
}
