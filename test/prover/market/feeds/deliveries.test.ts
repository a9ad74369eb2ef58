// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  isDeliveryPrices,
  parseDeliveryPrices,
} from '../../../../prover/market/feeds/deliveries.ts';

const at = (day: string): number => Date.parse(`${day}T08:00:00Z`) / 1000;
const deribit = (data: unknown): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 3601, result: { data, records_total: 58 } });

describe('delivery prices', () => {
  it('are read in the envelope of Deribit and bare, at 08:00 UTC of the date', () => {
    const rows = [
      { date: '2026-03-03', delivery_price: 80_412.123456 },
      { date: '2026-03-02', delivery_price: '79000.5' },
    ];
    const bare = JSON.stringify(rows);
    for (const text of [deribit(rows), bare]) {
      expect(isDeliveryPrices(text)).toBe(true);
      expect(parseDeliveryPrices(text, 'd.json')).toEqual([
        { place: 'd.json: row 1', expiry: at('2026-03-03'), price: 80_412.123456 },
        { place: 'd.json: row 2', expiry: at('2026-03-02'), price: 79_000.5 },
      ]);
    }
  });

  it('are read of Bybit, which names the instrument', () => {
    const text = JSON.stringify({
      retCode: 0,
      result: {
        category: 'option',
        list: [
          {
            symbol: 'ETH-3MAR26-2900-P-USDT',
            deliveryPrice: '2890.25',
            deliveryTime: '1772524800000',
          },
          { symbol: 'ETH-3MAR26-3000-C', deliveryPrice: '2890.25', deliveryTime: '1772524800000' },
          { symbol: 'SOL-3MAR26-100-C', deliveryPrice: '88', deliveryTime: '1772524800000' },
        ],
      },
    });
    expect(isDeliveryPrices(text)).toBe(true);
    expect(parseDeliveryPrices(text, 'b.json')).toEqual([
      { place: 'b.json: row 2', underlying: 1, expiry: at('2026-03-03'), price: 2890.25 },
    ]);
  });

  it('are refused with row and field', () => {
    const one =
      (row: unknown): (() => unknown) =>
      () =>
        parseDeliveryPrices(deribit([{ date: '2026-03-02', delivery_price: 1000 }, row]), 'd.json');
    expect(one({ date: '2026-13-02', delivery_price: 5 })).toThrow('d.json: row 2, date');
    expect(one({ date: '2026-03-03', delivery_price: -5 })).toThrow(
      'd.json: row 2, delivery_price',
    );
    expect(one({ date: '2026-03-03', delivery_price: 'NaN' })).toThrow('row 2, delivery_price');
    expect(one({ date: '2026-03-03' })).toThrow('row 2, delivery_price');
    expect(one({ date: '2026-03-02', delivery_price: 1001 })).toThrow(
      'row 2, delivery_price: is 1001, but row 1 settles the same expiry at 1000',
    );
    expect(() => parseDeliveryPrices(deribit([]), 'd.json')).toThrow('holds no delivery price');
    expect(() => parseDeliveryPrices('{"delivery_price":', 'd.json')).toThrow('valid JSON');
  });

  it('are told from chains, which have an estimated delivery price', () => {
    const row = {
      instrument_name: 'BTC-PERPETUAL',
      estimated_delivery_price: 1,
      delivery_price: 1,
    };
    expect(isDeliveryPrices(JSON.stringify([row]))).toBe(false);
    expect(isDeliveryPrices(JSON.stringify([{ estimated_delivery_price: 1 }]))).toBe(false);
  });
});
