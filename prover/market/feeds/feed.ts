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

/** Prices in coin, value over forward, 0 or absent where the venue has none. */
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
  /** USD: the forward implied by the whole expiry, where prices in USD had none to be divided by. */
  readonly impliedForward?: number;
  /** Coins. */
  readonly openInterest?: number;
  /** False where the venue says that its book is closed. */
  readonly open: boolean;
  /** True where bid and ask were computed from volatilities, and witness no forward of their own. */
  readonly derived?: true;
  /** The name of the layout it was read in. */
  readonly layout: string;
  /** True where the layout says only some of an option; other layouts of the venue say the rest. */
  readonly partial?: true;
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

/** What one file says of one currency. */
export interface Feed {
  readonly file: string;
  readonly underlying: UnderlyingId;
  readonly options: readonly OptionRow[];
  readonly futures: readonly FutureRow[];
  readonly listed: readonly ListedOption[];
  /** Combinations and other instruments a snapshot has no place for. */
  readonly ignored: number;
  /** Rows of an option that a newer row of the same file replaced: polls. */
  readonly replaced: number;
  /** How the file was read, for the report: the layouts, and what was told from its values. */
  readonly readAs: readonly string[];
}

/** Throws `InvalidInput` naming the row's file, its number and the field. */
export function requireField(holds: boolean, place: string, field: string, rule: string): void {
  if (!holds) throw new InvalidInput(`${place}, ${field}`, rule);
}

/** A file that mixes two currencies is refused at the first row that differs. */
export function refuseMixed(
  rows: readonly { readonly place: string; readonly underlying: UnderlyingId }[],
  field: string,
): void {
  const [first] = rows;
  if (first === undefined) return;
  const symbol = UNDERLYING_SYMBOLS[first.underlying];
  for (const { place, underlying } of rows) {
    requireField(
      underlying === first.underlying,
      place,
      field,
      `mixes currencies: must be of ${symbol} like the rows before; give one file per currency`,
    );
  }
}

type Key = Pick<OptionRow, 'expiry' | 'strike' | 'kind'>;

/** One option of a currency, whichever row it is of. */
export const optionKey = ({ expiry, strike, kind }: Key): string => `${expiry}:${strike}:${kind}`;

const VALUES = [
  'markVol',
  'markPrice',
  'bid',
  'ask',
  'forward',
  'index',
  'openInterest',
  'open',
] as const;

/**
 * The newest row of each option in each layout: what a collector polls several times is in its file
 * several times. Two rows of one moment that say different things are a fault and no poll.
 */
export function newestPerLayout<T extends OptionRow>(rows: readonly T[]): T[] {
  const kept = new Map<string, T>();
  for (const row of rows) {
    const key = `${optionKey(row)}:${row.layout}`;
    const before = kept.get(key);
    if (before === undefined || row.time > before.time) {
      kept.set(key, row);
      continue;
    }
    requireField(
      row.time < before.time || VALUES.every((field) => row[field] === before[field]),
      row.place,
      'strike',
      `duplicated: expiry, strike, type and time are those of ${before.place.replace(/^.*: /, '')}, ` +
        'the values are not',
    );
  }
  return [...kept.values()];
}

/** Rows further apart than this do not describe one moment. */
const SAME_POLL_SECONDS = 60;
const FILLED = ['markVol', 'markPrice', 'bid', 'ask', 'forward', 'index', 'openInterest'] as const;

/** The newest row, with what its layout does not say filled in from the venue's other responses. */
function joined(rows: readonly OptionRow[]): OptionRow {
  const [newest, ...others] = [...rows].sort(
    // Of equally new rows the whole one, then the one whose place sorts first.
    (left, right) =>
      right.time - left.time ||
      Number(left.partial ?? false) - Number(right.partial ?? false) ||
      (left.place < right.place ? -1 : 1),
  );
  if (newest === undefined) throw new Error('an option has at least one row');
  if (newest.partial === undefined) return newest;
  const whole: OptionRow = { ...newest };
  for (const other of others) {
    if (newest.time - other.time > SAME_POLL_SECONDS) continue;
    const missing = FILLED.filter(
      (field) => whole[field] === undefined && other[field] !== undefined,
    );
    // Prices that were quoted outrank those computed from the volatilities of a quote.
    const quoted = whole.derived === true && other.derived !== true && other.bid !== undefined;
    const fields = quoted ? [...missing, 'bid' as const, 'ask' as const] : missing;
    Object.assign(whole, Object.fromEntries(fields.map((field) => [field, other[field]])));
    if (quoted) delete (whole as { derived?: true }).derived;
  }
  return whole;
}

/** One row per option: newest first, partial ones completed. */
export function oneRowPerOption(rows: readonly OptionRow[]): OptionRow[] {
  const groups = new Map<string, OptionRow[]>();
  for (const row of rows) {
    const key = optionKey(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((group) => (group.length === 1 ? group[0]! : joined(group)));
}
