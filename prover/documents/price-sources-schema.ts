// SPDX-License-Identifier: GPL-3.0-or-later
// Apart from what checks a set (price-sources-document.ts), which loads the curve.
import { z } from 'zod';

import type { PriceSource } from '../commitments/report-words.ts';
import { decimalBigint, integer, list, text } from '../core/schema.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';
import { LEAST_SOURCES, MAX_AGE, SOURCE_PLACES } from '../model/price-sources.ts';

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

/** Three to five, in the order of the set. */
export const namedSourcesSchema: z.ZodType<readonly NamedSource[]> = list(
  z.strictObject({ name: text(), key: curvePoint, maxAges: componentAges }),
  SOURCE_PLACES,
  LEAST_SOURCES,
);

/** A source as plain JSON values; what `namedSourcesSchema` reads back. */
export const priceSourceDocument = ({ name, key, maxAges }: NamedSource) => ({
  name,
  key: key.map(String),
  maxAges: {
    index: Number(maxAges.index),
    perpetual: Number(maxAges.perpetual),
    collateral: Number(maxAges.collateral),
  },
});
