// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { oneOf, pattern } from '../../core/schema.ts';
import { NAME_RULE } from './instrument-name.ts';
import { QUANTITY } from './quantities.ts';
import type { Quantity } from './quantities.ts';

/*
 * Deribit's public market data (docs.deribit.com, API v2). The venue adds fields as it grows: those
 * not read are let pass.
 */

function quantity({ min, max, rule }: Quantity) {
  return z
    .number({ error: (issue) => (issue.input === undefined ? 'is required' : rule) })
    .refine((value) => value >= min && value <= max, { error: rule });
}

/** The venue spells a value it does not have `null`, or leaves the field out. */
function optional(bounds: Quantity) {
  return quantity(bounds)
    .nullish()
    .transform((value) => value ?? undefined);
}

/** Zero also means that there is none: `best_bid_price` of an empty side, `mark_iv` of a future. */
function zeroOrAbsent(bounds: Quantity) {
  return z
    .union([z.literal(0), z.null(), quantity(bounds)], { error: bounds.rule })
    .optional()
    .transform((value) => (value === 0 ? undefined : (value ?? undefined)));
}

const name = pattern(/^[A-Za-z0-9_-]+$/, NAME_RULE);

const common = {
  instrument_name: name,
  mark_iv: zeroOrAbsent(QUANTITY.markIvPercent),
  // A future's price is in USD, an option's in coin: bounded once the name has told which.
  mark_price: optional({ ...QUANTITY.usd, min: 0 }),
  underlying_price: zeroOrAbsent(QUANTITY.usd),
  underlying_index: z.string().nullish(),
  open_interest: optional(QUANTITY.amount),
  // In the hour of its delivery an instrument has the word "expired" here.
  estimated_delivery_price: z
    .string()
    .transform(() => undefined)
    .or(zeroOrAbsent(QUANTITY.usd)),
};

/** A row of `get_book_summary_by_currency`. */
export const summarySchema = z.object({
  ...common,
  bid_price: zeroOrAbsent({ ...QUANTITY.usd, min: 0 }),
  ask_price: zeroOrAbsent({ ...QUANTITY.usd, min: 0 }),
  base_currency: z.string().nullish(),
  quote_currency: z.string().nullish(),
  creation_timestamp: quantity(QUANTITY.milliseconds),
});

/** The result of `ticker`. */
export const tickerSchema = z.object({
  ...common,
  best_bid_price: zeroOrAbsent({ ...QUANTITY.usd, min: 0 }),
  best_ask_price: zeroOrAbsent({ ...QUANTITY.usd, min: 0 }),
  index_price: zeroOrAbsent(QUANTITY.usd),
  state: z.string().nullish(),
  timestamp: quantity(QUANTITY.milliseconds),
});

/** A row of `get_instruments`. */
export const listingSchema = z.object({
  instrument_name: name,
  kind: z.string(),
  expiration_timestamp: quantity({ ...QUANTITY.milliseconds, max: 2 ** 45 }),
  strike: quantity(QUANTITY.usd).optional(),
  option_type: oneOf(['call', 'put']).optional(),
  is_active: z.boolean().optional(),
  contract_size: quantity(QUANTITY.amount).optional(),
});
