// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { parseOrderBook, requireBookOf } from '../../../../prover/market/depth/order-book.ts';

const TIME_MS = 1_770_307_892_345;

/** Three levels a side around 70,000, in sizes of the venue. */
const sides = (size: number, text = true) => {
  const of = (prices: number[]) =>
    prices.map((price, i) =>
      [price, size * (i + 1)].map((value) => (text ? String(value) : value)),
    );
  return { bids: of([69_990, 69_900, 69_500]), asks: of([70_010, 70_100, 70_500]) };
};

const okx = (instId: string | undefined, size: number) => {
  const { bids, asks } = sides(size);
  const full = (rows: unknown[][]) => rows.map((row) => [...row, '0', '4']);
  const data = [{ bids: full(bids), asks: full(asks), ts: String(TIME_MS), seqId: 7 }];
  return instId === undefined
    ? { code: '0', msg: '', data }
    : { arg: { channel: 'books', instId }, action: 'snapshot', data };
};

const bybit = (s: string, size: number) => {
  const { bids: b, asks: a } = sides(size);
  const result = { s, b, a, ts: TIME_MS, u: 1, seq: 2, cts: TIME_MS };
  return { retCode: 0, retMsg: 'OK', result, time: TIME_MS };
};

const binance = (more: object, size: number) => ({ lastUpdateId: 9, ...sides(size), ...more });

/** Each book holds one coin, or its price in dollars, at the best bid. */
const BOOKS: readonly (readonly [name: string, value: unknown, usd: number, timed: boolean])[] = [
  // https://docs.deribit.com/api-reference/market-data/public-get_order_book
  [
    'BTC-PERPETUAL',
    { instrument_name: 'BTC-PERPETUAL', timestamp: TIME_MS, state: 'open', ...sides(500, false) },
    500,
    true,
  ],
  [
    'BTC_USDC-PERPETUAL',
    { instrument_name: 'BTC_USDC-PERPETUAL', timestamp: TIME_MS, ...sides(1, false) },
    69_990,
    true,
  ],
  // https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-order-book
  ['BTC-USDT-SWAP', okx('BTC-USDT-SWAP', 100), 69_990, true],
  ['BTC-USD-SWAP', okx('BTC-USD-SWAP', 5), 500, true],
  ['BTC-USDT', okx('BTC-USDT', 1), 69_990, true],
  // https://bybit-exchange.github.io/docs/v5/market/orderbook
  ['BTCUSDT', bybit('BTCUSDT', 1), 69_990, true],
  ['BTCUSD', bybit('BTCUSD', 500), 500, true],
  ['BTCPERP', bybit('BTCPERP', 1), 69_990, true],
  // https://developers.binance.com/docs/derivatives/coin-margined-futures/market-data/rest-api/Order-Book
  [
    'BTCUSD_PERP',
    binance({ E: TIME_MS, T: TIME_MS, symbol: 'BTCUSD_PERP', pair: 'BTCUSD' }, 5),
    500,
    true,
  ],
  ['BTCUSDT', { stream: 'btcusdt@depth20@100ms', data: binance({}, 1) }, 69_990, false],
];

const read = (value: unknown, instrument?: string) =>
  parseOrderBook(JSON.stringify(value), 'book.json', instrument);

describe('an order book', () => {
  it.each(BOOKS)(
    'of %s has its sizes in dollars, and says what it is of',
    (name, value, usd, timed) => {
      const book = read(value);
      expect(book).toMatchObject({ instrument: name, symbol: 'BTC' });
      expect(book.bids[0]!.sizeUsd).toBeCloseTo(usd, 6);
      expect(book.timeMs).toBe(timed ? TIME_MS : undefined);
      expect(() => requireBookOf(book, 'ETH', 'book.json')).toThrow(
        `book.json: is a book of ${name}, not of ETH`,
      );
    },
  );

  it('of OKX needs its instrument said where the response does not', () => {
    expect(() => read(okx(undefined, 1))).toThrow('the book of OKX does not name its instrument');
    expect(read(okx(undefined, 100), 'BTC-USDT-SWAP').bids[0]!.sizeUsd).toBeCloseTo(69_990, 6);
  });

  it.each([
    ['an option of Deribit', { instrument_name: 'BTC-27MAR26-80000-C', ...sides(1) }],
    ['an option of OKX', okx('BTC-USD-260327-80000-C', 1)],
    ['an option of Bybit', bybit('BTC-27MAR26-80000-C', 1)],
    ['an option of Binance', binance({ symbol: 'BTC-260327-80000-C' }, 1)],
  ])('is refused where it is of %s', (_, value) => {
    expect(() => read(value)).toThrow('is an option: depth is that of a future');
  });

  it('is refused with both faults where it is a closed book of an option', () => {
    const value = { instrument_name: 'BTC-27MAR26-80000-C', state: 'closed', ...sides(1) };
    expect(() => read(value)).toThrow(
      'is an option: depth is that of a future, perpetual or spot market; its state is closed besides',
    );
  });

  it.each([
    [
      'a closed book',
      { instrument_name: 'BTC-PERPETUAL', timestamp: TIME_MS, state: 'closed', ...sides(1) },
      'book.json: state: must be open, is closed',
    ],
    ['another asset', bybit('SOLUSDT', 1), 'book.json: s: SOLUSDT is no future'],
    ['a change', { ...okx('BTC-USDT', 1), action: 'update' }, 'is of type update, a change'],
    ['an error', { retCode: 10001, retMsg: 'no symbol', result: {} }, 'answered "no symbol"'],
    ['another contract than said', bybit('BTCUSDT', 1), 'book.json: s: is BTCUSDT, not BTCUSD'],
  ])('is refused where it is %s', (_, value, message) => {
    expect(() => read(value, message.includes('not BTCUSD') ? 'BTCUSD' : undefined)).toThrow(
      message,
    );
  });
});
