// SPDX-License-Identifier: GPL-3.0-or-later
import { CsvError, parse } from 'csv-parse/sync';

import { InvalidInput } from '../../core/errors.ts';
import { requireRule } from '../../core/schema.ts';

/** The index at one moment. */
export interface Tick {
  /** Unix seconds, with a fraction. */
  readonly time: number;
  /** USD. */
  readonly price: number;
}

const PRICE_COLUMNS = ['price', 'index', 'index_price'] as const;
const TIME = /^(\d{13}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z)$/;
const NUMBER = /^[0-9]+(\.[0-9]+)?$/;

function rowsOf(source: string, document: string): Record<string, string>[] {
  try {
    return parse(source, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InvalidInput(document, 'is not complete, valid CSV', { cause: error });
  }
}

/** Whether the header is that of ticks: a time and one price, no bars. */
export function isTickHeader(source: string): boolean {
  const [line = ''] = source.replace(/^\uFEFF/, '').split(/\r?\n/, 1);
  const columns = line.split(',').map((column) => column.trim());
  return !columns.includes('open') && PRICE_COLUMNS.some((column) => columns.includes(column));
}

/**
 * Reads ticks of an index from CSV with the columns ts and price (or index, index_price); times (ISO
 * in UTC or 13-digit milliseconds) strictly increasing. `document` names the file in errors; rows are
 * numbered as in the file, the header being row 1. Throws `InvalidInput` naming file, row and column.
 */
export function parseTicks(source: string, document: string): readonly Tick[] {
  const rows = rowsOf(source, document);
  requireRule(rows.length > 0, document, 'must hold at least one tick');
  const column = PRICE_COLUMNS.find((name) => Object.hasOwn(rows[0] ?? {}, name));
  requireRule(Object.hasOwn(rows[0] ?? {}, 'ts'), `${document}: ts`, 'column is missing');
  let before = -Infinity;
  return rows.map((row, index) => {
    const place = `${document}: row ${index + 2}`;
    const [ts = '', text = ''] = [row['ts'], row[column ?? 'price']];
    requireRule(
      TIME.test(ts),
      `${place}, ts`,
      'must be a UTC time such as 2026-02-05T07:30:00Z, or milliseconds since 1970',
    );
    const time = (ts.endsWith('Z') ? Date.parse(ts) : Number(ts)) / 1000;
    requireRule(time > before, `${place}, ts`, 'must be after the time of the row before');
    before = time;
    const price = Number(text);
    requireRule(
      NUMBER.test(text) && price > 0 && Number.isFinite(price),
      `${place}, ${column ?? 'price'}`,
      'must be a decimal number above 0',
    );
    return { time, price };
  });
}
