// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { settleUnits } from './aliases.ts';
import type { ReadFile } from './assemble.ts';
import type { Cells } from './cells.ts';
import { cellsOfObject } from './cells.ts';
import type { ChainReading } from './csv-chain.ts';
import { requireField } from './feed.ts';
import type { ListedOption } from './feed.ts';
import { expiryOfName } from './instrument-name.ts';
import { parseVenueJson } from './json-text.ts';
import type { JsonRow } from './json-rows.ts';
import { jsonRows } from './json-rows.ts';
import type { Layout } from './layouts.ts';
import { layoutOf } from './layouts.ts';
import { listingLayoutOf, readListing } from './listings.ts';
import type { ReadRow } from './option-row.ts';
import { readRow } from './option-row.ts';
import { quoted } from '../../core/quoted.ts';

/** `SYN.BTC-6FEB26`, `BTC-27MAR26` or `index_price`: must not be of another market. */
function checkUnderlyingIndex(cells: Cells, row: ReadRow, place: string): void {
  const text = cells('underlying_index');
  if (row.type !== 'option' || typeof text !== 'string' || text === 'index_price') return;
  const name = String(cells('instrument_name'));
  const [symbol = '', date = ''] = text.replace(/^SYN\./, '').split('-');
  const rule = `does not agree with the instrument's name ${quoted(name)}`;
  requireField(
    name.startsWith(`${symbol}-`),
    place,
    'underlying_index',
    `mixes currencies: ${rule}`,
  );
  if (text.startsWith('SYN.')) {
    requireField(expiryOfName(date) === row.option.expiry, place, 'underlying_index', rule);
  }
}

/** Options of a coin are quoted in it, linear ones in their dollar; older responses say USD. */
function checkQuoteCurrency(cells: Cells, row: ReadRow, place: string): void {
  if (row.type !== 'option' || row.option.inUsd) return;
  const [base, quote] = [cells('base_currency'), cells('quote_currency')];
  if (typeof base !== 'string' || typeof quote !== 'string') return;
  requireField(
    base === quote || quote === 'USD',
    place,
    'quote_currency',
    `mixes currencies: options of ${quoted(base)} must be quoted in ${quoted(base)}, not ${quoted(quote)}`,
  );
}

function unknownShape({ value }: JsonRow, place: string): InvalidInput {
  const keys = Object.keys(value).slice(0, 8).map(quoted).join(', ');
  const book = Object.hasOwn(value, 'bids') || Object.hasOwn(value, 'b');
  return new InvalidInput(
    place,
    book
      ? 'is an order book: give it to plimsoll market depth'
      : `is no row of an option chain of Deribit, OKX, Bybit, Binance or Derive; its fields are ${keys || 'none'}`,
  );
}

/**
 * Reads one or several responses of a venue's public API, as envelopes or bare, one layout or
 * several. Rows are numbered through the file from 1. Throws `InvalidInput` naming file, row and
 * field.
 */
export function readChainJson(source: string, file: string, reading: ChainReading): ReadFile {
  const options = [];
  const futures = [];
  const listed: ListedOption[] = [];
  const combinations = [];
  const layouts = new Set<Layout>();
  let foreign = 0;
  for (const [index, row] of jsonRows(parseVenueJson(source, file), file).entries()) {
    const place = `${file}: row ${index + 1}`;
    const names = { has: (name: string) => Object.hasOwn(row.value, name) };
    const cells = cellsOfObject(row.value);
    const listing = listingLayoutOf(names);
    if (listing !== undefined) {
      const option = readListing(listing, cells, place);
      if (option === undefined) foreign += 1;
      else listed.push(option);
      continue;
    }
    const layout = layoutOf(names);
    if (layout === undefined || layout.strict === true) throw unknownShape(row, place);
    layouts.add(layout);
    const time = row.time ?? reading.time;
    const context = time === undefined ? { place } : { place, time };
    const read = readRow(settleUnits(layout, [cells]), cells, context);
    checkUnderlyingIndex(cells, read, place);
    checkQuoteCurrency(cells, read, place);
    if (read.type === 'option') options.push(read.option);
    else if (read.type === 'future') futures.push(read.future);
    else if (read.type === 'combination') combinations.push({ place, underlying: read.underlying });
    else foreign += 1;
  }
  const linear = options.some(({ inUsd }) => inUsd);
  const known = [...layouts];
  return {
    file,
    options,
    futures,
    listed,
    combinations,
    foreign,
    // Deribit answers for all linear options at once, under the currency that settles them.
    mixed: linear || known.some(({ mixed }) => mixed === true),
    nameField: known[0]?.columns.instrument ?? 'instrument_name',
    readAs: known
      .filter(({ experimental }) => experimental)
      .map(({ name }) => `${name} (experimental: no whole chain of it was ever read here)`),
  };
}
