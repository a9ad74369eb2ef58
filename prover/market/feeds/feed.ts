// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { UnderlyingId } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';

/** One row of a feed, with the place that an error about it names. */
interface Observation {
  /** `chain.csv: row 17`. */
  readonly place: string;
  /** Unix seconds, with a fraction. */
  readonly time: number;
  readonly underlying: UnderlyingId;
  /** USD. */
  readonly index?: number;
}

/** Prices in coin as the venue quotes them, 0 or absent where it has none. */
export interface OptionRow extends Observation {
  readonly kind: 'call' | 'put';
  /** Unix seconds. */
  readonly expiry: number;
  /** USD. */
  readonly strike: number;
  /** Annualised, 1 is 100 %. */
  readonly markVol?: number;
  readonly markPrice?: number;
  readonly bid?: number;
  readonly ask?: number;
  /** USD. */
  readonly forward?: number;
  /** Coins. */
  readonly openInterest?: number;
  /** False where the venue says that its book is closed. */
  readonly open: boolean;
}

/** A dated future, or a perpetual (expiry 0); its mark in USD. */
export interface FutureRow extends Observation {
  readonly expiry: number;
  readonly mark: number;
}

/** What the venue's list of instruments says an option is. */
export interface ListedOption {
  readonly place: string;
  readonly underlying: UnderlyingId;
  readonly kind: 'call' | 'put';
  readonly expiry: number;
  readonly strike: number;
  readonly active: boolean;
}

/** One file of one currency. */
export interface Feed {
  readonly file: string;
  readonly underlying: UnderlyingId;
  readonly options: readonly OptionRow[];
  readonly futures: readonly FutureRow[];
  readonly listed: readonly ListedOption[];
  /** Combinations and other instruments a snapshot has no place for. */
  readonly ignored: number;
}

/** Throws `InvalidInput` naming the row's file, its number and the field. */
export function requireField(holds: boolean, place: string, field: string, rule: string): void {
  if (!holds) throw new InvalidInput(`${place}, ${field}`, rule);
}

/** The currency all rows share; a file that mixes two is refused at the first row that differs. */
export function onlyUnderlying(
  rows: readonly { readonly place: string; readonly underlying: UnderlyingId }[],
  file: string,
  field: string,
): UnderlyingId {
  const [first] = rows;
  if (first === undefined) {
    throw new InvalidInput(file, 'holds no option, future or perpetual of BTC or ETH');
  }
  const symbol = UNDERLYING_SYMBOLS[first.underlying];
  for (const { place, underlying } of rows) {
    requireField(
      underlying === first.underlying,
      place,
      field,
      `mixes currencies: must be of ${symbol} like the rows before; give one file per currency`,
    );
  }
  return first.underlying;
}

/** A second row of the same option in one file is a fault of the feed, not a quote. */
export function refuseDuplicates(
  rows: readonly Pick<OptionRow, 'place' | 'kind' | 'expiry' | 'strike'>[],
): void {
  const seen = new Map<string, string>();
  for (const { place, kind, expiry, strike } of rows) {
    const key = `${expiry}:${strike}:${kind}`;
    const before = seen.get(key);
    requireField(
      before === undefined,
      place,
      'strike',
      `duplicated: expiry, strike and type are those of ${before?.replace(/^.*: /, '')}`,
    );
    seen.set(key, place);
  }
}
