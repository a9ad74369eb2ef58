// SPDX-License-Identifier: GPL-3.0-or-later

const PRECISION_BITS = 96n;
const ONE = 1n << PRECISION_BITS;

/**
 * round(2²⁴·e^{g/1024}) for |g| ≤ 2047: shocks live on this grid, so that the logarithm of a
 * shocked forward is the forward's plus g/1024. In integers, because every implementation must
 * refuse the same mismatch and `Math.exp` is not pinned down to the last bit.
 */
export function multiplierOfLogMoveQ24(logMoveQ10: number): bigint {
  let sum = 0n;
  let term = ONE;
  for (let n = 1n; term !== 0n; n += 1n) {
    sum += term;
    // Truncated towards zero, so that the terms of a falling series reach 0 and not −1.
    term = (term * BigInt(logMoveQ10)) / (1024n * n);
  }
  const shift = PRECISION_BITS - 24n;
  return (sum + (1n << (shift - 1n))) >> shift;
}
