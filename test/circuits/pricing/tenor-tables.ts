// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import type { TenorKnot } from '../../../prover/model/types.ts';

const column = (max: number): fc.Arbitrary<bigint[]> =>
  fc
    .array(fc.bigInt({ min: 0n, max: BigInt(max) }), { minLength: 14, maxLength: 14 })
    .map((values) => values.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
/** Tenor tables at the ends of what the parameter loader lets through. */
export const tenorTables: fc.Arbitrary<TenorKnot[]> = fc
  .record({
    gaps: fc.array(fc.oneof(fc.bigInt(1n, 5n), fc.bigInt(1n, (1n << 26n) - 1n)), {
      minLength: 14,
      maxLength: 14,
    }),
    up: column(4095),
    down: column(1023),
    cap: column(1023),
    slope: column(8191),
    roll: column(127),
  })
  .map(({ gaps, up, down, cap, slope, roll }) => {
    let tauSeconds = 0n;
    return gaps.map((gap, i) => ({
      tauSeconds: (tauSeconds += gap),
      volUpQ10: up[i]!,
      volDownQ10: down[i]!,
      skewCapQ10: cap[i]!,
      skewSlopeQ10: slope[i]!,
      rollLogQ10: roll[13 - i]!,
    }));
  });
