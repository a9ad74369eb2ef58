// SPDX-License-Identifier: GPL-3.0-or-later
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { oneOf, pattern } from '../../core/schema.ts';
import type { Feed, OptionRow } from './feed.ts';
import { onlyUnderlying, refuseDuplicates, requireField } from './feed.ts';
import { NAME_RULE, parseInstrumentName } from './instrument-name.ts';
import { QUANTITY } from './quantities.ts';
import type { Quantity } from './quantities.ts';

const COLUMNS = [
  'instrument',
  'expiry',
  'strike',
  'type',
  'mark_iv',
  'mark_price',
  'forward',
  'index',
  'oi',
  'bid',
  'ask',
  'delta',
  'vega',
  'ts',
] as const;

const DECIMAL = /^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$/;

function decimal({ min, max, rule }: Quantity) {
  return pattern(DECIMAL, 'must be a decimal number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: rule });
}

/** An empty cell is a value the venue does not have. */
function optionalDecimal(quantity: Quantity) {
  return z.union([z.literal('').transform(() => undefined), decimal(quantity)], {
    error: (issue) =>
      DECIMAL.test(String(issue.input)) ? quantity.rule : 'must be a decimal number',
  });
}

const utc = (rule: string) =>
  pattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/, rule)
    .transform((text) => Date.parse(text) / 1000)
    .refine((time) => Number.isFinite(time), { error: rule });

const rowSchema = z.object({
  instrument: pattern(/^[A-Z0-9_-]+$/, NAME_RULE),
  expiry: utc('must be a UTC time such as 2026-03-27T08:00:00Z'),
  strike: decimal(QUANTITY.usd),
  type: oneOf(['C', 'P']),
  mark_iv: optionalDecimal(QUANTITY.markIvPercent),
  mark_price: optionalDecimal(QUANTITY.coin),
  forward: optionalDecimal(QUANTITY.usd),
  index: optionalDecimal(QUANTITY.usd),
  oi: optionalDecimal(QUANTITY.amount),
  bid: optionalDecimal(QUANTITY.coin),
  ask: optionalDecimal(QUANTITY.coin),
  delta: optionalDecimal(QUANTITY.delta),
  vega: optionalDecimal(QUANTITY.amount),
  ts: utc('must be a UTC time such as 2026-02-04T21:33:08.476Z'),
});

function cellsOf(source: string, file: string): string[][] {
  try {
    return parse(source, { bom: true, relax_column_count: true, skip_empty_lines: false });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InvalidInput(file, `is not complete, valid CSV: ${error.message}`, { cause: error });
  }
}

function checkHeader(header: readonly string[], file: string): void {
  const place = `${file}: row 1`;
  for (const name of header) {
    requireField(
      COLUMNS.some((column) => column === name),
      place,
      name,
      'unknown column',
    );
  }
  for (const column of COLUMNS) {
    const count = header.filter((name) => name === column).length;
    requireField(count > 0, place, column, 'column is missing');
    requireField(count === 1, place, column, 'column is there twice');
  }
}

function rowOf(cells: Readonly<Record<string, string>>, place: string): OptionRow {
  const parsed = rowSchema.safeParse(cells);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidInput(`${place}, ${String(issue?.path[0])}`, issue?.message ?? 'is not valid');
  }
  const row = parsed.data;
  const named = parseInstrumentName(row.instrument);
  if (named?.type !== 'option') throw new InvalidInput(`${place}, instrument`, NAME_RULE);
  const says = `does not agree with the instrument's name ${row.instrument}`;
  requireField(row.expiry === named.expiry, place, 'expiry', says);
  requireField(row.strike === named.strike, place, 'strike', says);
  requireField((row.type === 'C' ? 'call' : 'put') === named.kind, place, 'type', says);
  return {
    place,
    time: row.ts,
    underlying: named.underlying,
    kind: named.kind,
    expiry: named.expiry,
    strike: named.strike,
    open: true,
    ...(row.mark_iv === undefined ? {} : { markVol: row.mark_iv / 100 }),
    ...(row.mark_price === undefined ? {} : { markPrice: row.mark_price }),
    ...(row.bid === undefined ? {} : { bid: row.bid }),
    ...(row.ask === undefined ? {} : { ask: row.ask }),
    ...(row.forward === undefined ? {} : { forward: row.forward }),
    ...(row.index === undefined ? {} : { index: row.index }),
    ...(row.oi === undefined ? {} : { openInterest: row.oi }),
  };
}

/**
 * Reads an option chain in CSV with exactly the columns instrument … ts (docs/market-data.md), in
 * any order. Rows are numbered as in the file, the header being row 1. Throws `InvalidInput` naming
 * file, row and column.
 */
export function parseChainCsv(source: string, file: string): Feed {
  const [header = [], ...lines] = cellsOf(source, file);
  checkHeader(header, file);
  const options = lines.map((line, index) => {
    const place = `${file}: row ${index + 2}`;
    requireField(
      line.length === header.length,
      place,
      header[Math.min(line.length, header.length - 1)] ?? 'instrument',
      `the row has ${line.length} of ${header.length} columns: the file is cut or damaged`,
    );
    return rowOf(Object.fromEntries(header.map((name, at) => [name, line[at] ?? ''])), place);
  });
  const underlying = onlyUnderlying(options, file, 'instrument');
  refuseDuplicates(options);
  return { file, underlying, options, futures: [], listed: [], ignored: 0 };
}
