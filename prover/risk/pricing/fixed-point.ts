// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';

/** `x >> n` on bigint already rounds towards −∞; every other quotient says its direction. */

/** ⌊a / b⌋ towards −∞ for negative a too; b ≥ 1. */
export function divFloor(a: bigint, b: bigint): bigint {
  if (b <= 0n) throw new PlimsollError('OUT_OF_RANGE', `divFloor: expected b >= 1, got ${b}`);
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

/** ⌈a / b⌉; b ≥ 1. */
export const divCeil = (a: bigint, b: bigint): bigint => -divFloor(-a, b);

/** ⌊x·y / d⌋; d ≥ 1. */
export const mulFloor = (x: bigint, y: bigint, d: bigint): bigint => divFloor(x * y, d);

/** ⌈x·y / d⌉; d ≥ 1. */
export const mulCeil = (x: bigint, y: bigint, d: bigint): bigint => divCeil(x * y, d);

/** ⌈x / 2ⁿ⌉. */
export const shiftCeil = (x: bigint, n: bigint): bigint => -(-x >> n);

export const abs = (x: bigint): bigint => (x < 0n ? -x : x);
export const min = (x: bigint, y: bigint): bigint => (x < y ? x : y);
export const max = (x: bigint, y: bigint): bigint => (x > y ? x : y);

export const clamp = (x: bigint, low: bigint, high: bigint): bigint => max(low, min(high, x));

export const sum = (terms: Iterable<bigint>): bigint => {
  let total = 0n;
  for (const term of terms) total += term;
  return total;
};
