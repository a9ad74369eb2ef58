// SPDX-License-Identifier: GPL-3.0-or-later
import type { Random } from './kinds.ts';
import { between, pick } from './kinds.ts';

/*
 * Damage to documents of market data: to their bytes, fields, rows, units, order and encodings. A
 * document is damaged as a table where it is one, so that most of what comes out still parses and the
 * rules behind the parser are what is tried.
 */

/** A table: a header and cells as text; JSON lists of rows are written from it and back. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Damage {
  readonly name: string;
  readonly table: (table: Table, random: Random) => Table;
}

const index = (random: Random, length: number): number => Math.floor(random() * length);

function withCell(
  table: Table,
  row: number,
  column: number,
  change: (cell: string) => string,
): Table {
  const cells = table.rows[row];
  if (cells === undefined || cells[column] === undefined) return table;
  return { ...table, rows: table.rows.with(row, cells.with(column, change(cells[column]))) };
}

function withColumn(table: Table, column: number, change: (cell: string) => string): Table {
  return {
    ...table,
    rows: table.rows.map((cells) =>
      cells[column] === undefined ? cells : cells.with(column, change(cells[column])),
    ),
  };
}

const scaled =
  (factor: number) =>
  (cell: string): string =>
    cell !== '' && Number.isFinite(Number(cell)) ? String(Number(cell) * factor) : cell;

/** A column that holds numbers, in the first row. */
function numericColumn({ rows }: Table, random: Random): number {
  const columns = (rows[0] ?? []).flatMap((cell, at) =>
    cell !== '' && Number.isFinite(Number(cell)) ? [at] : [],
  );
  return columns.length === 0 ? 0 : pick(random, columns);
}

const FACTORS = [-1, 0, 0.01, 0.1, 0.5, 0.9, 0.97, 1.001, 1.03, 1.1, 2, 10, 100, 1000] as const;
const WORDS = [
  '',
  'NaN',
  'nan',
  'null',
  'None',
  'inf',
  '-',
  '1e999',
  '0',
  '-1',
  '1,5',
  'BTC',
] as const;

export const TABLE_DAMAGES: readonly Damage[] = [
  {
    name: 'field: scaled',
    table: (table, random) =>
      withCell(
        table,
        index(random, table.rows.length),
        numericColumn(table, random),
        scaled(pick(random, FACTORS)),
      ),
  },
  {
    name: 'field: nudged',
    table: (table, random) =>
      withCell(
        table,
        index(random, table.rows.length),
        numericColumn(table, random),
        scaled(between(random, 0.95, 1.05)),
      ),
  },
  {
    name: 'field: a word',
    table: (table, random) =>
      withCell(table, index(random, table.rows.length), index(random, table.header.length), () =>
        pick(random, WORDS),
      ),
  },
  {
    name: 'field: from another row',
    table: (table, random) => {
      const column = index(random, table.header.length);
      const other = table.rows[index(random, table.rows.length)]?.[column] ?? '';
      return withCell(table, index(random, table.rows.length), column, () => other);
    },
  },
  {
    name: 'field: swapped with its neighbour',
    table: (table, random) => {
      const [row, column] = [index(random, table.rows.length), index(random, table.header.length)];
      const [cells, next] = [table.rows[row] ?? [], (column + 1) % table.header.length];
      const [left, right] = [cells[column], cells[next]];
      if (left === undefined || right === undefined) return table;
      return { ...table, rows: table.rows.with(row, cells.with(column, right).with(next, left)) };
    },
  },
  {
    name: 'rows: one gone',
    table: (table, random) => ({
      ...table,
      rows: table.rows.toSpliced(index(random, table.rows.length), 1),
    }),
  },
  {
    name: 'rows: many gone',
    table: (table, random) => {
      const share = between(random, 0.05, 0.9);
      return { ...table, rows: table.rows.filter(() => random() > share) };
    },
  },
  {
    name: 'rows: one twice',
    table: (table, random) => {
      const row = table.rows[index(random, table.rows.length)];
      if (row === undefined) return table;
      return { ...table, rows: table.rows.toSpliced(index(random, table.rows.length), 0, row) };
    },
  },
  {
    name: 'rows: all twice',
    table: (table) => ({ ...table, rows: [...table.rows, ...table.rows] }),
  },
  {
    name: 'rows: one cut short',
    table: (table, random) => {
      const row = index(random, table.rows.length);
      const cells = table.rows[row] ?? [];
      return { ...table, rows: table.rows.with(row, cells.slice(0, index(random, cells.length))) };
    },
  },
  {
    name: 'units: a column scaled',
    table: (table, random) =>
      withColumn(table, numericColumn(table, random), scaled(pick(random, FACTORS))),
  },
  {
    name: 'units: a column nudged',
    table: (table, random) =>
      withColumn(table, numericColumn(table, random), scaled(between(random, 0.97, 1.03))),
  },
  {
    name: 'units: two columns swapped',
    table: (table, random) => {
      const [one, two] = [numericColumn(table, random), numericColumn(table, random)];
      return {
        ...table,
        rows: table.rows.map((cells) =>
          cells.length < table.header.length
            ? cells
            : cells.with(one, cells[two] ?? '').with(two, cells[one] ?? ''),
        ),
      };
    },
  },
  {
    name: 'units: half of a column scaled',
    table: (table, random) => {
      const [column, from] = [numericColumn(table, random), index(random, table.rows.length)];
      const change = scaled(pick(random, FACTORS));
      return {
        ...table,
        rows: table.rows.map((cells, row) =>
          row < from || cells[column] === undefined
            ? cells
            : cells.with(column, change(cells[column])),
        ),
      };
    },
  },
  {
    name: 'units: a column emptied',
    table: (table, random) => withColumn(table, index(random, table.header.length), () => ''),
  },
  {
    name: 'order: rows shuffled',
    table: (table, random) => ({
      ...table,
      rows: table.rows
        .map((row) => [random(), row] as const)
        .sort(([left], [right]) => left - right)
        .map(([, row]) => row),
    }),
  },
  { name: 'order: rows reversed', table: (table) => ({ ...table, rows: table.rows.toReversed() }) },
  {
    name: 'order: columns turned',
    table: ({ header, rows }, random) => {
      const by = index(random, header.length);
      const turn = <T>(cells: readonly T[]): T[] => [...cells.slice(by), ...cells.slice(0, by)];
      return { header: turn(header), rows: rows.map((cells) => turn(cells)) };
    },
  },
  {
    name: 'order: a header name of another column',
    table: ({ header, rows }, random) => ({
      header: header.with(index(random, header.length), pick(random, [...header, 'extra', 'bid'])),
      rows,
    }),
  },
];

