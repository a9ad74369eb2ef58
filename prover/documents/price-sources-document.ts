// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { isPublicKey } from '../commitments/eddsa.ts';
import { requireRule } from '../core/errors.ts';
import { constant, parseDocument } from '../core/schema.ts';
import { namedSourcesSchema, type NamedSource } from './price-sources-schema.ts';

const documentSchema = z.strictObject({
  format: constant('plimsoll.price-sources'),
  version: constant(1),
  sources: namedSourcesSchema,
});

/** No key stands twice: one that did would be heard once. Throws `InvalidInput` naming `field`. */
export function requireSoundSources(sources: readonly NamedSource[], field: string): void {
  sources.forEach(({ key }, place) => {
    const own = `${field}[${place}].key`;
    requireRule(isPublicKey(key), own, 'must be a point of the prime-order subgroup');
    const first = sources.findIndex((other) => other.key[0] === key[0]);
    requireRule(first === place, own, `must be another than that of sources[${first}]`);
  });
}

/** Reads the sources of a median gate. Throws `InvalidInput`. */
export function parsePriceSources(source: string, name: string): readonly NamedSource[] {
  const { sources } = parseDocument(documentSchema, source, name);
  requireSoundSources(sources, `${name}: sources`);
  return sources;
}
