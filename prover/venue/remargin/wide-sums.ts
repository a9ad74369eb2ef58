// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair, UnderlyingId } from '../../model/types.ts';
import type { AccountColumns } from './account-columns.ts';
import type { ArraySums, ScanRange } from './definition.ts';
import { joinLimbs, roughlyJoined } from './limbs.ts';
import { COLUMN, ROW, SCENARIOS, type TickArrays } from './tick-arrays.ts';
import type { TickConstants } from './tick-constants.ts';

/** A loss in doubles is off by less than this share of the magnitudes it is made of, and by a unit that was floored. */
const ROUGHNESS = 2 ** -48;

/** The sums of an account and what it loses by scenario, as limbs by place (id − 1) and joined on demand. */
export class WideSums {
  readonly linear: Omit<ArraySums, 'lossesE6'>;
  readonly #highs: Pair<Float64Array>;
  readonly #lows: Pair<Float64Array>;

  constructor(
    linear: Omit<ArraySums, 'lossesE6'>,
    highs: Pair<Float64Array>,
    lows: Pair<Float64Array>,
  ) {
    this.linear = linear;
    this.#highs = highs;
    this.#lows = lows;
  }

  /**
   * The scan range of the definition. Doubles say which scenarios can be the worst, and integers what those come to:
   * whatever is left out is below what another is at least.
   */
  scanRange(u: UnderlyingId, shockedE6: bigint, { scenarios }: TickConstants): ScanRange {
    const { fallQ24, dampingQ16 } = scenarios[u];
    const [highs, lows] = [this.#highs[u], this.#lows[u]];
    const lots = this.linear.lots[u];
    const [shocked, rounding] = [Number(shockedE6), Number(lots)];
    const mostQ16 = new Float64Array(SCENARIOS);
    let leastQ16 = 0;
    for (let s = 0; s < SCENARIOS; s += 1) {
      const own = roughlyJoined(highs[s]!, lows[s]!);
      const collateral = (shocked * fallQ24[s]!) / 2 ** 24;
      const error =
        ROUGHNESS * (Math.abs(own) + Math.abs(lows[s]!) + Math.abs(collateral) + rounding) + 1;
      const loss = own + collateral + rounding;
      mostQ16[s] = dampingQ16[s]! * (loss + error);
      leastQ16 = Math.max(leastQ16, dampingQ16[s]! * (loss - error));
    }
    let scanQ16 = 0n;
    let worstScenario = 0;
    for (let s = 0; s < SCENARIOS; s += 1) {
      if (mostQ16[s]! < leastQ16) continue;
      const collateralE6 = (shockedE6 * BigInt(fallQ24[s]!)) >> 24n;
      const lossE6 = joinLimbs(highs[s]!, lows[s]!) + collateralE6 + lots;
      const damped = BigInt(dampingQ16[s]!) * lossE6;
      if (damped > scanQ16) {
        scanQ16 = damped;
        worstScenario = s + 1;
      }
    }
    return { scanQ16, worstScenario };
  }
}

/**
 * The sums of one account however large: in doubles by limb, each of them exact for 64 positions,
 * joined as integers at the end.
 */
export function wideSums(columns: AccountColumns, tick: TickArrays, account: number): WideSums {
  const { rows, highs, lows, market } = tick;
  const { instrument, lots: held, uncovered, grossLots } = columns;
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
  const limbs = (): Float64Array => new Float64Array(COLUMN.future + 1);
  const highSums: Pair<Float64Array> = [limbs(), limbs()];
  const lowSums: Pair<Float64Array> = [limbs(), limbs()];
  for (const u of [0, 1] as const satisfies readonly UnderlyingId[]) {
    const { indexE4, perpetualMarkE4 } = market.snapshot.underlyings[u];
    const [high, low] = [highSums[u], lowSums[u]];
    let perpetualLots = 0;
    let uncoveredLots = 0;
    let doubt = 0;
    for (let p = u === 0 ? first : middle; p < (u === 0 ? middle : end); p += 1) {
      const q = held[p]!;
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
    total.marksE6 += joined(COLUMN.mark);
    dollarDeltaE6[u] = joined(COLUMN.dollarDelta);
    total.futureE6 += joined(COLUMN.future);
    total.shortOptionE6 += BigInt(uncoveredLots) * indexE4;
    total.perpetualE6 += BigInt(perpetualLots) * perpetualMarkE4;
    total.lowConfidenceQ10 += BigInt(doubt) * indexE4;
  }
  const lots = [BigInt(grossLots[2 * account]!), BigInt(grossLots[2 * account + 1]!)] as const;
  return new WideSums({ ...total, lots, dollarDeltaE6 }, highSums, lowSums);
}
