// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { isPublicKey } from '../commitments/eddsa.ts';
import {
  LEAST_SOURCES,
  MAX_AGE,
  SOURCE_PLACES,
  type PriceSource,
} from '../commitments/report-words.ts';
import {
  constant,
  decimalBigint,
  integer,
  list,
  parseDocument,
  requireRule,
  text,
} from '../core/schema.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';

/** A source with the name that people know it by; the commitment knows keys and rules. */
export interface NamedSource extends PriceSource {
  readonly name: string;
}

export const fieldElement = decimalBigint(0n, SCALAR_FIELD - 1n);
export const curvePoint = z.tuple([fieldElement, fieldElement]);
const seconds = integer(0, Number(MAX_AGE)).transform((value) => BigInt(value));
export const componentAges = z.strictObject({
  index: seconds,
  perpetual: seconds,
  collateral: seconds,
});

const sourcesSchema = z.strictObject({
  format: constant('plimsoll.price-sources'),
  version: constant(1),
  sources: list(
    z.strictObject({ name: text(), key: curvePoint, maxAges: componentAges }),
    SOURCE_PLACES,
    LEAST_SOURCES,
  ),
});

/**
 * Reads the sources of a median gate, three to five, in the order of the set. No key stands twice: one
 * that did would be heard once. Throws `InvalidInput`.
 */
export function parsePriceSources(source: string, name: string): readonly NamedSource[] {
  const { sources } = parseDocument(sourcesSchema, source, name);
  sources.forEach(({ key }, place) => {
    const field = `${name}: sources[${place}].key`;
    requireRule(isPublicKey(key), field, 'must be a point of the prime-order subgroup');
    const first = sources.findIndex((other) => other.key[0] === key[0]);
    requireRule(first === place, field, `must be another than that of sources[${first}]`);
  });
  return sources;
}
