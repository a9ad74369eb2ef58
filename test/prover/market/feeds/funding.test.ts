// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { parseFunding } from '../../../../prover/market/feeds/funding.ts';

const HOUR = 3600;
const T = 1_772_524_800;
const read = (value: unknown, symbol: 'BTC' | 'ETH' = 'BTC') =>
  parseFunding(JSON.stringify(value), 'f.json', symbol);

describe('funding rates', () => {
  it('are read of Deribit, by the hour', () => {
    const result = [1, 0].map((i) => ({
      timestamp: (T + i * HOUR) * 1000,
      interest_1h: 1.25e-6 * (i + 1),
      interest_8h: 0.0005,
      index_price: 80_000,
      prev_index_price: 79_900,
    }));
    expect(read({ jsonrpc: '2.0', result })).toEqual([
      {
        symbol: 'BTC',
        venue: 'deribit',
        paymentTime: T,
        intervalSeconds: HOUR,
        rateE12: 1_250_000n,
      },
      {
        symbol: 'BTC',
        venue: 'deribit',
        paymentTime: T + HOUR,
        intervalSeconds: HOUR,
        rateE12: 2_500_000n,
      },
    ]);
  });

  it('are read of Binance, where a payment is for the time since the one before', () => {
    const rows = [0, 8, 12].map((hours) => ({
      symbol: 'ETHUSDT',
      fundingTime: (T + hours * HOUR) * 1000 + 7,
      fundingRate: '-0.00010000',
      markPrice: '2900.1',
    }));
    expect(
      read(rows, 'ETH').map(({ paymentTime, intervalSeconds }) => [paymentTime, intervalSeconds]),
    ).toEqual([
      [T, 8 * HOUR],
      [T + 8 * HOUR, 8 * HOUR],
      [T + 12 * HOUR, 4 * HOUR],
    ]);
    const [only] = read(rows.slice(0, 1), 'ETH');
    expect(only).toEqual({
      symbol: 'ETH',
      venue: 'binance',
      paymentTime: T,
      rateE12: -100_000_000n,
    });
  });

  it('are read of OKX: what was paid before what was expected', () => {
    const data = [
      {
        instType: 'SWAP',
        instId: 'BTC-USD-SWAP',
        fundingRate: '0.0003',
        realizedRate: '0.0002',
        fundingTime: `${T * 1000}`,
      },
    ];
    expect(read({ code: '0', msg: '', data })).toMatchObject([
      { venue: 'okx', paymentTime: T, rateE12: 200_000_000n },
    ]);
    const current = [
      {
        instId: 'BTC-USDT-SWAP',
        fundingRate: '0.0003',
        fundingTime: `${T * 1000}`,
        nextFundingTime: `${(T + 8 * HOUR) * 1000}`,
      },
    ];
    expect(read({ code: '0', data: current })).toMatchObject([
      { rateE12: 300_000_000n, intervalSeconds: 8 * HOUR },
    ]);
  });

  it('are read of Bybit', () => {
    const list = [
      { symbol: 'BTCPERP', fundingRate: '0.0001', fundingRateTimestamp: `${T * 1000}` },
    ];
    expect(read({ retCode: 0, retMsg: 'OK', result: { category: 'linear', list } })).toEqual([
      { symbol: 'BTC', venue: 'bybit', paymentTime: T, rateE12: 100_000_000n },
    ]);
  });

  it('are refused of another coin, in another unit, of no time, and where rows contradict each other', () => {
    const row = { symbol: 'BTCUSDT', fundingTime: T * 1000, fundingRate: '0.0001' };
    const second = (change: Record<string, unknown>) => () =>
      read([
        { ...row, fundingTime: row.fundingTime - 8 * HOUR * 1000 },
        { ...row, ...change },
      ]);
    expect(second({ symbol: 'ETHUSDT' })).toThrow(
      'row 2, symbol: is "ETHUSDT", not a perpetual of BTC',
    );
    expect(second({ fundingRate: '12.5' })).toThrow(
      'row 2, fundingRate: must be a rate as a fraction',
    );
    expect(second({ fundingRate: 'x' })).toThrow('row 2, fundingRate');
    expect(second({ fundingTime: T })).toThrow(
      'row 2, fundingTime: must be a time in milliseconds',
    );
    expect(() => read([row, { ...row, fundingRate: '0.0002' }])).toThrow(
      'row 2, rate: contradicts row 1',
    );
    expect(() => read([])).toThrow('holds no funding rate');
    expect(() => read([{ price: 1 }])).toThrow('f.json: row 1');
    expect(() => read({ error: { message: 'too many requests' } })).toThrow('too many requests');
  });
});
