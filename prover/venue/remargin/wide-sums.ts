// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair, UnderlyingId } from '../../model/types.ts';
import type { AccountColumns } from './account-columns.ts';
import type { ArraySums } from './definition.ts';
import { joinLimbs } from './limbs.ts';
import { COLUMN, ROW, SCENARIOS, type TickArrays } from './tick-arrays.ts';

/**
 * The sums of one account however large: in doubles by limb, each of them exact for 64 positions,
 * joined as integers at the end.
 */
export function wideSums(columns: AccountColumns, tick: TickArrays, account: number): ArraySums {
  const { rows, highs, lows, market } = tick;
  const { instrument, lots, uncovered, grossLots } = columns;
  const first = columns.start[account]!;
  const middle = first + columns.split[account]!;
  const end = first + columns.positions[account]!;
  const total = {
    marksE6: 0n,
    shortOptionE6: 0n,
    perpetualE6: 0n,
    futureE6: 0n,
    lowConfidenceQ10: 0n,
  };
  const dollarDeltaE6: [bigint, bigint] = [0n, 0n];
  const lossesE6: Pair<bigint[]> = [[], []];
  for (const u of [0, 1] as const satisfies readonly UnderlyingId[]) {
    const { indexE4, perpetualMarkE4 } = market.snapshot.underlyings[u];
    const high = new Float64Array(COLUMN.future + 1);
    const low = new Float64Array(COLUMN.future + 1);
    let perpetualLots = 0;
    let uncoveredLots = 0;
    let doubt = 0;
    for (let p = u === 0 ? first : middle; p < (u === 0 ? middle : end); p += 1) {
      const q = lots[p]!;
      const row = instrument[p]! * ROW;
      const size = Math.abs(q);
      const isShort = q < 0 ? 1 : 0;
      for (let column = 0; column < COLUMN.future; column += 1) {
        high[column]! += q * highs[row + column]!;
        low[column]! += q * lows[row + column]!;
      }
      high[COLUMN.future]! += size * highs[row + COLUMN.future]!;
      low[COLUMN.future]! += size * lows[row + COLUMN.future]!;
      perpetualLots += size * rows[row + COLUMN.perpetual]!;
      uncoveredLots += uncovered[p]! * rows[row + COLUMN.option]!;
      doubt += size * rows[row + COLUMN.longDoubt + isShort]!;
    }
    const joined = (column: number): bigint => joinLimbs(high[column]!, low[column]!);
    lossesE6[u].push(0n);
    for (let s = 0; s < SCENARIOS; s += 1) lossesE6[u].push(joined(s));
    total.marksE6 += joined(COLUMN.mark);
    dollarDeltaE6[u] = joined(COLUMN.dollarDelta);
    total.futureE6 += joined(COLUMN.future);
    total.shortOptionE6 += BigInt(uncoveredLots) * indexE4;
    total.perpetualE6 += BigInt(perpetualLots) * perpetualMarkE4;
    total.lowConfidenceQ10 += BigInt(doubt) * indexE4;
  }
  return {
    ...total,
    lots: [BigInt(grossLots[2 * account]!), BigInt(grossLots[2 * account + 1]!)],
    dollarDeltaE6,
    lossesE6,
  };
}
