// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { median } from '../../core/statistics.ts';
import type { UnderlyingId } from '../../model/types.ts';
import { UNDERLYINGS } from '../../model/types.ts';
import type { Feed, FutureRow, ListedOption, OptionRow } from './feed.ts';
import { newestPerLayout, refuseMixed, requireField } from './feed.ts';
import type { RawOption } from './option-row.ts';

/** Everything one file says, rows of all layouts, before it is sorted by currency. */
export interface ReadFile {
  readonly file: string;
  readonly options: readonly RawOption[];
  readonly futures: readonly FutureRow[];
  readonly listed: readonly ListedOption[];
  readonly combinations: readonly { readonly place: string; readonly underlying: UnderlyingId }[];
  /** Instruments of other assets. */
  readonly foreign: number;
  /** True where the venue answers with several currencies at once. */
  readonly mixed: boolean;
  /** The field that names the instrument, for errors. */
  readonly nameField: string;
  readonly readAs: readonly string[];
}

/** Strikes nearest the money, whose calls and puts are both quoted or marked. */
const PAIRS = 8;

/**
 * The forward that dollar prices of one expiry imply: F = K + (c − p), the median over the strikes
 * nearest the money; `undefined` without any strike that has both.
 */
function dollarForward(rows: readonly RawOption[]): number | undefined {
  const price = ({ bid, ask, markPrice }: RawOption): number | undefined =>
    bid !== undefined && ask !== undefined && bid <= ask ? (bid + ask) / 2 : markPrice;
  const puts = new Map(
    rows.flatMap((row) => (row.kind === 'put' ? [[row.strike, price(row)] as const] : [])),
  );
  const pairs = rows.flatMap((row) => {
    const [call, put] = [row.kind === 'call' ? price(row) : undefined, puts.get(row.strike)];
    return call === undefined || put === undefined ? [] : [{ strike: row.strike, gap: call - put }];
  });
  if (pairs.length === 0) return undefined;
  pairs.sort((left, right) => Math.abs(left.gap) - Math.abs(right.gap));
  return median(pairs.slice(0, PAIRS).map(({ strike, gap }) => strike + gap));
}

/** In coin, as the rest of the importer takes prices: divided by the forward. */
function inCoin({ inUsd, ...row }: RawOption, implied: number | undefined): OptionRow {
  if (!inUsd) return row;
  const forward = row.forward ?? implied;
  const { markPrice, bid, ask, ...rest } = row;
  if (forward === undefined) return rest;
  const scaled = Object.entries({ markPrice, bid, ask }).flatMap(([field, price]) =>
    price === undefined ? [] : [[field, price / forward] as const],
  );
  const found = row.forward === undefined ? { impliedForward: forward } : {};
  return { ...rest, ...found, ...Object.fromEntries(scaled) };
}

function coinRows(rows: readonly RawOption[]): OptionRow[] {
  const unknown = rows.filter(({ inUsd, forward }) => inUsd && forward === undefined);
  const byExpiry = Map.groupBy(unknown, ({ expiry, underlying }) => `${underlying}:${expiry}`);
  const implied = new Map(
    [...byExpiry].map(([key, group]) => [key, dollarForward(group)] as const),
  );
  return rows.map((row) => inCoin(row, implied.get(`${row.underlying}:${row.expiry}`)));
}

/** Twice in a list is a fault of the list. */
function refuseListedTwice(listed: readonly ListedOption[]): void {
  const seen = new Map<string, string>();
  for (const { place, underlying, expiry, strike, kind } of listed) {
    const key = `${underlying}:${expiry}:${strike}:${kind}`;
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

/** The feeds of a file, one a currency. Throws `InvalidInput` where it holds none. */
export function feedsOf(read: ReadFile): Feed[] {
  const { file, futures, listed, combinations } = read;
  const all = [...read.options, ...futures, ...listed, ...combinations];
  if (all.length === 0) {
    const others = read.foreign === 0 ? '' : `; ${read.foreign} rows are of other assets`;
    throw new InvalidInput(file, `holds no option, future or perpetual of BTC or ETH${others}`);
  }
  if (!read.mixed) refuseMixed(all, read.nameField);
  refuseListedTwice(listed);
  const kept = newestPerLayout(read.options);
  const options = coinRows(kept);
  return UNDERLYINGS.flatMap((id): Feed[] => {
    const own = <T extends { underlying: UnderlyingId }>(rows: readonly T[]): T[] =>
      rows.filter(({ underlying }) => underlying === id);
    if (own(all).length === 0) return [];
    const mine = own(options);
    return [
      {
        file,
        underlying: id,
        options: mine,
        futures: own(futures),
        listed: own(listed),
        ignored: own(combinations).length,
        replaced: own(read.options).length - mine.length,
        readAs: read.readAs,
      },
    ];
  });
}
