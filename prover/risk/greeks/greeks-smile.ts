// SPDX-License-Identifier: GPL-3.0-or-later
import type { LiveSlice } from '../../model/types.ts';

export interface VolSlopes {
  /** ∂σ/∂k and ∂²σ/∂k², annualised volatility by log-moneyness. */
  readonly slope: number;
  readonly curvature: number;
}

const FLAT: VolSlopes = { slope: 0, curvature: 0 };

/**
 * Slope and curvature of the smile at k, from w = σ²τ and the slice's own derivatives of w. Beyond
 * the fitted range the engine prices at the bound's volatility: flat.
 */
export function volSlopes(slice: LiveSlice, k: number, years: number, vol: number): VolSlopes {
  if (k <= Number(slice.kMinQ10) / 2 ** 10 || k >= Number(slice.kMaxQ10) / 2 ** 10) return FLAT;
  const b = Number(slice.bQ30) / 2 ** 30;
  const c = Number(slice.cQ30) / 2 ** 30;
  const sigma = Number(slice.sigmaQ24) / 2 ** 24;
  const y = k - Number(slice.mQ24) / 2 ** 24;
  const root = Math.sqrt(y * y + sigma * sigma);
  // A smile without width has a kink instead of a curvature where it turns.
  if (root === 0) return FLAT;
  const varianceSlope = c + (b * y) / root;
  const varianceCurvature = (b * sigma * sigma) / (root * root * root);
  const slope = varianceSlope / (2 * vol * years);
  return {
    slope,
    curvature: (varianceCurvature - 2 * years * slope * slope) / (2 * vol * years),
  };
}
