// SPDX-License-Identifier: GPL-3.0-or-later
import type { UnderlyingId } from '../../model/types.ts';
import { packFields } from '../pack.ts';
import { packScenarios, PACKED_SCENARIOS } from './lanes.ts';
import { COLUMN } from './session-words.ts';

/** Light rates are in units of 2¹² E4 a contract ($0.41), rounded up. */
export const LIGHT_RATE_SHIFT = 12n;
export const LIGHT_RATE_BITS = 32;
export const BAND_SHARE_BITS = 80;

/** One instrument of a session: what a lot of it brings to the sums of an account (docs/spec.md §10.4). */
export interface SessionRow {
  /** 0 for the empty row, of which all numbers are 0. */
  readonly key: bigint;
  readonly underlying: UnderlyingId;
  /** Risk array: mark, dollar delta, losses of ids 1…32. E4. */
  readonly markE4: bigint;
  readonly dollarDeltaE4: bigint;
  readonly lossesE4: readonly bigint[];
  /** Contingency of a lot held long or short, E4·10⁴. */
  readonly longChargeE8: bigint;
  readonly shortChargeE8: bigint;
  /** Index of an option, reference price of the others, 0 once settled. */
  readonly notionalE4: bigint;
  /** At least what a lot loses in any scenario, damped in disclosed tails alone, with its rounding; units of 2¹² E4. */
  readonly longRate: bigint;
  readonly shortRate: bigint;
  /** A lot's share of the first concentration band, Q40, rounded up. */
  readonly bandShareQ40: bigint;
}

export const EMPTY_ROW: SessionRow = {
  key: 0n,
  underlying: 0,
  markE4: 0n,
  dollarDeltaE4: 0n,
  lossesE4: new Array<bigint>(PACKED_SCENARIOS).fill(0n),
  longChargeE8: 0n,
  shortChargeE8: 0n,
  notionalE4: 0n,
  longRate: 0n,
  shortRate: 0n,
  bandShareQ40: 0n,
};

/** What of a row is committed before the challenge: its key, and the numbers that are only bounded. */
export const rowWords = (row: SessionRow): readonly [bigint, bigint] => [
  row.key,
  packFields([
    ['longRate', LIGHT_RATE_BITS, row.longRate],
    ['shortRate', LIGHT_RATE_BITS, row.shortRate],
    ['bandShareQ40', BAND_SHARE_BITS, row.bandShareQ40],
  ]),
];

/** What a column adds per lot, and once more per lot that is short. */
export interface ColumnRates {
  readonly perLot: bigint;
  readonly perShortLot: bigint;
}

/** Dollar deltas up and down of both underlyings, in lanes of 63 bits. */
export const packDeltas = (up: bigint, down: bigint, underlying: UnderlyingId): bigint =>
  (up + (down << 63n)) << (126n * BigInt(underlying));

/** What the gross bound of an account charges by. */
export interface GrossRates {
  /** Of concentration below the first band. */
  readonly firstRateBps: bigint;
}

/**
 * The columns of a row, by power of ρ, of which an account's sums are Σ lots·perLot + Σ short·perShortLot.
 * Every array number counts with its rounding against the account: loss + 1 for a lot either way.
 */
export function rowColumns(
  row: SessionRow,
  { firstRateBps }: GrossRates,
): {
  readonly light: ReadonlyMap<number, ColumnRates>;
  readonly heavy: ReadonlyMap<number, ColumnRates>;
} {
  const occupied = row.key === 0n ? 0n : 1n;
  const { markE4, dollarDeltaE4, notionalE4, bandShareQ40, underlying } = row;
  const absDelta = dollarDeltaE4 < 0n ? -dollarDeltaE4 : dollarDeltaE4;
  const concentration = firstRateBps * (absDelta + occupied);
  const gross = (rate: bigint, chargeE8: bigint): bigint =>
    10_000n * (rate << LIGHT_RATE_SHIFT) + chargeE8 + concentration;
  const longCost = gross(row.longRate, row.longChargeE8);
  const shortCost = gross(row.shortRate, row.shortChargeE8);
  const light = new Map<number, ColumnRates>([
    [
      COLUMN.surplus,
      {
        perLot: 10_000n * (markE4 - occupied) - longCost,
        perShortLot: -20_000n * occupied - longCost - shortCost,
      },
    ],
    [COLUMN.bandShare, { perLot: bandShareQ40, perShortLot: 2n * bandShareQ40 }],
  ]);
  const heavy = new Map<number, ColumnRates>();
  const first = underlying === 0 ? COLUMN.btc : COLUMN.eth;
  const rounding = packScenarios(new Array<bigint>(PACKED_SCENARIOS).fill(2n * occupied));
  packScenarios(row.lossesE4.map((loss) => loss + occupied)).forEach((word, place) => {
    heavy.set(first + place, { perLot: word, perShortLot: rounding[place]! });
  });
  heavy.set(COLUMN.value, { perLot: markE4 - occupied, perShortLot: -2n * occupied });
  heavy.set(COLUMN.contingency, {
    perLot: row.longChargeE8,
    perShortLot: row.longChargeE8 + row.shortChargeE8,
  });
  heavy.set(COLUMN.dollarDelta, {
    perLot: packDeltas(dollarDeltaE4 + occupied, occupied - dollarDeltaE4, underlying),
    perShortLot: packDeltas(2n * occupied, 2n * occupied, underlying),
  });
  heavy.set(COLUMN.notional, { perLot: notionalE4, perShortLot: 2n * notionalE4 });
  return { light, heavy };
}
