// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { InvalidInput, PlimsollError } from '../../../../prover/core/errors.ts';
import { depthNearMid, slippage } from '../../../../prover/market/depth/liquidity.ts';
import { parseOrderBook } from '../../../../prover/market/depth/order-book.ts';

const DERIBIT = {
  jsonrpc: '2.0',
  result: {
    instrument_name: 'BTC-PERPETUAL',
    timestamp: 1_770_307_892_000,
    bids: [
      [69_990, 50_000],
      [69_500, 200_000],
      [69_000, 1_000_000],
    ],
    asks: [
      [70_010, 30_000],
      [70_600, 100_000.9],
      [71_000, 500_000],
    ],
  },
};
const BINANCE = {
  lastUpdateId: 1027024,
  bids: [
    ['1999.00', '10.0'],
    ['1990.00', '100.0'],
  ],
  asks: [
    ['2001.00', '20.0'],
    ['2010.00', '50.0'],
  ],
};

const parse = (value: unknown) => parseOrderBook(JSON.stringify(value), 'book.json');

function refusal(value: unknown): string {
  try {
    parse(value);
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseOrderBook', () => {
  it('reads Deribit, where inverse contracts are counted in USD, with and without envelope', () => {
    const book = parse(DERIBIT);
    expect(book.bids[0]).toEqual({ price: 69_990, sizeUsd: 50_000 });
    expect(book.timeMs).toBe(1_770_307_892_000);
    expect(parse(DERIBIT.result)).toEqual(book);
  });

  it('counts the coins of a linear Deribit contract at their price', () => {
    const linear = {
      ...DERIBIT.result,
      instrument_name: 'BTC_USDC-PERPETUAL',
      bids: [[69_990, 2]],
    };
    expect(parse(linear).bids[0]?.sizeUsd).toBe(139_980);
  });

  it('reads Binance, where sizes are coins', () => {
    expect(parse(BINANCE).bids[1]).toEqual({ price: 1990, sizeUsd: 199_000 });
    expect(parse(BINANCE).timeMs).toBeUndefined();
  });

  const deribit = (change: object): unknown => ({ ...DERIBIT.result, ...change });
  it.each([
    [
      'an empty side',
      deribit({ asks: [] }),
      'book.json: asks: must be a list of at least one level',
    ],
    ['a missing side', deribit({ asks: undefined }), 'book.json: asks: is required'],
    [
      'a negative size',
      deribit({ bids: [[69_990, -1]] }),
      'book.json: bids[0][1]: must be [price, size], both above 0',
    ],
    [
      'a price that is no number',
      deribit({ bids: [['NaN', 1]] }),
      'book.json: bids[0][0]: must be [price, size], both above 0',
    ],
    [
      'bids out of order',
      deribit({ bids: [...DERIBIT.result.bids].reverse() }),
      'book.json: bids[1]: must be below the price before it',
    ],
    [
      'a repeated ask',
      deribit({ asks: [DERIBIT.result.asks[0], DERIBIT.result.asks[0]] }),
      'book.json: asks[1]: must be above the price before it',
    ],
    [
      'a crossed book',
      deribit({ asks: [[69_990, 1]] }),
      'book.json: bids[0]: the book is crossed: the best bid must be below the best ask',
    ],
    ['an unknown feed', { bids: [], asks: [] }, 'book.json: instrument_name: is required'],
  ])('refuses %s', (_, value, message) => {
    expect(refusal(value)).toBe(message);
  });

  it('refuses truncated JSON', () => {
    expect(() => parseOrderBook(JSON.stringify(DERIBIT).slice(0, -5), 'book.json')).toThrow(
      'book.json: is not complete, valid JSON',
    );
  });
});

describe('depthNearMid', () => {
  it('takes the smaller side within the range, rounded down', () => {
    const depth = depthNearMid(parse(DERIBIT), 0.01);
    expect(depth).toEqual({
      mid: 70_000,
      bidUsd: 250_000,
      askUsd: 130_000.9,
      complete: true,
      depthQuote: 130_000n,
    });
  });

  it('says where the book given ends inside the range', () => {
    expect(depthNearMid(parse(BINANCE), 0.004).complete).toBe(true);
    expect(depthNearMid(parse(BINANCE), 0.01).complete).toBe(false);
  });

  it('never falls as the range widens', () => {
    const book = parse(DERIBIT);
    const depths = [0.0001, 0.005, 0.01, 0.02].map((share) => depthNearMid(book, share).depthQuote);
    expect(depths).toEqual([0n, 30_000n, 130_000n, 630_000n]);
  });
});

describe('slippage', () => {
  it('is the distance of the average price from mid', () => {
    const book = parse(BINANCE);
    expect(slippage(book, 'buy', 20_000)).toBeCloseTo(0.0005, 12);
    // 20 coins at 2001 and 20 at 2010.
    expect(slippage(book, 'buy', 80_000)).toBeCloseTo(2005.5 / 2000 - 1, 12);
    // 10 coins at 1999 and 30 at 1990.
    expect(slippage(book, 'sell', 80_000)).toBeCloseTo(1 - 1992.25 / 2000, 12);
  });

  it('takes a whole side, and refuses more', () => {
    const book = parse(BINANCE);
    expect(slippage(book, 'buy', 140_000)).toBeGreaterThan(slippage(book, 'buy', 40_000));
    try {
      slippage(book, 'buy', 140_001);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PlimsollError);
      expect((error as PlimsollError).code).toBe('BOOK_TOO_THIN');
    }
  });
});
