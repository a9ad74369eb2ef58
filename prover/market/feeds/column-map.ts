// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { requireRule } from '../../core/errors.ts';
import { constant, oneOf, parseDocument, text } from '../../core/schema.ts';
import { TIME_UNITS } from './clock.ts';
import type { Field, Layout } from './layouts.ts';
import { FIELDS, PRICE_UNITS, VOL_UNITS } from './layouts.ts';

export const COLUMN_MAP_FORMAT = 'plimsoll.column-map';

const schema = z.strictObject({
  format: constant(COLUMN_MAP_FORMAT),
  version: constant(1),
  name: text().optional(),
  columns: z.partialRecord(z.enum(FIELDS), text()),
  volatilities: oneOf([...VOL_UNITS, 'auto']).default('auto'),
  prices: oneOf([...PRICE_UNITS, 'auto']).default('auto'),
  times: oneOf(TIME_UNITS).default('auto'),
  expiries: oneOf(TIME_UNITS).optional(),
});

const PARTS: readonly Field[] = ['underlying', 'expiry', 'strike', 'type'];

/**
 * Reads a column map: which column of a CSV is which field, and in which units. Throws
 * `InvalidInput` naming field and rule.
 */
export function parseColumnMap(source: string): Layout {
  const map = parseDocument(schema, source, 'column map');
  const { columns } = map;
  for (const part of columns.instrument === undefined ? PARTS : []) {
    requireRule(
      columns[part] !== undefined,
      `columns.${part}`,
      'is required where columns.instrument is not given',
    );
  }
  requireRule(
    columns.mark_iv !== undefined || columns.bid !== undefined || columns.bid_iv !== undefined,
    'columns.mark_iv',
    'is required where columns.bid and columns.bid_iv are not given: nothing would be fitted',
  );
  return {
    name: map.name ?? 'column map',
    documentation: 'docs/market-data.md',
    experimental: false,
    marks: Object.values(columns),
    columns,
    vols: map.volatilities,
    prices: map.prices,
    times: map.times,
    ...(map.expiries === undefined ? {} : { expiries: map.expiries }),
    mixed: true,
    wordsForNothing: true,
  };
}
