// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { EXPONENTIAL, LOG_MOVE } from './tables.ts';

const BIAS_Q40 = 1n << 41n;

const entry = (tables: readonly (readonly bigint[])[], row: number, digit: bigint): bigint =>
  (tables[row] as readonly bigint[])[Number(digit)] as bigint;

/**
 * e^x at Q20 of a Q40 exponent in [−2, 2) (docs/spec.md §9): the exponent is cut to Q16 and read as
 * three digits of base 64. Within 2⁻¹⁶ of the value, relatively, for the cut, and 2⁻²¹ for the rounding.
 */
export function exponentialQ20(logQ40: bigint): bigint {
  const n = (logQ40 + BIAS_Q40) >> 24n;
  if (n < 0n || n >= 1n << 18n) {
    throw new PlimsollError('OUT_OF_RANGE', `exponentialQ20: expected -2 <= x < 2, got ${logQ40}`);
  }
  const low = entry(EXPONENTIAL, 0, n & 63n);
  const middle = entry(EXPONENTIAL, 1, (n >> 6n) & 63n);
  const high = entry(EXPONENTIAL, 2, n >> 12n);
  return (((low * middle) >> 48n) * high + (1n << 75n)) >> 76n;
}

/**
 * round(2²⁴·e^{g/1024}) for |g| ≤ 2047, as the circuit makes it: two digits of base 64, one product. The
 * tables' error is below 2⁻¹³ of a unit, less than any of the 4,095 products lies from half a unit; a
 * test goes through all of them.
 */
export function multiplierQ24(logMoveQ10: bigint): bigint {
  const n = logMoveQ10 + 2048n;
  if (n < 1n || n >= 1n << 12n) {
    throw new PlimsollError(
      'OUT_OF_RANGE',
      `multiplierQ24: expected |g| <= 2047, got ${logMoveQ10}`,
    );
  }
  return (entry(LOG_MOVE, 0, n & 63n) * entry(LOG_MOVE, 1, n >> 6n) + (1n << 55n)) >> 56n;
}
