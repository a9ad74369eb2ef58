// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';

/** Σ cₖ·tᵏ for the given row of a coefficient table. */
export function evaluateRow(
  table: readonly (readonly bigint[])[],
  interval: number,
  t: bigint,
): bigint {
  const row = table[interval];
  if (row === undefined) {
    throw new PlimsollError('OUT_OF_RANGE', `evaluateRow: no interval ${interval}`);
  }
  let value = 0n;
  for (let k = row.length - 1; k >= 0; k -= 1) value = value * t + (row[k] as bigint);
  return value;
}
