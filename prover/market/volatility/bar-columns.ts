// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput, requireRule } from '../../core/errors.ts';
import { quoted } from '../../core/quoted.ts';
import { constant, oneOf, parseDocument, text } from '../../core/schema.ts';
import type { TimeUnit } from '../feeds/clock.ts';
import { TIME_UNITS } from '../feeds/clock.ts';
import { COLUMN_MAP_FORMAT } from '../feeds/column-map.ts';

export const BAR_COLUMNS = ['ts', 'open', 'high', 'low', 'close'] as const;
export type BarColumn = (typeof BAR_COLUMNS)[number];

/** What headers call the columns, in lower case and without separators. */
const NAMES: Readonly<Record<BarColumn, readonly string[]>> = {
  ts: [
    'ts',
    'timestamp',
    'time',
    'datetime',
    'date',
    'opentime',
    'start',
    'starttime',
    'unix',
    'unixtime',
    'unixtimestamp',
  ],
  open: ['open', 'o', 'openprice'],
  high: ['high', 'h', 'highprice'],
  low: ['low', 'l', 'lowprice'],
  close: ['close', 'c', 'closeprice'],
};

/** Which column of a file is which, where its header does not say, and how it spells its times. */
export interface BarColumnMap {
  readonly columns: Readonly<Record<BarColumn, string>>;
  readonly times: TimeUnit;
}

const mapSchema = z.strictObject({
  format: constant(COLUMN_MAP_FORMAT),
  version: constant(1),
  name: text().optional(),
  columns: z.strictObject({ ts: text(), open: text(), high: text(), low: text(), close: text() }),
  times: oneOf(TIME_UNITS).default('auto'),
});

/** Reads a column map of bars. Throws `InvalidInput` naming field and rule. */
export function parseBarColumnMap(source: string): BarColumnMap {
  const { columns, times } = parseDocument(mapSchema, source, 'column map');
  return { columns, times };
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Where the five columns stand; throws where one is missing or there twice. */
export function barColumnsOf(
  header: readonly string[],
  document: string,
  map?: BarColumnMap,
): number[] {
  const names = map === undefined ? header.map(plain) : header;
  return BAR_COLUMNS.map((column) => {
    const field = `${document}: ${column}`;
    const mapped = map?.columns[column];
    const wanted = mapped === undefined ? NAMES[column] : [mapped];
    const name = wanted.find((candidate) => names.includes(candidate));
    if (name === undefined) {
      throw new InvalidInput(
        field,
        mapped === undefined
          ? 'column is missing; a column map can say which column it is'
          : `the column map names ${quoted(mapped)}, and the header does not have it`,
      );
    }
    const at = names.indexOf(name);
    requireRule(names.lastIndexOf(name) === at, field, 'column is there twice');
    return at;
  });
}
