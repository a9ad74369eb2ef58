// SPDX-License-Identifier: GPL-3.0-or-later
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { SCENARIO_COUNT } from '../../risk/pricing/scenarios.ts';
import type { Instrument } from '../../model/types.ts';
import { highLimb, lowLimb } from './limbs.ts';
import { riskArrays, type RiskArray } from './risk-array.ts';

/** Ids 1…32; id 0 loses nothing. */
export const SCENARIOS = SCENARIO_COUNT - 1;

/**
 * One instrument is one row of 40 doubles: the losses of ids 1…32, then what else is linear in
 * lots. From `future` on columns multiply |lots|, of the last pair one for long and one for short;
 * `option` multiplies the lots that nothing covers.
 */
export const ROW = 40;
export const COLUMN = {
  mark: 32,
  dollarDelta: 33,
  future: 34,
  perpetual: 35,
  option: 36,
  longDoubt: 37,
  shortDoubt: 38,
} as const;
/** Columns that need limbs: the others are flags and confidences. */
const LIMB_COLUMNS = 35;

/** The risk arrays of one tick, as rows of doubles. */
export class TickArrays {
  readonly market: PricedMarket;
  readonly arrays: RiskArray[] = [];
  rows = new Float64Array(0);
  /** The first 35 columns again as signed 22-bit limbs. */
  highs = new Float64Array(0);
  lows = new Float64Array(0);
  /** The largest magnitude by underlying that |lots| are multiplied with. */
  readonly largest: [number, number];

  constructor(instruments: readonly Instrument[], market: PricedMarket) {
    this.market = market;
    const [btc, eth] = market.snapshot.underlyings;
    const most = (u: typeof btc): number => Number(u.indexE4 + u.perpetualMarkE4);
    this.largest = [most(btc), most(eth)];
    this.append(instruments);
  }

  /** Adds instruments first seen after the tick began. */
  append(instruments: readonly Instrument[]): void {
    const first = this.arrays.length;
    const length = (first + instruments.length) * ROW;
    if (length > this.rows.length) {
      const room = Math.max(length, 2 * this.rows.length);
      for (const name of ['rows', 'highs', 'lows'] as const) {
        const larger = new Float64Array(room);
        larger.set(this[name]);
        this[name] = larger;
      }
    }
    for (const [offset, array] of riskArrays(instruments, this.market).entries()) {
      this.arrays.push(array);
      this.#fill(first + offset, array, instruments[offset]!);
    }
  }

  #fill(number: number, array: RiskArray, { underlying }: Instrument): void {
    const base = number * ROW;
    const { rows } = this;
    for (let s = 0; s < SCENARIOS; s += 1) rows[base + s] = Number(array.lossesE4[s + 1]!);
    rows[base + COLUMN.mark] = Number(array.markE4);
    rows[base + COLUMN.dollarDelta] = Number(array.dollarDeltaE4);
    const isOption = array.charge === 'option';
    const isDeltaOne = array.charge === 'perpetual' || array.charge === 'future';
    const { thresholdQ10 } = this.market.parameters.confidence;
    const doubt = Math.max(0, Number(thresholdQ10 - array.confidenceQ10));
    rows[base + COLUMN.future] = array.charge === 'future' ? Number(array.referenceE4) : 0;
    rows[base + COLUMN.perpetual] = array.charge === 'perpetual' ? 1 : 0;
    rows[base + COLUMN.option] = isOption ? 1 : 0;
    rows[base + COLUMN.longDoubt] = isDeltaOne ? doubt : 0;
    rows[base + COLUMN.shortDoubt] = isOption || isDeltaOne ? doubt : 0;
    for (let column = 0; column < LIMB_COLUMNS; column += 1) {
      const value = rows[base + column]!;
      this.highs[base + column] = highLimb(value);
      this.lows[base + column] = lowLimb(value);
      if (Math.abs(value) > this.largest[underlying]) this.largest[underlying] = Math.abs(value);
    }
  }
}
