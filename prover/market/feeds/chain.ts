// SPDX-License-Identifier: GPL-3.0-or-later
import { blackPrice } from '../surface/black.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { UnderlyingId } from '../../model/types.ts';
import type { Feed, FutureRow, OptionRow } from './feed.ts';
import { requireField } from './feed.ts';
import { median } from '../../core/statistics.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';

/** All feeds of one currency as one chain: one row per option. */
export interface Chain {
  readonly underlying: UnderlyingId;
  /** Unix seconds of the newest row. */
  readonly time: number;
  /** By expiry, strike, call before put. */
  readonly options: readonly OptionRow[];
  readonly futures: readonly FutureRow[];
  /** Rows of an option that a newer row, of another file, replaced. */
  readonly duplicates: number;
  /** Combinations and the like. */
  readonly ignored: number;
}

/** A row's price against its own volatility and forward: Deribit's stay within 5·10⁻³ coin. */
export const MAX_INCONSISTENCY = 0.005;
/** A whole chain that disagrees by this, in the median, is in other units or of another time. */
const MAX_MEDIAN_INCONSISTENCY = 0.001;
/** Rows of one expiry, or indices of one chain, further apart than this are not of one market. */
const MAX_SPREAD = 0.05;

/** |mark_price − Black-76(forward, mark_iv)/forward| in coin; `undefined` where one is missing. */
export function inconsistency(row: OptionRow): number | undefined {
  const { markVol, markPrice, forward, kind, strike, expiry, time } = row;
  if (markVol === undefined || markPrice === undefined || forward === undefined) return undefined;
  if (expiry <= time) return undefined;
  const stdDev = markVol * Math.sqrt((expiry - time) / SECONDS_PER_YEAR);
  return Math.abs(blackPrice(kind, forward, strike, stdDev) / forward - markPrice);
}

function checkUnits(options: readonly OptionRow[]): void {
  const gaps = options.flatMap((row) => {
    const gap = inconsistency(row);
    return gap === undefined ? [] : [{ place: row.place, gap }];
  });
  if (gaps.length === 0) return;
  const worst = gaps.reduce((best, entry) => (entry.gap > best.gap ? entry : best));
  const middle = median(gaps.map(({ gap }) => gap));
  requireField(
    middle <= MAX_MEDIAN_INCONSISTENCY,
    worst.place,
    'mark_iv',
    `disagrees with mark_price, as half of the file does by ${middle.toFixed(4)} coin or more: ` +
      'wrong units (mark_iv in percent, mark_price in coin) or times out of step',
  );
}

function checkLevels(rows: readonly OptionRow[], field: 'index' | 'forward', column: string): void {
  const known = rows.filter((row) => row[field] !== undefined);
  const level = median(known.map((row) => row[field] ?? NaN));
  for (const row of known) {
    requireField(
      Math.abs((row[field] ?? NaN) / level - 1) <= MAX_SPREAD,
      row.place,
      column,
      `is ${row[field]}, more than ${MAX_SPREAD * 100} % off the median ${level}: ` +
        'mixed currencies or times, or a damaged row',
    );
  }
}

function byExpiry(options: readonly OptionRow[]): OptionRow[][] {
  const groups = new Map<number, OptionRow[]>();
  for (const row of options) {
    const group = groups.get(row.expiry);
    if (group === undefined) groups.set(row.expiry, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function inOrder(left: OptionRow, right: OptionRow): number {
  if (left.expiry !== right.expiry) return left.expiry - right.expiry;
  if (left.strike !== right.strike) return left.strike - right.strike;
  return left.kind < right.kind ? -1 : 1;
}

const optionKey = ({ expiry, strike, kind }: Pick<OptionRow, 'expiry' | 'strike' | 'kind'>) =>
  `${expiry}:${strike}:${kind}`;

/** The newest row of each option; of equally new ones the one whose place sorts first. */
function newestRows(rows: readonly OptionRow[]): OptionRow[] {
  const kept = new Map<string, OptionRow>();
  for (const row of rows) {
    const key = optionKey(row);
    const before = kept.get(key);
    const newer =
      before === undefined ||
      row.time > before.time ||
      (row.time === before.time && row.place < before.place);
    if (newer) kept.set(key, row);
  }
  return [...kept.values()].sort(inOrder);
}

/** Closes what the venue's own list calls inactive, or does not list although it was given. */
function openAsListed(rows: readonly OptionRow[], feeds: readonly Feed[]): OptionRow[] {
  const listed = new Map(
    feeds.flatMap((feed) => feed.listed).map((option) => [optionKey(option), option.active]),
  );
  if (listed.size === 0) return [...rows];
  return rows.map((row) => ({ ...row, open: row.open && listed.get(optionKey(row)) === true }));
}

/**
 * Joins the feeds of one currency. Throws `InvalidInput` naming file, row and field where rows
 * contradict each other: levels of different markets, volatilities and prices in other units.
 */
export function chainOf(underlying: UnderlyingId, feeds: readonly Feed[]): Chain {
  const rows = feeds.flatMap(({ options }) => options);
  const futures = feeds.flatMap((feed) => feed.futures);
  const options = openAsListed(newestRows(rows), feeds);
  if (options.length === 0) {
    throw new PlimsollError(
      'NO_QUOTES',
      `${feeds.map(({ file }) => file).join(', ')}: no option has a price; ` +
        'add a get_book_summary_by_currency or ticker response',
    );
  }
  checkLevels(options, 'index', 'index');
  for (const group of byExpiry(options)) checkLevels(group, 'forward', 'forward');
  checkUnits(options);
  return {
    underlying,
    time: Math.max(...options.map(({ time }) => time)),
    options,
    futures,
    duplicates: rows.length - options.length,
    ignored: feeds.reduce((sum, feed) => sum + feed.ignored, 0),
  };
}

/** The chain's expiries in order, each with its rows. */
export function expiriesOf(chain: Chain): { expiry: number; rows: readonly OptionRow[] }[] {
  return byExpiry(chain.options).map((rows) => ({ expiry: rows[0]!.expiry, rows }));
}
