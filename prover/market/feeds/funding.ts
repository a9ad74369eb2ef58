// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import type { FundingInput } from '../../documents/market-inputs-document.ts';
import type { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { requireField } from './feed.ts';
import { hasField, jsonRows } from './json-rows.ts';
import { parseVenueJson } from './json-text.ts';

/*
 * Funding rates of perpetuals, each as its venue documents it:
 * Deribit `public/get_funding_rate_history` (docs.deribit.com), Binance `fapi/v1/fundingRate` and
 * `dapi/v1/fundingRate` (developers.binance.com), OKX `api/v5/public/funding-rate-history` and
 * `funding-rate` (okx.com/docs-v5), Bybit `v5/market/funding/history` (bybit-exchange.github.io/docs).
 */

type Symbol = (typeof UNDERLYING_SYMBOLS)[number];
type Venue = FundingInput['venue'];

/** Further from zero than any venue's cap (the widest is 4 % of a payment): another unit. */
const MOST_RATE = 0.1;
const RATE_RULE = 'must be a rate as a fraction, -0.1 … 0.1 (0.0001 is 0.01 %)';
const TIME_RULE = 'must be a time in milliseconds since 1970';

const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?$/)
    .transform(Number),
]);
const optionalText = z.union([z.string(), z.null()]).optional();

interface VenueForm {
  readonly venue: Venue;
  /** The field by which a row of the venue is known. */
  readonly known: string;
  readonly rate: readonly string[];
  readonly paid: string;
  /** The field that names the instrument, where the row does. */
  readonly instrument?: string;
  /** Where a row says it: the next payment, or the length of its own period. */
  readonly next?: string;
  readonly intervalSeconds?: number;
}

const FORMS: readonly VenueForm[] = [
  {
    venue: 'deribit',
    known: 'interest_1h',
    rate: ['interest_1h'],
    paid: 'timestamp',
    // Paid by the moment; the row says what an hour came to.
    intervalSeconds: 3600,
  },
  {
    venue: 'bybit',
    known: 'fundingRateTimestamp',
    rate: ['fundingRate'],
    paid: 'fundingRateTimestamp',
    instrument: 'symbol',
  },
  {
    venue: 'okx',
    known: 'instId',
    // What was paid, where the period is over; else what the venue expects.
    rate: ['realizedRate', 'fundingRate'],
    paid: 'fundingTime',
    instrument: 'instId',
    next: 'nextFundingTime',
  },
  {
    venue: 'binance',
    known: 'fundingTime',
    rate: ['fundingRate'],
    paid: 'fundingTime',
    instrument: 'symbol',
  },
];

function listed(value: unknown): unknown[] {
  for (const key of ['data', 'list', 'result'] as const) {
    if (!hasField(value, key)) continue;
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null)
      return Array.isArray(inner) ? inner : listed(inner);
  }
  return [value];
}

function numberIn(row: Record<string, unknown>, field: string): number | undefined {
  const parsed = number.safeParse(row[field]);
  return parsed.success ? parsed.data : undefined;
}

function formOf(row: unknown, place: string): VenueForm {
  const form = FORMS.find(({ known }) => hasField(row, known));
  if (form !== undefined) return form;
  throw new InvalidInput(
    place,
    'is no funding rate of Deribit (interest_1h), Binance (fundingTime), OKX (instId) or Bybit ' +
      '(fundingRateTimestamp)',
  );
}

function secondsOf(row: Record<string, unknown>, field: string, place: string): number {
  const ms = numberIn(row, field) ?? NaN;
  requireField(ms >= 1e12 && ms < 2 ** 32 * 1000, place, field, TIME_RULE);
  // Binance writes the moment of booking, some milliseconds after the hour.
  return Math.round(ms / 1000);
}

function requireSymbol(
  row: Record<string, unknown>,
  form: VenueForm,
  symbol: Symbol,
  place: string,
) {
  if (form.instrument === undefined) return;
  const name = optionalText.safeParse(row[form.instrument]).data ?? '';
  requireField(
    new RegExp(`^${symbol}(-?(USD|USDT|USDC|PERP)|$)`).test(name),
    place,
    form.instrument,
    `is "${name.slice(0, 40)}", not a perpetual of ${symbol}`,
  );
}

function rowOf(value: unknown, symbol: Symbol, place: string): FundingInput {
  const form = formOf(value, place);
  const row = value as Record<string, unknown>;
  requireSymbol(row, form, symbol, place);
  const field = form.rate.find((name) => numberIn(row, name) !== undefined) ?? form.rate.at(-1)!;
  const rate = numberIn(row, field) ?? NaN;
  requireField(Math.abs(rate) <= MOST_RATE, place, field, RATE_RULE);
  const paymentTime = secondsOf(row, form.paid, place);
  const next =
    form.next === undefined || numberIn(row, form.next) === undefined
      ? undefined
      : secondsOf(row, form.next, place) - paymentTime;
  const intervalSeconds = form.intervalSeconds ?? next;
  return {
    symbol,
    venue: form.venue,
    paymentTime,
    rateE12: BigInt(Math.round(rate * 1e12)),
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
  };
}

/** A payment is for the time since the one before; the oldest is taken to be like the next. */
function withIntervals(rates: readonly FundingInput[]): FundingInput[] {
  return rates.map((entry, index) => {
    if (entry.intervalSeconds !== undefined) return entry;
    const [from, to] = index === 0 ? [rates[0], rates[1]] : [rates[index - 1], entry];
    if (from === undefined || to === undefined) return entry;
    return { ...entry, intervalSeconds: to.paymentTime - from.paymentTime };
  });
}

/**
 * Reads a venue's funding rates of one perpetual of `symbol`, told by their fields; oldest first.
 * Throws `InvalidInput` naming file, row and field.
 */
export function parseFunding(
  source: string,
  file: string,
  symbol: Symbol,
): readonly FundingInput[] {
  const rows = jsonRows(parseVenueJson(source, file), file).flatMap(({ value }) => listed(value));
  const byTime = new Map<number, { readonly entry: FundingInput; readonly place: string }>();
  for (const [index, value] of rows.entries()) {
    const place = `${file}: row ${index + 1}`;
    const entry = rowOf(value, symbol, place);
    const before = byTime.get(entry.paymentTime);
    requireField(
      before === undefined || before.entry.rateE12 === entry.rateE12,
      place,
      'rate',
      `contradicts ${before?.place.replace(/^.*: /, '')}, a payment of the same time`,
    );
    byTime.set(entry.paymentTime, { entry, place });
  }
  if (byTime.size === 0) throw new InvalidInput(file, 'holds no funding rate');
  const ordered = [...byTime.values()].map(({ entry }) => entry);
  return withIntervals(ordered.sort((left, right) => left.paymentTime - right.paymentTime));
}
