// SPDX-License-Identifier: GPL-3.0-or-later
import type { Cells } from './cells.ts';
import type { Field, Layout, PriceUnit, VolUnit } from './layouts.ts';

/**
 * What the headers of common collectors call the fields: pandas frames of the venues' responses,
 * OpenBB's chains, files of data sets. Compared in lower case without separators; the first name of a
 * field that a header has is taken.
 */
const NAMES: Readonly<Partial<Record<Field, readonly string[]>>> = {
  instrument: [
    'instrumentname',
    'instrument',
    'symbol',
    'contractsymbol',
    'optionsymbol',
    'instid',
    'contract',
    'ticker',
    'name',
  ],
  underlying: [
    'underlying',
    'underlyingsymbol',
    'basecurrency',
    'currency',
    'coin',
    'asset',
    'base',
  ],
  expiry: [
    'expiry',
    'expiration',
    'expirationdate',
    'expirydate',
    'expirationtimestamp',
    'expirytimestamp',
    'maturity',
    'maturitydate',
    'exptime',
  ],
  strike: ['strike', 'strikeprice', 'k'],
  type: ['type', 'optiontype', 'callput', 'cp', 'kind', 'right', 'putcall', 'side'],
  mark_iv: ['markiv', 'markvol', 'impliedvolatility', 'impliedvol', 'iv', 'markimpliedvolatility'],
  bid_iv: ['bidiv', 'bidvol', 'bestbidiv', 'bid1iv'],
  ask_iv: ['askiv', 'askvol', 'bestaskiv', 'ask1iv'],
  mark_price: ['markprice', 'mark', 'markpx', 'theoreticalprice', 'theorprice'],
  bid: ['bidprice', 'bestbidprice', 'bid', 'bidpx', 'bestbid', 'bid1price'],
  ask: ['askprice', 'bestaskprice', 'ask', 'askpx', 'bestask', 'ask1price'],
  forward: [
    'forward',
    'forwardprice',
    'fwdpx',
    'underlyingprice',
    'futureprice',
    'futuresprice',
    'f',
  ],
  index: [
    'indexprice',
    'index',
    'spot',
    'spotprice',
    'estimateddeliveryprice',
    'underlyingindexprice',
  ],
  oi: ['openinterest', 'oi'],
  ts: [
    'timestamp',
    'ts',
    'creationtimestamp',
    'datetime',
    'time',
    'quotetime',
    'snapshottime',
    'collectedat',
    'lasttradetime',
    'date',
  ],
};

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * The layout a header suggests, with units still to be told from the values; `undefined` where it
 * names no instrument or none of price and volatility.
 */
export function layoutOfHeader(header: readonly string[]): Layout | undefined {
  const known = new Map<string, string>();
  for (const column of header) if (!known.has(plain(column))) known.set(plain(column), column);
  const columns: Partial<Record<Field, string>> = {};
  for (const [field, names] of Object.entries(NAMES) as [Field, readonly string[]][]) {
    const found = names.find((name) => known.has(name));
    if (found !== undefined) columns[field] = known.get(found)!;
  }
  const parts = ['underlying', 'expiry', 'strike', 'type'] as const;
  if (columns.instrument === undefined && parts.some((part) => columns[part] === undefined)) {
    return undefined;
  }
  // Beside a name the other columns may say anything (a date alone, an hour of another venue).
  if (columns.instrument !== undefined) for (const part of parts) delete columns[part];
  if (columns.mark_iv === undefined && columns.bid === undefined) return undefined;
  return {
    name: 'CSV by its header',
    documentation: 'docs/market-data.md',
    experimental: true,
    marks: [],
    columns,
    vols: 'auto',
    prices: 'auto',
    times: 'auto',
    mixed: true,
    wordsForNothing: true,
  };
}

/** Rows of which units are told: enough for a median, few enough to stay fast on large files. */
export const SAMPLE_ROWS = 2000;
/** No option of BTC or ETH had 5 %, and few have 500 %. */
const LEAST_PERCENT = 5;
/** Coin prices above this are rare, dollar prices below it are. */
const LEAST_USD = 2;

function medianOf(rows: readonly Cells[], columns: readonly (string | undefined)[]): number {
  const values = rows
    .flatMap((cells) =>
      columns.map((column) => (column === undefined ? NaN : Number(cells(column)))),
    )
    .filter((value) => value > 0)
    .sort((left, right) => left - right);
  return values[values.length >> 1] ?? NaN;
}

/** Settles units that a layout leaves to the values: by the median of the column, not by one row. */
export function settleUnits(
  layout: Layout,
  rows: readonly Cells[],
): Layout & { readonly vols: VolUnit; readonly prices: PriceUnit } {
  const { columns } = layout;
  const vol = medianOf(rows, [columns.mark_iv]);
  const price = medianOf(rows, [columns.mark_price ?? columns.bid, columns.ask]);
  const vols =
    layout.vols === 'auto' ? (vol >= LEAST_PERCENT ? 'percent' : 'fraction') : layout.vols;
  const prices = layout.prices === 'auto' ? (price >= LEAST_USD ? 'usd' : 'coin') : layout.prices;
  return { ...layout, vols, prices };
}

/** `mark_iv from "iv" in percent, …`: what the report says of a layout nobody declared. */
export function layoutText(layout: Layout): string {
  const named = Object.entries(layout.columns).map(([field, column]) =>
    field === column ? field : `${field} from ${column}`,
  );
  return `${layout.name}: ${named.join(', ')}; volatilities in ${layout.vols}, prices in ${layout.prices}`;
}
