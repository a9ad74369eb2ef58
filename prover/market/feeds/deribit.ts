// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { hasField, parseJsonNaming, responseRows } from './deribit-envelope.ts';
import { listingSchema, summarySchema, tickerSchema } from './deribit-schema.ts';
import type { Feed, FutureRow, ListedOption, OptionRow } from './feed.ts';
import { onlyUnderlying, refuseDuplicates, requireField } from './feed.ts';
import type { NamedInstrument } from './instrument-name.ts';
import { NAME_RULE, expiryOfName, parseInstrumentName } from './instrument-name.ts';
import { QUANTITY } from './quantities.ts';

/** What both kinds of price row come down to. */
interface PriceRow {
  readonly place: string;
  readonly named: NamedInstrument;
  readonly common: Omit<
    z.infer<typeof summarySchema>,
    'creation_timestamp' | 'bid_price' | 'ask_price'
  >;
  readonly time: number;
  readonly bid: readonly [field: string, price: number | undefined];
  readonly ask: readonly [field: string, price: number | undefined];
  readonly index: number | undefined;
  readonly open: boolean;
}

function readRow<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0];
  const message = issue?.message ?? 'is not valid';
  throw new InvalidInput(field === undefined ? place : `${place}, ${String(field)}`, message);
}

function named(text: string, place: string): NamedInstrument {
  const instrument = parseInstrumentName(text);
  if (instrument === undefined) throw new InvalidInput(`${place}, instrument_name`, NAME_RULE);
  return instrument;
}

function summaryRow(value: unknown, place: string): PriceRow {
  const { creation_timestamp, bid_price, ask_price, ...rest } = readRow(
    summarySchema,
    value,
    place,
  );
  const instrument = named(rest.instrument_name, place);
  if (instrument.type === 'option') {
    const { base_currency: base, quote_currency: quote } = rest;
    // Older responses say USD, and mean the strike.
    requireField(
      (base ?? quote) === (quote ?? base) || quote === 'USD',
      place,
      'quote_currency',
      `mixes currencies: options of ${base} must be quoted in ${base}, not ${quote}`,
    );
  }
  return {
    place,
    named: instrument,
    common: rest,
    time: creation_timestamp / 1000,
    bid: ['bid_price', bid_price],
    ask: ['ask_price', ask_price],
    // For every kind of instrument the venue estimates delivery by the index of the moment.
    index: rest.estimated_delivery_price,
    open: true,
  };
}

function tickerRow(value: unknown, place: string): PriceRow {
  const ticker = readRow(tickerSchema, value, place);
  return {
    place,
    named: named(ticker.instrument_name, place),
    common: ticker,
    time: ticker.timestamp / 1000,
    bid: ['best_bid_price', ticker.best_bid_price],
    ask: ['best_ask_price', ticker.best_ask_price],
    index: ticker.index_price ?? ticker.estimated_delivery_price,
    open: (ticker.state ?? 'open') === 'open',
  };
}

function coinPrice(place: string, field: string, price: number | undefined): number | undefined {
  requireField((price ?? 0) <= QUANTITY.coin.max, place, field, QUANTITY.coin.rule);
  return price;
}

/** `SYN.BTC-6FEB26`, `BTC-27MAR26` or `index_price`: must not be of another market. */
function checkUnderlyingIndex(row: PriceRow, expiry: number): void {
  const text = row.common.underlying_index;
  if (text === null || text === undefined || text === 'index_price') return;
  const [symbol = '', date = ''] = text.replace(/^SYN\./, '').split('-');
  const rule = `does not agree with the instrument's name ${row.common.instrument_name}`;
  requireField(
    row.common.instrument_name.startsWith(`${symbol}-`),
    row.place,
    'underlying_index',
    `mixes currencies: ${rule}`,
  );
  if (text.startsWith('SYN.')) {
    requireField(expiryOfName(date) === expiry, row.place, 'underlying_index', rule);
  }
}

function optionRow(row: PriceRow, option: NamedInstrument & { type: 'option' }): OptionRow {
  const { place, common } = row;
  checkUnderlyingIndex(row, option.expiry);
  const fields = {
    markVol: common.mark_iv === undefined ? undefined : common.mark_iv / 100,
    markPrice: coinPrice(place, 'mark_price', common.mark_price),
    bid: coinPrice(place, ...row.bid),
    ask: coinPrice(place, ...row.ask),
    forward: common.underlying_price,
    index: row.index,
    openInterest: common.open_interest,
  };
  return {
    place,
    time: row.time,
    underlying: option.underlying,
    kind: option.kind,
    expiry: option.expiry,
    strike: option.strike,
    open: row.open,
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}

function futureRow(row: PriceRow, future: NamedInstrument & { type: 'future' }): FutureRow {
  const { place, time, index } = row;
  const mark = row.common.mark_price ?? 0;
  requireField(mark >= QUANTITY.usd.min, place, 'mark_price', QUANTITY.usd.rule);
  const { underlying, expiry } = future;
  return { place, time, underlying, expiry, mark, ...(index === undefined ? {} : { index }) };
}

function listedOption(value: unknown, place: string): ListedOption | undefined {
  const listing = readRow(listingSchema, value, place);
  const instrument = named(listing.instrument_name, place);
  if (instrument.type !== 'option') return undefined;
  const { underlying, kind, strike, expiry } = instrument;
  const says = `does not agree with the instrument's name ${listing.instrument_name}`;
  const expiryMs = listing.expiration_timestamp;
  requireField(expiryMs === expiry * 1000, place, 'expiration_timestamp', says);
  requireField(listing.strike === strike, place, 'strike', says);
  requireField(listing.option_type === kind, place, 'option_type', says);
  requireField((listing.contract_size ?? 1) === 1, place, 'contract_size', 'must be 1 coin');
  return { place, underlying, kind, expiry, strike, active: listing.is_active ?? true };
}

/**
 * Reads one or several responses of Deribit's public API, as JSON-RPC envelopes or bare results, of
 * one currency. Rows are numbered through the file from 1. Throws `InvalidInput` naming file, row
 * and field.
 */
export function parseDeribit(source: string, file: string): Feed {
  const summaries: OptionRow[] = [];
  const tickers: OptionRow[] = [];
  const futures: FutureRow[] = [];
  const listed: ListedOption[] = [];
  const combinations: { place: string; underlying: 0 | 1 }[] = [];
  for (const [index, value] of responseRows(parseJsonNaming(source, file), file).entries()) {
    const place = `${file}: row ${index + 1}`;
    if (hasField(value, 'expiration_timestamp')) {
      const option = listedOption(value, place);
      if (option !== undefined) listed.push(option);
      continue;
    }
    const isSummary = hasField(value, 'creation_timestamp');
    const row = isSummary ? summaryRow(value, place) : tickerRow(value, place);
    const options = isSummary ? summaries : tickers;
    if (row.named.type === 'option') options.push(optionRow(row, row.named));
    else if (row.named.type === 'future') futures.push(futureRow(row, row.named));
    else combinations.push({ place, underlying: row.named.underlying });
  }
  const options = [...summaries, ...tickers];
  const rows = [...options, ...futures, ...listed, ...combinations];
  const underlying = onlyUnderlying(rows, file, 'instrument_name');
  for (const rowsOfOneKind of [summaries, tickers, listed]) refuseDuplicates(rowsOfOneKind);
  return { file, underlying, options, futures, listed, ignored: combinations.length };
}
