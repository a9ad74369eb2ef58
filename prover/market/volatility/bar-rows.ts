// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { isNothing } from '../feeds/cells.ts';
import { TIME_RULES, secondsOf } from '../feeds/clock.ts';
import { csvLines } from '../feeds/csv-lines.ts';
import { parseVenueJson } from '../feeds/json-text.ts';
import { requireMarketText } from '../feeds/market-text.ts';
import { quoted } from '../../core/quoted.ts';
import type { BarColumn, BarColumnMap } from './bar-columns.ts';
import { barColumnsOf } from './bar-columns.ts';
import type { Bar } from './bars.ts';

/** A bar with the place that an error about it names. */
export interface PlacedBar extends Bar {
  /** `bars.csv: row 17`. */
  readonly place: string;
}

/** The bars of a document, and the rows that had a time and no price at all. */
interface ReadBars {
  readonly bars: PlacedBar[];
  readonly empty: readonly number[];
}

const PRICE = /^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$/;

function priceOf(cell: unknown, place: string, column: BarColumn): number {
  const field = `${place}, ${column}`;
  const isNumber = typeof cell === 'number' || (typeof cell === 'string' && PRICE.test(cell));
  requireRule(isNumber, field, 'must be a decimal number');
  const value = Number(cell);
  requireRule(value > 0 && Number.isFinite(value), field, 'must be above 0');
  return value;
}

function barOf(
  cells: readonly unknown[],
  place: string,
  unit: BarColumnMap['times'] = 'auto',
): PlacedBar {
  const [ts, ...prices] = cells;
  const time = secondsOf(ts, unit);
  if (time === undefined) throw new InvalidInput(`${place}, ts`, TIME_RULES[unit]);
  requireRule(Number.isInteger(time), `${place}, ts`, 'must be a whole second');
  const price = (index: number, column: BarColumn): number => priceOf(prices[index], place, column);
  const [open, high] = [price(0, 'open'), price(1, 'high')];
  const [low, close] = [price(2, 'low'), price(3, 'close')];
  requireRule(
    low <= Math.min(open, close),
    `${place}, low`,
    'must not be above the open or the close',
  );
  requireRule(
    high >= Math.max(open, close),
    `${place}, high`,
    'must not be below the open or the close',
  );
  return { place, time, open, high, low, close };
}

/** Binance's monthly files carry no header: their rows begin with the time and the four prices. */
const isHeaderless = (cells: readonly string[]): boolean =>
  cells.length >= 5 && cells.slice(0, 5).every((cell) => PRICE.test(cell));

/** A row of a minute in which nothing traded, as some collectors write it: the bar is missing. */
const hasNoPrices = ([, ...prices]: readonly unknown[]): boolean =>
  prices.every((cell) => isNothing(cell, true));

function csvBars(source: string, document: string, map: BarColumnMap | undefined): ReadBars {
  const bars: PlacedBar[] = [];
  const empty: number[] = [];
  let at: number[] | undefined;
  let width = 0;
  for (const { row, cells } of csvLines(source, document)) {
    const place = `${document}: row ${row}`;
    if (at === undefined) {
      // Some collectors put their address above the header.
      if (row === 1 && cells.length === 1) continue;
      width = cells.length;
      const headerless = map === undefined && isHeaderless(cells);
      at = headerless ? [0, 1, 2, 3, 4] : barColumnsOf(cells, document, map);
      if (!headerless) continue;
    }
    requireRule(
      cells.length === width,
      place,
      `is not complete, valid CSV: the row has ${cells.length} of ${width} columns`,
    );
    const own = at.map((index) => cells[index]);
    if (hasNoPrices(own)) empty.push(row);
    else bars.push(barOf(own, place, map?.times));
  }
  return { bars, empty };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deribit's `get_tradingview_chart_data`: one list a column, times in milliseconds. */
function columnsOfChart(value: Record<string, unknown>): unknown[][] | undefined {
  const lists = ['ticks', 'open', 'high', 'low', 'close'].map((name) => value[name]);
  if (!lists.every(Array.isArray)) return undefined;
  const [ticks = [], ...prices] = lists;
  return ticks.map((tick, index) => [tick, ...prices.map((list) => list[index] as unknown)]);
}

/** OKX ends a candle with "0" until its time is over. */
const OKX_CONFIRM = 8;
const OKX_WIDTH = 9;

const isOpenCandle = (row: readonly unknown[]): boolean =>
  row.length === OKX_WIDTH && String(row[OKX_CONFIRM]) === '0';

function refusal(value: Record<string, unknown>): string | undefined {
  const { error } = value;
  if (isObject(error) && typeof error['message'] === 'string') return error['message'];
  const [code, text] = [value['code'] ?? value['retCode'], value['msg'] ?? value['retMsg']];
  return code !== undefined && Number(code) !== 0 && typeof text === 'string' ? text : undefined;
}

/**
 * The rows of candles in JSON: Deribit `public/get_tradingview_chart_data`, OKX `market/candles`,
 * Bybit `v5/market/kline`, Binance `klines`, bare or in their envelopes, or a list of objects.
 */
function candleRows(value: unknown, document: string): unknown[][] {
  if (isObject(value)) {
    const refused = refusal(value);
    requireRule(
      refused === undefined,
      document,
      `the venue answered "${quoted(String(refused))}"; ask it again`,
    );
    const chart = columnsOfChart(value);
    if (chart !== undefined) return chart;
    for (const key of ['result', 'data', 'list']) {
      if (Object.hasOwn(value, key)) return candleRows(value[key], document);
    }
  }
  if (Array.isArray(value)) {
    const [first] = value as unknown[];
    if (isObject(first)) {
      const keys = Object.keys(first);
      const at = barColumnsOf(keys, document).map((index) => keys[index] ?? '');
      return value.map((row: unknown) => at.map((key) => (isObject(row) ? row[key] : undefined)));
    }
    return value.map((row: unknown) => (Array.isArray(row) ? (row as unknown[]) : []));
  }
  throw new InvalidInput(
    document,
    'holds no candles: must be CSV, or JSON klines of Deribit, OKX, Bybit or Binance',
  );
}

function jsonBars(source: string, document: string): PlacedBar[] {
  return candleRows(parseVenueJson(source, document), document).flatMap((row, index) => {
    const place = `${document}: row ${index + 1}`;
    requireRule(row.length >= 5, place, 'must be [time, open, high, low, close, …]');
    return isOpenCandle(row) ? [] : [barOf(row.slice(0, 5), place)];
  });
}

/**
 * Bars of a document in time order, whichever way its venue lists them. Throws `InvalidInput` naming
 * file, row and column.
 */
export function readBars(source: string, document: string, map?: BarColumnMap): ReadBars {
  requireMarketText(source, document);
  const isJson = /^\uFEFF?\s*[[{]/.test(source);
  const { bars, empty } = isJson
    ? { bars: jsonBars(source, document), empty: [] }
    : csvBars(source, document, map);
  requireRule(bars.length >= 2, document, 'must hold at least two bars');
  // OKX and Bybit list the newest first.
  const [first, last] = [bars[0]!, bars.at(-1)!];
  if (first.time > last.time) bars.reverse();
  for (const [index, bar] of bars.entries()) {
    const before = bars[index - 1];
    requireRule(
      before === undefined || bar.time > before.time,
      `${bar.place}, ts`,
      'must be after the time of the row before',
    );
  }
  return { bars, empty };
}
