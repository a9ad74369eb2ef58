// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { Quantity } from './quantities.ts';
import { quoted } from '../../core/quoted.ts';

const DECIMAL = /^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$/;
const NOTHING = /^(nan|none|null|n\/a|-|--)$/i;

/** The cells of one row, by the paths of a layout. */
export type Cells = (path: string) => unknown;

/** An object's field; a dot in the path goes into objects. */
export function cellsOfObject(row: object): Cells {
  return (path) => {
    let at: unknown = row;
    for (const key of path.split('.')) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
      at = (at as Record<string, unknown>)[key];
    }
    return at;
  };
}

/** Whether a cell says that there is no value: empty, `null` or, where collectors write so, `nan`. */
export function isNothing(cell: unknown, wordsForNothing: boolean): boolean {
  if (cell === undefined || cell === null || cell === '') return true;
  return wordsForNothing && typeof cell === 'string' && NOTHING.test(cell.trim());
}

/** The number a cell holds, as JSON number or as text; throws `InvalidInput` naming the field. */
export function numberOf(cell: unknown, place: string, field: string): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'string' && DECIMAL.test(cell.trim())) return Number(cell);
  const got = typeof cell === 'string' ? `"${quoted(cell)}"` : quoted(String(JSON.stringify(cell)));
  throw new InvalidInput(`${place}, ${quoted(field)}`, `must be a decimal number, got ${got}`);
}

/** The number of a cell within its bounds, `undefined` where the cell is empty. */
export function quantityOf(
  cell: unknown,
  bounds: Quantity,
  place: string,
  field: string,
  wordsForNothing: boolean,
): number | undefined {
  if (isNothing(cell, wordsForNothing)) return undefined;
  const value = numberOf(cell, place, field);
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new InvalidInput(
    `${place}, ${quoted(field)}`,
    `${bounds.rule}, got ${quoted(String(cell))}`,
  );
}