export interface TextDamage {
  readonly name: string;
  readonly text: (text: string, random: Random) => string;
}

export const TEXT_DAMAGES: readonly TextDamage[] = [
  {
    name: 'bytes: one changed',
    text: (text, random) => {
      const at = index(random, text.length);
      const code = 32 + index(random, 95);
      return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
    },
  },
  {
    name: 'bytes: a digit changed',
    text: (text, random) => {
      const at = text.slice(index(random, text.length)).search(/\d/);
      if (at < 0) return text;
      return text.slice(0, at) + String(index(random, 10)) + text.slice(at + 1);
    },
  },
  {
    name: 'bytes: some gone',
    text: (text, random) => {
      const at = index(random, text.length);
      return text.slice(0, at) + text.slice(at + 1 + index(random, 8));
    },
  },
  { name: 'bytes: cut', text: (text, random) => text.slice(0, index(random, text.length)) },
  {
    name: 'bytes: a control character',
    text: (text, random) => {
      const at = index(random, text.length);
      return text.slice(0, at) + String.fromCharCode(index(random, 32)) + text.slice(at);
    },
  },
  { name: 'encodings: byte-order mark', text: (text) => `\uFEFF${text}` },
  { name: 'encodings: line ends of Windows', text: (text) => text.replaceAll('\n', '\r\n') },
  {
    name: 'encodings: UTF-16 read as UTF-8',
    text: (text) => Buffer.from(text.slice(0, 4000), 'utf16le').toString('utf8'),
  },
  { name: 'encodings: blank lines', text: (text) => `${text}\n\n \n` },
  { name: 'encodings: semicolons', text: (text) => text.replaceAll(',', ';') },
  { name: 'encodings: decimal commas', text: (text) => text.replaceAll('.', ',') },
  {
    name: 'encodings: numbers as text',
    text: (text) => text.replaceAll(/([:[,]\s*)(-?\d+(?:\.\d+)?)(?=[,}\]])/g, '$1"$2"'),
  },
];

export const toCsvText = ({ header, rows }: Table): string =>
  [header, ...rows].map((cells) => cells.join(',')).join('\n');

/** A list of objects; cells that are numbers become numbers, empty ones `null`. */
export function toJsonText({ header, rows }: Table): string {
  const value = (cell: string): unknown => {
    if (cell === '') return null;
    return Number.isFinite(Number(cell)) ? Number(cell) : cell;
  };
  return JSON.stringify(
    rows.map((cells) =>
      Object.fromEntries(
        header.slice(0, cells.length).map((name, column) => [name, value(cells[column] ?? '')]),
      ),
    ),
  );
}

export function tableOfCsv(text: string): Table {
  const [header = [], ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return { header, rows };
}

export function tableOfRows(objects: readonly Record<string, unknown>[]): Table {
  const header = Object.keys(objects[0] ?? {});
  const cell = (value: unknown): string =>
    value === null || value === undefined || typeof value === 'object' ? '' : String(value);
  return { header, rows: objects.map((row) => header.map((name) => cell(row[name]))) };
}

/** One to three damages, of the table mostly, and the text that comes out. */
export function damaged(
  table: Table,
  write: (table: Table) => string,
  random: Random,
): { readonly text: string; readonly names: readonly string[] } {
  const names: string[] = [];
  let [current, text] = [table, ''];
  const count = 1 + index(random, 3);
  for (let step = 0; step < count; step += 1) {
    if (random() < 0.15) continue;
    const damage = pick(random, TABLE_DAMAGES);
    if (current.rows.length === 0) break;
    current = damage.table(current, random);
    names.push(damage.name);
  }
  text = write(current);
  if (names.length === 0 || random() < 0.1) {
    const damage = pick(random, TEXT_DAMAGES);
    text = damage.text(text, random);
    names.push(damage.name);
  }
  return { text, names };
}
