// SPDX-License-Identifier: GPL-3.0-or-later
// Apart from the rules of these parts (parts-rules.ts), which hash: every command reads venues.
import { z } from 'zod';

import { integer } from '../../core/schema.ts';
import { marginInputsSchema } from '../../documents/margin-inputs-document.ts';
import { namedSourcesSchema, priceSourceDocument } from '../../documents/price-sources-schema.ts';

const seconds = integer(1, 2 ** 32 - 1);

/** What margin is to move by, and from where: rule and first inputs fix the state that is deployed. */
const movingMarginSchema = z.strictObject({
  /** A margin rule, as it is written. */
  rule: z.unknown(),
  /** The inputs of the opening: every counter is counted from theirs. */
  inputs: marginInputsSchema,
  minStepSeconds: seconds,
  keepAliveSeconds: seconds,
});
export type MovingMargin = z.infer<typeof movingMarginSchema>;

/** What a venue may have and need not, in its plan as in its document. */
export const optionalPartsSchema = z.object({
  /** Whose reports the headline numbers are proven medians of; without, the quorum is believed. */
  medianSources: namedSourcesSchema.optional(),
  movingMargin: movingMarginSchema.optional(),
});
export type OptionalParts = z.infer<typeof optionalPartsSchema>;

/** As JSON values where they differ from what they are read to. */
export const optionalPartsDocument = ({ medianSources, movingMargin }: OptionalParts) => ({
  ...(medianSources === undefined ? {} : { medianSources: medianSources.map(priceSourceDocument) }),
  ...(movingMargin === undefined ? {} : { movingMargin }),
});
