// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { TIME_RULES, secondsOf } from '../feeds/clock.ts';
import { csvLines } from '../feeds/csv-lines.ts';

/** The index at one moment. */
export interface Tick {
  /** Unix seconds, with a fraction. */
  readonly time: number;
  /** USD. */
  readonly price: number;
}

/** What headers call the two columns, in lower case and without separators. */
const TIME_COLUMNS = ['ts', 'timestamp', 'time', 'datetime', 'date', 'unix', 'unixtime'] as const;
const PRICE_COLUMNS = ['price', 'index', 'indexprice'] as const;
const NUMBER = /^[0-9]+(\.[0-9]+)?$/;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Whether the header is that of ticks: a price and no bars. */
export function isTickHeader(source: string): boolean {
  const [line = ''] = source.replace(/^\uFEFF/, '').split(/\r?\n/, 1);
  const columns = line.split(/[,;\t|]/).map(plain);
  return !columns.includes('open') && PRICE_COLUMNS.some((column) => columns.includes(column));
}

function columnOf(header: readonly string[], names: readonly string[]): number {
  const name = names.find((candidate) => header.includes(candidate));
  return name === undefined ? -1 : header.indexOf(name);
}

/**
 * Reads ticks of an index from CSV with the columns ts and price (or what collectors call them);
 * times (ISO, UTC where no zone is said, or seconds to microseconds since 1970) strictly increasing.
 * `document` names the file in errors; rows are numbered as in the file, the header being row 1.
 * Throws `InvalidInput` naming file, row and column.
 */
export function parseTicks(source: string, document: string): readonly Tick[] {
  const ticks: Tick[] = [];
  let header: readonly string[] | undefined;
  let [timeAt, priceAt] = [-1, -1];
  for (const { row, cells } of csvLines(source, document)) {
    const place = `${document}: row ${row}`;
    if (header === undefined) {
      header = cells.map(plain);
      [timeAt, priceAt] = [columnOf(header, TIME_COLUMNS), columnOf(header, PRICE_COLUMNS)];
      requireRule(timeAt >= 0, `${document}: ts`, 'column is missing');
      requireRule(priceAt >= 0, `${document}: price`, 'column is missing');
      continue;
    }
    requireRule(
      cells.length === header.length,
      place,
      `is not complete, valid CSV: the row has ${cells.length} of ${header.length} columns`,
    );
    const time = secondsOf(cells[timeAt], 'auto');
    if (time === undefined) throw new InvalidInput(`${place}, ts`, TIME_RULES.auto);
    const isLater = time > (ticks.at(-1)?.time ?? -Infinity);
    requireRule(isLater, `${place}, ts`, 'must be after the time of the row before');
    const text = cells[priceAt] ?? '';
    const price = Number(text);
    requireRule(
      NUMBER.test(text) && price > 0 && Number.isFinite(price),
      `${place}, ${header[priceAt]}`,
      'must be a decimal number above 0',
    );
    ticks.push({ time, price });
  }
  requireRule(ticks.length > 0, document, 'must hold at least one tick');
  return ticks;
}
