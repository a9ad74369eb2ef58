// SPDX-License-Identifier: GPL-3.0-or-later

/** Dispersions at which nothing is known any more: confidence 0 (docs/market-data.md). */
export const CONFIDENCE_SCALE = {
  /** Of an index: relative, half the range of the values that agree. */
  index: 0.01,
  /** Of a surface: volatility, 0.1 is ten points. */
  volatility: 0.1,
} as const;

/**
 * Confidence Q10 of a component: what its sources claim, times the share of them that agree, times
 * how close these are: ⌊claimed·(agreeing/given)·max(0, 1 − dispersion/scale)⌋.
 */
export function confidenceFloorQ10(
  claimedQ10: bigint,
  agreeing: number,
  given: number,
  dispersion: number,
  scale: number,
): bigint {
  const share = (agreeing / given) * Math.max(0, 1 - dispersion / scale);
  return BigInt(Math.floor(Number(claimedQ10) * share));
}
