// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import type { UnderlyingId } from '../../model/types.ts';
import { requireField } from './feed.ts';
import { parseInstrumentName } from './instrument-name.ts';
import { hasField, jsonRows } from './json-rows.ts';
import { parseVenueJson } from './json-text.ts';
import { QUANTITY } from './quantities.ts';

/** The price at which a venue settled one expiry. */
export interface DeliveryPrice {
  /** `deliveries.json: row 2`. */
  readonly place: string;
  /** Absent where the response does not say of what it is, as Deribit's does not. */
  readonly underlying?: UnderlyingId;
  /** Unix seconds. */
  readonly expiry: number;
  /** USD. */
  readonly price: number;
}

/** Deribit's options and futures are delivered at 08:00 UTC of the date. */
const DELIVERY_HOUR = 'T08:00:00Z';
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .transform(Number),
]);

/** A row of Deribit's `get_delivery_prices` (docs.deribit.com, API v2). */
const deribitRow = z.object({ date: z.string(), delivery_price: number });
/** A row of Bybit's `v5/market/delivery-price` (bybit-exchange.github.io/docs/v5). */
const bybitRow = z.object({
  symbol: z.string(),
  deliveryPrice: number,
  deliveryTime: number,
});

/** Whether a JSON text is a list of delivery prices, by the one field that nothing else has. */
export function isDeliveryPrices(source: string): boolean {
  return /"delivery_?[pP]rice"\s*:/.test(source) && !/"instrument_name"\s*:/.test(source);
}

function fieldOf(error: z.ZodError): string {
  return String(error.issues[0]?.path[0] ?? 'row');
}

function checkedPrice(price: number, place: string, field: string): number {
  const { min, max, rule } = QUANTITY.usd;
  requireField(price >= min && price <= max, place, field, rule);
  return price;
}

function deribitDelivery(value: unknown, place: string): DeliveryPrice {
  const parsed = deribitRow.safeParse(value);
  if (!parsed.success) {
    const rule = 'must be there: a date, and a delivery_price in USD';
    throw new InvalidInput(`${place}, ${fieldOf(parsed.error)}`, rule);
  }
  const { date, delivery_price: price } = parsed.data;
  const expiry = DATE.test(date) ? Date.parse(`${date}${DELIVERY_HOUR}`) / 1000 : NaN;
  requireField(Number.isInteger(expiry), place, 'date', 'must be a day such as 2026-02-05');
  return { place, expiry, price: checkedPrice(price, place, 'delivery_price') };
}

function bybitDelivery(value: unknown, place: string): DeliveryPrice | undefined {
  const parsed = bybitRow.safeParse(value);
  if (!parsed.success) {
    const rule = 'must be there: symbol, deliveryPrice in USD, deliveryTime in milliseconds';
    throw new InvalidInput(`${place}, ${fieldOf(parsed.error)}`, rule);
  }
  const { symbol, deliveryPrice, deliveryTime } = parsed.data;
  // Newer names end with the coin that settles them; a delivery price is in USD all the same.
  const named = parseInstrumentName(symbol.replace(/-(USDT|USDC)$/, ''));
  const settles = named?.type === 'option' || named?.type === 'future';
  if (!settles) return undefined;
  const expiry = deliveryTime / 1000;
  requireField(
    Number.isInteger(expiry) && expiry >= 1e9 && expiry < 2 ** 32,
    place,
    'deliveryTime',
    'must be a whole second, in milliseconds since 1970',
  );
  const price = checkedPrice(deliveryPrice, place, 'deliveryPrice');
  return { place, underlying: named.underlying, expiry, price };
}

function rowsOf(source: string, file: string): unknown[] {
  return jsonRows(parseVenueJson(source, file), file).flatMap(({ value }): unknown[] => {
    for (const list of ['data', 'list']) {
      const rows = hasField(value, list) ? value[list] : undefined;
      if (Array.isArray(rows)) return rows;
    }
    return [value];
  });
}

/**
 * Reads delivery prices: Deribit's `get_delivery_prices` or Bybit's `delivery-price`, in their
 * envelopes or bare. An expiry that two rows settle at different prices is refused. Throws
 * `InvalidInput` naming file, row and field.
 */
export function parseDeliveryPrices(source: string, file: string): readonly DeliveryPrice[] {
  const seen = new Map<string, DeliveryPrice>();
  for (const [index, value] of rowsOf(source, file).entries()) {
    const place = `${file}: row ${index + 1}`;
    const isBybit = hasField(value, 'deliveryPrice');
    const delivery = isBybit ? bybitDelivery(value, place) : deribitDelivery(value, place);
    if (delivery === undefined) continue;
    const key = `${delivery.underlying ?? ''}:${delivery.expiry}`;
    const before = seen.get(key);
    requireField(
      before === undefined || before.price === delivery.price,
      place,
      isBybit ? 'deliveryPrice' : 'delivery_price',
      `is ${delivery.price}, but ${before?.place.replace(/^.*: /, '')} settles the same expiry at ${before?.price}`,
    );
    seen.set(key, delivery);
  }
  if (seen.size === 0) throw new InvalidInput(file, 'holds no delivery price of BTC or ETH');
  return [...seen.values()];
}
