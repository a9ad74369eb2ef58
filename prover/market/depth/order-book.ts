// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { secondsOf } from '../feeds/clock.ts';
import { parseVenueJson } from '../feeds/json-text.ts';
import { requireMarketText } from '../feeds/market-text.ts';
import { quoted } from '../../core/quoted.ts';
import type { BookVenue, Symbol } from './book-instrument.ts';
import { bookInstrument, isOpen } from './book-instrument.ts';

/** One price level. */
export interface BookLevel {
  /** USD per coin. */
  readonly price: number;
  /** Size offered at that price, in USD. */
  readonly sizeUsd: number;
}

/** A crossed or empty book does not parse: bids fall, asks rise, the best bid is below the best ask. */
export interface OrderBook {
  readonly venue: BookVenue;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** Unix milliseconds of the book, where the feed states one. */
  readonly timeMs?: number;
  /** What it is of; absent where neither the document nor the caller says. */
  readonly instrument?: string;
  readonly symbol?: Symbol;
}

type Fields = Readonly<Record<string, unknown>>;

/** A book as its venue writes it, out of its envelope. */
interface FoundBook {
  readonly venue: BookVenue;
  readonly bids: unknown;
  readonly asks: unknown;
  readonly names: readonly [bids: string, asks: string];
  readonly time: unknown;
  readonly instrument: unknown;
  readonly instrumentField: string;
  /** Whether the document is the whole book or a change to one. */
  readonly kind?: unknown;
  readonly state?: unknown;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const has = (value: Fields, key: string): boolean => Object.hasOwn(value, key);

/** A message of the venue in place of a book. */
function refusal(value: Fields): string | undefined {
  const { error } = value;
  if (isObject(error) && typeof error['message'] === 'string') return error['message'];
  const [code, text] = [value['code'] ?? value['retCode'], value['msg'] ?? value['retMsg']];
  return code !== undefined && Number(code) !== 0 && typeof text === 'string' ? text : undefined;
}

/** Deribit `public/get_order_book` and the `book.*` channels: docs.deribit.com. */
function deribitBook(book: Fields): FoundBook {
  return {
    venue: 'Deribit',
    bids: book['bids'],
    asks: book['asks'],
    names: ['bids', 'asks'],
    time: book['timestamp'],
    instrument: book['instrument_name'],
    instrumentField: 'instrument_name',
    kind: book['type'],
    state: book['state'],
  };
}

/** Binance `depth` of spot and futures, REST and streams: developers.binance.com. */
function binanceBook(book: Fields, stream: unknown): FoundBook {
  const [bids, asks] = has(book, 'b') ? (['b', 'a'] as const) : (['bids', 'asks'] as const);
  const named = book['symbol'] ?? book['s'];
  const ofStream = typeof stream === 'string' ? stream.split('@')[0]?.toUpperCase() : undefined;
  return {
    venue: 'Binance',
    bids: book[bids],
    asks: book[asks],
    names: [bids, asks],
    time: book['E'],
    instrument: named ?? ofStream,
    instrumentField: book['s'] === undefined ? 'symbol' : 's',
  };
}

/** OKX `market/books` and the `books` channels: okx.com/docs-v5. */
function okxBook(book: Fields, around: Fields): FoundBook {
  const { arg } = around;
  return {
    venue: 'OKX',
    bids: book['bids'],
    asks: book['asks'],
    names: ['data[0].bids', 'data[0].asks'],
    time: book['ts'],
    instrument: isObject(arg) ? arg['instId'] : book['instId'],
    instrumentField: 'arg.instId',
    kind: around['action'],
  };
}

/** Bybit `v5/market/orderbook` and the `orderbook.*` topics: bybit-exchange.github.io/docs. */
function bybitBook(book: Fields, around: Fields): FoundBook {
  return {
    venue: 'Bybit',
    bids: book['b'],
    asks: book['a'],
    names: ['b', 'a'],
    time: book['ts'] ?? around['ts'],
    instrument: book['s'],
    instrumentField: 's',
    kind: around['type'],
  };
}

function findBook(value: unknown, document: string): FoundBook {
  requireRule(isObject(value), document, 'must be the JSON object of an order book');
  const outer = value as Fields;
  const refused = refusal(outer);
  requireRule(
    refused === undefined,
    document,
    `the venue answered "${quoted(String(refused))}"; ask it again`,
  );
  const { result, data, params, stream } = outer;
  if (isObject(params) && isObject(params['data'])) return deribitBook(params['data']);
  if (isObject(result)) {
    return has(result, 'b') && has(result, 's') ? bybitBook(result, outer) : deribitBook(result);
  }
  if (Array.isArray(data) && isObject(data[0])) return okxBook(data[0], outer);
  if (isObject(data)) {
    return typeof stream === 'string' ? binanceBook(data, stream) : bybitBook(data, outer);
  }
  if (has(outer, 'lastUpdateId') || has(outer, 'U') || outer['e'] === 'depthUpdate') {
    return binanceBook(outer, undefined);
  }
  if (has(outer, 'b') && has(outer, 's')) return bybitBook(outer, outer);
  return deribitBook(outer);
}

const NUMBER = /^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$/;

function amountOf(cell: unknown): number {
  const isText = typeof cell === 'string' && NUMBER.test(cell);
  const value = isText || typeof cell === 'number' ? Number(cell) : NaN;
  return Number.isFinite(value) && value > 0 ? value : NaN;
}

type Level = readonly [price: number, size: number];

function levelsOf(value: unknown, field: string): Level[] {
  requireRule(value !== undefined, field, 'is required');
  const isList = Array.isArray(value) && value.length > 0;
  requireRule(isList, field, 'must be a list of at least one level');
  return (value as unknown[]).map((row, index) => {
    // The channels of Deribit write what became of a level before it.
    const cells: unknown[] = Array.isArray(row) ? row : [];
    const [price, size] = (cells[0] === 'new' ? cells.slice(1) : cells).map(amountOf);
    const at = Number.isNaN(price ?? NaN) ? 0 : 1;
    const whole = price !== undefined && size !== undefined && !Number.isNaN(price + size);
    requireRule(whole, `${field}[${index}][${at}]`, 'must be [price, size], both above 0');
    return [price!, size!];
  });
}

function requireOrder(levels: readonly Level[], field: string, direction: 1 | -1): void {
  const odd = levels.findIndex(
    ([price], index) => index > 0 && direction * (price - levels[index - 1]![0]) <= 0,
  );
  const order = direction < 0 ? 'below' : 'above';
  requireRule(odd < 0, `${field}[${odd}]`, `must be ${order} the price before it`);
}

/** Deribit dates its books in milliseconds, the others too, OKX as text. */
function timeOf({ time }: FoundBook, document: string): number | undefined {
  if (time === undefined) return undefined;
  const seconds = secondsOf(time, 'ms');
  requireRule(seconds !== undefined, `${document}: time`, 'must be milliseconds since 1970');
  return Math.round((seconds ?? 0) * 1000);
}

/** Binance's spot and linear books count coins; the others say of what they are, or the caller must. */
function sizeInCoins(venue: BookVenue, document: string): (price: number, size: number) => number {
  requireRule(
    venue === 'Binance',
    `${document}: instrument`,
    `the book of ${venue} does not name its instrument, on which the unit of its sizes depends: say which`,
  );
  return (price, size) => price * size;
}

/**
 * Reads an order book from the JSON of Deribit, Binance, OKX or Bybit, bare, in its envelope or as a
 * channel's snapshot. `instrument` says what it is of where the document does not. Throws
 * `InvalidInput` naming file and field: for an option, another asset, a closed book or a change.
 */
export function parseOrderBook(source: string, document: string, instrument?: string): OrderBook {
  requireMarketText(source, document);
  const found = findBook(parseVenueJson(source, document), document);
  const { venue, names } = found;
  const stated = found.instrument;
  const field = `${document}: ${found.instrumentField}`;
  requireRule(stated === undefined || typeof stated === 'string', field, 'must be a text');
  if (venue === 'Deribit') requireRule(stated !== undefined, field, 'is required');
  if (typeof stated === 'string' && instrument !== undefined) {
    requireRule(stated === instrument, field, `is ${quoted(stated)}, not ${quoted(instrument)}`);
  }
  const name = typeof stated === 'string' ? stated : instrument;
  const of = name === undefined ? undefined : bookInstrument(venue, name, field, found.state);
  requireRule(
    found.kind === undefined || found.kind === 'snapshot',
    document,
    `is of type ${quoted(String(found.kind))}, a change and no whole book: give a snapshot`,
  );
  requireRule(
    isOpen(found.state),
    `${document}: state`,
    `must be open, is ${quoted(String(found.state))}: nothing can be traded in this book`,
  );
  const fields = names.map((side) => `${document}: ${side}`) as [string, string];
  const [bids, asks] = [levelsOf(found.bids, fields[0]), levelsOf(found.asks, fields[1])];
  requireOrder(bids, fields[0], -1);
  requireOrder(asks, fields[1], 1);
  requireRule(
    bids[0]![0] < asks[0]![0],
    `${fields[0]}[0]`,
    'the book is crossed: the best bid must be below the best ask',
  );
  const sizeUsd = of?.sizeUsd ?? sizeInCoins(venue, document);
  const side = (levels: readonly Level[]): BookLevel[] =>
    levels.map(([price, size]) => ({ price, sizeUsd: sizeUsd(price, size) }));
  const timeMs = timeOf(found, document);
  return {
    venue,
    bids: side(bids),
    asks: side(asks),
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(of === undefined ? {} : { instrument: of.name, symbol: of.symbol }),
  };
}

/** Throws `InvalidInput` unless the book is of the underlying it is taken for, where it says so. */
export function requireBookOf(book: OrderBook, symbol: Symbol, document: string): void {
  if (book.symbol === undefined || book.symbol === symbol) return;
  throw new InvalidInput(document, `is a book of ${book.instrument}, not of ${symbol}`);
}
