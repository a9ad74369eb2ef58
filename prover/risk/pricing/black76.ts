// SPDX-License-Identifier: GPL-3.0-or-later
import { divFloor, min } from './fixed-point.ts';
import { CELLS, normalCdfQ128, normalDensityQ96, ONE_Q128 } from './normal-distribution.ts';

/**
 * A total standard deviation w cut for the kernel: w = (cells·2¹⁹ + remainder)·2⁻³², |remainder| ≤
 * 2¹⁸, so that d₁ − w stays in one cell of the normal distribution's grid.
 */
export interface SplitStdDev {
  /** Whole cells of 2⁻¹³, at least 1. */
  readonly cells: bigint;
  /** The rest, Q32, in [−2¹⁸, 2¹⁸). */
  readonly remainderQ32: bigint;
  /** w coarsely, the divisor of ln(F/K). */
  readonly coarseQ20: bigint;
  /** w/2. */
  readonly halfQ16: bigint;
}

/** The standard deviation that a split stands for. */
export const stdDevOfSplitQ32 = (split: SplitStdDev): bigint =>
  (split.cells << 19n) + split.remainderQ32;

/** Splits z at Q(32 + extraBits), floored at 2⁻¹⁴. */
export function splitStdDev(z: bigint, extraBits: bigint): SplitStdDev {
  const rounded = (z + (1n << (18n + extraBits))) >> extraBits;
  const whole = rounded >> 19n;
  const cells = whole === 0n ? 1n : whole;
  const low = whole === 0n ? 0n : rounded & 0x7ffffn;
  return {
    cells,
    remainderQ32: low - (1n << 18n),
    coarseQ20: cells * 128n + (low >> 12n) - 64n,
    halfQ16: cells * 4n + (low >> 17n) - 2n,
  };
}

export interface CallValue {
  /** In the unit of forward and strike, times 2¹²⁸; unfloored. */
  readonly valueQ128: bigint;
  /** N(d₁), the forward delta of the call. */
  readonly deltaQ128: bigint;
}

/**
 * Undiscounted Black-76 call F·N(d₁) − K·N(d₂) (Black 1976) on the fixed-point grid of docs/spec.md
 * §3. The value is stationary in d₁, so d₁ may be rounded to 2⁻¹³; d₂ = d₁ − w may not. The last
 * term outweighs the polynomials' error: no option, and no put by parity, is ever worth less than
 * nothing, which would let an account that only holds options be liquidated.
 */
export function black76Call(
  forward: bigint,
  strike: bigint,
  logMoneynessQ20: bigint,
  stdDev: SplitStdDev,
): CallValue {
  const { cells, remainderQ32, coarseQ20, halfQ16 } = stdDev;
  const d1Q16 = divFloor(logMoneynessQ20 << 16n, coarseQ20) + halfQ16;
  const negative = d1Q16 < 0n;
  // One's complement, so that the cells on both sides of zero mirror each other.
  const cell1 = min((negative ? -1n - d1Q16 : d1Q16) >> 3n, CELLS);
  const cdf1 = normalCdfQ128(cell1);
  const deltaQ128 = negative ? ONE_Q128 - cdf1 : cdf1;

  const signed2 = (negative ? -1n - cell1 : cell1) - cells;
  const negative2 = signed2 < 0n;
  const cell2 = negative2 ? -1n - signed2 : signed2;
  const offset = negative2 ? remainderQ32 : -remainderQ32;
  const cdf2 = normalCdfQ128(cell2) + normalDensityQ96(cell2) * offset;
  const exerciseQ128 = negative2 ? ONE_Q128 - cdf2 : cdf2;

  const bias = (forward + strike) << 88n;
  return { valueQ128: forward * deltaQ128 - strike * exerciseQ128 + bias, deltaQ128 };
}
