// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { instrumentKey } from '../../commitments/instrument.ts';
import { DAMPED_IDS, isDisclosedId, PACKED_SCENARIOS } from '../../commitments/session/lanes.ts';
import {
  EMPTY_ROW,
  LIGHT_RATE_SHIFT,
  type SessionRow,
} from '../../commitments/session/session-row.ts';
import { MAX_ROWS } from '../../commitments/session/session-words.ts';
import { abs, divCeil, max } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { Instrument } from '../../model/types.ts';
import { riskArrays, type RiskArray } from '../remargin/risk-array.ts';
import type { SessionTerms } from '../../commitments/session/session-terms.ts';
import { bandEdgeFloor } from './terms.ts';

const ONE_Q40 = 1n << 40n;

/**
 * What a long lot loses at most: an option or what is settled all that it is worth, a perpetual or a
 * future the terms' largest loss, and one unit of rounding (two where the mark is moved).
 */
function longRate(array: RiskArray, largestLossQ24: bigint): bigint {
  const isMoved = array.charge === 'perpetual' || array.charge === 'future';
  const lossQ24 = isMoved
    ? array.markE4 * largestLossQ24 + (2n << 24n)
    : (array.markE4 + 1n) << 24n;
  return divCeil(lossQ24, 1n << (24n + LIGHT_RATE_SHIFT));
}

/**
 * What a short lot loses at most. Damped tails from whole units of 2¹² E4 of mark and values, which the
 * circuit has as bits already.
 */
function shortRate(array: RiskArray, dampingsQ16: readonly bigint[]): bigint {
  const markUnits = array.markE4 >> LIGHT_RATE_SHIFT;
  let rate = 0n;
  for (let id = 1; id <= PACKED_SCENARIOS; id += 1) {
    const lossE4 = array.lossesE4[id]!;
    const valueUnits = (array.markE4 - lossE4) >> LIGHT_RATE_SHIFT;
    const units = isDisclosedId(id)
      ? divCeil(dampingsQ16[DAMPED_IDS.indexOf(id)]! * (valueUnits + 1n - markUnits), 1n << 16n)
      : divCeil(1n - lossE4, 1n << LIGHT_RATE_SHIFT);
    rate = max(rate, units);
  }
  return rate;
}

export function sessionRow(
  instrument: Instrument,
  array: RiskArray,
  terms: SessionTerms,
  { snapshot, parameters }: PricedMarket,
): SessionRow {
  const { underlying } = instrument;
  const own = terms.underlyings[underlying];
  const { indexE4, depthQuote } = snapshot.underlyings[underlying];
  const firstEdgeE6 = bandEdgeFloor(parameters.concentration.bandsQ10[0], depthQuote);
  const { charge, referenceE4, markE4, dollarDeltaE4 } = array;
  const isOption = charge === 'option';
  const bps = charge === 'perpetual' ? parameters.perpetual.mmBps : parameters.future.mmBps;
  const notionalE4 = charge === 'settled' ? 0n : isOption ? indexE4 : referenceE4;
  const bothSides = charge === 'settled' || isOption ? 0n : bps * referenceE4;
  return {
    key: instrumentKey(instrument),
    underlying,
    markE4,
    dollarDeltaE4,
    lossesE4: array.lossesE4.slice(1),
    longChargeE8: bothSides,
    shortChargeE8: isOption ? parameters.shortOption.mmBps * indexE4 : bothSides,
    notionalE4,
    longRate: longRate(array, own.largestLossQ24),
    shortRate: shortRate(array, own.dampingsQ16),
    // Against one unit more than the band, for one unit more than the delta: then whoever holds a lot
    // and no more than the whole share is below the band, and a depth of 0 divides nothing by 0.
    bandShareQ40: divCeil(ONE_Q40 * (abs(dollarDeltaE4) + 2n), firstEdgeE6 + 1n),
  };
}

/** The rows of a session, and the number of each instrument's. Row 0 is that of empty slots. */
export interface RowTable {
  readonly rows: readonly SessionRow[];
  readonly instruments: readonly (Instrument | undefined)[];
  readonly numberOf: (instrument: Instrument) => number;
}

/** A row for each instrument, in the order of their keys, filled up with empty ones to whole chunks. */
export function rowTable(
  instruments: readonly Instrument[],
  terms: SessionTerms,
  market: PricedMarket,
  chunkSize: number,
): RowTable {
  const ordered = [...instruments].sort((a, b) => (instrumentKey(a) < instrumentKey(b) ? -1 : 1));
  const arrays = riskArrays(ordered, market);
  const rows = [
    EMPTY_ROW,
    ...ordered.map((instrument, place) => sessionRow(instrument, arrays[place]!, terms, market)),
  ];
  while (rows.length % chunkSize !== 0) rows.push(EMPTY_ROW);
  if (rows.length > MAX_ROWS) {
    throw new PlimsollError(
      'OUT_OF_RANGE',
      `rowTable: expected at most ${MAX_ROWS} rows, got ${rows.length}`,
    );
  }
  const numbers = new Map(ordered.map((one, place) => [instrumentKey(one), place + 1]));
  return {
    rows,
    instruments: [undefined, ...ordered],
    numberOf: (instrument) => {
      const found = numbers.get(instrumentKey(instrument));
      if (found === undefined) {
        throw new PlimsollError('NO_SUCH_ROW', 'rowTable: no row prices the instrument');
      }
      return found;
    },
  };
}
