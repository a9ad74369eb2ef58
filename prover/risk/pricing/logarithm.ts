// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { LN2_Q72, LOGARITHM, LOGARITHM_SLOPE } from './coefficients.ts';
import { evaluateRow } from './polynomial.ts';

const TOP = 1n << 39n;
const LOW_MASK = (1n << 23n) - 1n;

/** ln n at Q72, unfloored, for a price 1 ≤ n < 2⁴⁰ (docs/spec.md §3). */
export function logarithmQ72(n: bigint): bigint {
  if (n < 1n || n >= 1n << 40n) {
    throw new PlimsollError('OUT_OF_RANGE', `logarithmQ72: expected 1 <= n < 2^40, got ${n}`);
  }
  const shift = BigInt(40 - n.toString(2).length);
  const fraction = (n << shift) - TOP;
  const interval = Number(fraction >> 34n);
  const t = ((fraction >> 23n) & 2047n) - 1024n;
  const offset = (fraction & LOW_MASK) - (1n << 22n);
  return (
    evaluateRow(LOGARITHM, interval, t) +
    evaluateRow(LOGARITHM_SLOPE, interval, t) * offset +
    (39n - shift) * LN2_Q72
  );
}

/** k = ⌊ln(K/F)⌋ at Q30 from two logarithms at Q72. */
export const logMoneynessQ30 = (lnStrikeQ72: bigint, lnForwardQ72: bigint): bigint =>
  (lnStrikeQ72 - lnForwardQ72) >> 42n;

/** x = ln(F/K) at Q20, the coarse argument of the kernel: −⌊k / 2¹⁰⌋. */
export const coarseLogMoneynessQ20 = (kQ30: bigint): bigint => -(kQ30 >> 10n);
