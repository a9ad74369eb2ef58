// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * |limb| ≤ 2²¹, |lots| ≤ 2²⁶ and 64 positions: no partial sum of lots·limb exceeds 2⁵³, so every
 * one of them is an exact double (docs/array-margin.md).
 */
export const LIMB_BITS = 22;

const BASE = 2 ** LIMB_BITS;
const HALF = BASE / 2;

/** The signed low limb of |x| < 2⁴³, in [−2²¹, 2²¹). */
export function lowLimb(x: number): number {
  const shifted = x + HALF;
  return shifted - Math.floor(shifted / BASE) * BASE - HALF;
}

/** What is left above the low limb: |high| ≤ 2²¹. */
export const highLimb = (x: number): number => (x - lowLimb(x)) / BASE;

/** high·2²² + low, rounded to a double. */
export const roughlyJoined = (high: number, low: number): number => high * BASE + low;

/** high·2²² + low. A sum that was rounded to a safe integer was that integer. */
export function joinLimbs(high: number, low: number): bigint {
  const joined = roughlyJoined(high, low);
  if (Number.isSafeInteger(joined)) return BigInt(joined);
  return (BigInt(high) << BigInt(LIMB_BITS)) + BigInt(low);
}
