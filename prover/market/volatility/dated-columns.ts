// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { TIME_RULES, secondsOf } from '../feeds/clock.ts';
import { csvLines, refuseRepeatedColumns } from '../feeds/csv-lines.ts';

/** Numbers by time, as a CSV with a column ts carries them. */
export interface DatedColumns {
  /** Unix seconds, strictly increasing. */
  readonly times: Float64Array;
  /** By name; absent where the file lacks the column or leaves it empty throughout. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** What a column holds: above 0 and at most `most`; `rule` completes "must be …". */
export interface ColumnRule {
  readonly name: string;
  readonly most: number;
  readonly rule: string;
}

interface Row {
  readonly place: string;
  readonly time: number;
  readonly cells: readonly string[];
}

const NUMBER = /^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;

function timeOf(cell: string | undefined, place: string): number {
  const time = cell === undefined ? undefined : secondsOf(cell, 'auto');
  if (time !== undefined && Number.isInteger(time)) return time;
  throw new InvalidInput(`${place}, ts`, TIME_RULES.auto);
}

function readRows(source: string, document: string): [header: readonly string[], rows: Row[]] {
  const rows: Row[] = [];
  let header: readonly string[] | undefined;
  let tsColumn = -1;
  for (const { row, cells } of csvLines(source, document)) {
    if (header === undefined) {
      header = cells;
      refuseRepeatedColumns(header, document);
      tsColumn = header.indexOf('ts');
      if (tsColumn < 0) throw new InvalidInput(`${document}: ts`, 'column is missing');
      continue;
    }
    const place = `${document}: row ${row}`;
    const time = timeOf(cells[tsColumn], place);
    if (time <= (rows.at(-1)?.time ?? -Infinity)) {
      throw new InvalidInput(`${place}, ts`, 'must be after the time of the row before');
    }
    rows.push({ place, time, cells });
  }
  if (header === undefined || rows.length === 0) {
    throw new InvalidInput(document, 'must hold a header and at least one row');
  }
  return [header, rows];
}

/**
 * Reads a CSV with a column ts and at least one of the columns asked for. `document` names the file
 * in errors; rows are numbered as in the file. Throws `InvalidInput` naming file, row and column.
 */
export function parseDatedColumns(
  source: string,
  document: string,
  rules: readonly ColumnRule[],
): DatedColumns {
  const [header, rows] = readRows(source, document);
  const columns = new Map<string, Float64Array>();
  for (const { name, most, rule } of rules) {
    const column = header.indexOf(name);
    if (column < 0 || rows.every(({ cells }) => (cells[column] ?? '') === '')) continue;
    const valueOf = ({ cells, place }: Row): number => {
      const text = cells[column] ?? '';
      const value = NUMBER.test(text) ? Number(text) : NaN;
      if (value > 0 && value <= most) return value;
      throw new InvalidInput(`${place}, ${name}`, `must be ${rule}`);
    };
    columns.set(name, Float64Array.from(rows, valueOf));
  }
  if (columns.size === 0) {
    const names = rules.map(({ name }) => name).join(' or ');
    throw new InvalidInput(`${document}: ${names}`, 'column is missing or empty');
  }
  return { times: Float64Array.from(rows, ({ time }) => time), columns };
}
