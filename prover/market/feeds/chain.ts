// SPDX-License-Identifier: GPL-3.0-or-later
import { blackPrice } from '../surface/black.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { UnderlyingId } from '../../model/types.ts';
import type { Feed, FutureRow, OptionRow } from './feed.ts';
import { newestPerLayout, oneRowPerOption, optionKey, requireField } from './feed.ts';
import type { MarkVerdict } from './mark-clock.ts';
import { judgeMarks } from './mark-clock.ts';
import { median } from '../../core/statistics.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';

/** All feeds of one currency as one chain: one row per option. */
export interface Chain {
  readonly underlying: UnderlyingId;
  /** Where it came from. */
  readonly files: readonly string[];
  /** Unix seconds of the newest row that others stand beside. */
  readonly time: number;
  /** By expiry, strike, call before put. */
  readonly options: readonly OptionRow[];
  readonly futures: readonly FutureRow[];
  /** Rows of an option that a newer row, of the same file or another, replaced. */
  readonly duplicates: number;
  /** Combinations and the like. */
  readonly ignored: number;
  /** Rows dated after the rest of their files: left out and named. */
  readonly ahead: readonly { readonly place: string; readonly seconds: number }[];
  /** How marks and mark volatilities agree, by expiry; absent where there are too few to tell. */
  readonly marks: ReadonlyMap<number, MarkVerdict>;
  /** How files were read that name no layout of their own. */
  readonly readAs: readonly string[];
}

/** A whole chain that disagrees by this, in the median, is in other units or of another time. */
const MAX_MEDIAN_INCONSISTENCY = 0.001;
/** Rows of one expiry, or indices of one chain, further apart than this are not of one market. */
const MAX_SPREAD = 0.05;

/** |mark_price − Black-76(forward, mark_iv)/forward| in coin; `undefined` where one is missing. */
export function inconsistency(row: OptionRow): number | undefined {
  const { markVol, markPrice, kind, strike, expiry, time } = row;
  const forward = row.forward ?? row.impliedForward;
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

/** Rows that stand near each other in time, as a share of the most that do anywhere. */
const LEAST_COMPANY = 0.25;

/**
 * The time of a document: of its newest row that others stand beside. A row dated hours after the
 * rest does not make the rest old; where a quarter of the rows that any `windowSeconds` hold are in
 * the one that ends at a row, that row is in company.
 */
export function documentTime(times: readonly number[], windowSeconds: number): number {
  const sorted = [...times].sort((left, right) => left - right);
  let from = 0;
  const company = sorted.map((time, index) => {
    while ((sorted[from] ?? time) < time - windowSeconds) from += 1;
    return index - from + 1;
  });
  const least = LEAST_COMPANY * company.reduce((most, count) => Math.max(most, count), 0);
  return sorted[company.findLastIndex((count) => count >= least)] ?? NaN;
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
 * contradict each other: levels of different markets, volatilities and prices in other units, a
 * clock that the marks belie.
 */
export function chainOf(
  underlying: UnderlyingId,
  feeds: readonly Feed[],
  maxAgeSeconds: number,
): Chain {
  const files = feeds.map(({ file }) => file);
  const rows = feeds.flatMap((feed) => feed.options);
  if (rows.length === 0) {
    throw new PlimsollError(
      'NO_QUOTES',
      `${files.join(', ')}: no option has a price; ` +
        'add a get_book_summary_by_currency or ticker response',
    );
  }
  const newest = documentTime(
    rows.map((row) => row.time),
    maxAgeSeconds,
  );
  const isAhead = (row: { readonly time: number }): boolean => row.time > newest;
  const known = rows.filter((row) => !isAhead(row));
  const options = openAsListed(oneRowPerOption(newestPerLayout(known)).sort(inOrder), feeds);
  checkLevels(options, 'index', 'index');
  const expiries = byExpiry(options);
  for (const group of expiries) checkLevels(group, 'forward', 'forward');
  const marks = judgeMarks(expiries.map((group) => ({ expiry: group[0]!.expiry, rows: group })));
  checkUnits(options);
  return {
    underlying,
    files,
    time: newest,
    options,
    futures: feeds.flatMap((feed) => feed.futures).filter((row) => !isAhead(row)),
    duplicates:
      known.length - options.length + feeds.reduce((sum, { replaced }) => sum + replaced, 0),
    ignored: feeds.reduce((sum, feed) => sum + feed.ignored, 0),
    ahead: rows
      .filter(isAhead)
      .map(({ place, time }) => ({ place, seconds: Math.round(time - newest) })),
    marks,
    readAs: feeds.flatMap(({ file, readAs }) => readAs.map((text) => `${file}: ${text}`)),
  };
}

/** The chain's expiries in order, each with its rows. */
export function expiriesOf(chain: Chain): { expiry: number; rows: readonly OptionRow[] }[] {
  return byExpiry(chain.options).map((rows) => ({ expiry: rows[0]!.expiry, rows }));
}
