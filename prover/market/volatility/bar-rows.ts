// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { requireRule } from '../../core/schema.ts';
import { secondsOf } from '../feeds/clock.ts';
import { csvLines } from '../feeds/csv-lines.ts';
import { parseVenueJson } from '../feeds/json-text.ts';
import { requireMarketText } from '../feeds/market-text.ts';
import { quoted } from '../../core/quoted.ts';
import type { Bar } from './bars.ts';

/** A bar with the place that an error about it names. */
export interface PlacedBar extends Bar {
  /** `bars.csv: row 17`. */
  readonly place: string;
}

const COLUMNS = ['ts', 'open', 'high', 'low', 'close'] as const;
type Column = (typeof COLUMNS)[number];

/** What headers call the columns, in lower case and without separators. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  ts: [
    'ts',
    'timestamp',
    'time',
    'datetime',
    'date',
    'opentime',
    'start',
    'starttime',
    'unix',
    'unixtime',
  ],
  open: ['open', 'o', 'openprice'],
  high: ['high', 'h', 'highprice'],
  low: ['low', 'l', 'lowprice'],
  close: ['close', 'c', 'closeprice'],
};

const TIME_RULE =
  'must be a UTC time such as 2026-02-04T21:00:00Z, or seconds, milliseconds or microseconds since 1970';
const PRICE = /^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$/;

function priceOf(cell: unknown, place: string, column: Column): number {
  const field = `${place}, ${column}`;
  const isNumber = typeof cell === 'number' || (typeof cell === 'string' && PRICE.test(cell));
  requireRule(isNumber, field, 'must be a decimal number');
  const value = Number(cell);
  requireRule(value > 0 && Number.isFinite(value), field, 'must be above 0');
  return value;
}

function barOf(cells: readonly unknown[], place: string): PlacedBar {
  const [ts, ...prices] = cells;
  const time = secondsOf(ts, 'auto');
  if (time === undefined) throw new InvalidInput(`${place}, ts`, TIME_RULE);
  requireRule(Number.isInteger(time), `${place}, ts`, 'must be a whole second');
  const price = (index: number, column: Column): number => priceOf(prices[index], place, column);
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

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Where the five columns stand; throws where one is missing or there twice. */
function columnsOf(header: readonly string[], document: string): number[] {
  const names = header.map(plain);
  return COLUMNS.map((column) => {
    for (const name of NAMES[column]) {
      const at = names.indexOf(name);
      if (at < 0) continue;
      requireRule(
        names.lastIndexOf(name) === at,
        `${document}: ${column}`,
        'column is there twice',
      );
      return at;
    }
    throw new InvalidInput(`${document}: ${column}`, 'column is missing');
  });
}

/** Binance's monthly files carry no header: their rows begin with the time and the four prices. */
const isHeaderless = (cells: readonly string[]): boolean =>
  cells.length >= 5 && cells.slice(0, 5).every((cell) => PRICE.test(cell));

function csvBars(source: string, document: string): PlacedBar[] {
  const bars: PlacedBar[] = [];
  let at: number[] | undefined;
  let width = 0;
  for (const { row, cells } of csvLines(source, document)) {
    const place = `${document}: row ${row}`;
    if (at === undefined) {
      width = cells.length;
      at = isHeaderless(cells) ? [0, 1, 2, 3, 4] : columnsOf(cells, document);
      if (!isHeaderless(cells)) continue;
    }
    requireRule(
      cells.length === width,
      place,
      `is not complete, valid CSV: the row has ${cells.length} of ${width} columns`,
    );
    bars.push(
      barOf(
        at.map((index) => cells[index]),
        place,
      ),
    );
  }
  return bars;
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
      const at = columnsOf(keys, document).map((index) => keys[index] ?? '');
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
export function readBars(source: string, document: string): PlacedBar[] {
  requireMarketText(source, document);
  const isJson = /^\uFEFF?\s*[[{]/.test(source);
  const bars = isJson ? jsonBars(source, document) : csvBars(source, document);
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
  return bars;
}
