// SPDX-License-Identifier: GPL-3.0-or-later
import { TextDecoder } from 'node:util';

import { InvalidInput } from '../../core/errors.ts';

export const strictDecoder = (): TextDecoder => new TextDecoder('utf-8', { fatal: true });

/**
 * Throws `InvalidInput` naming the field where bytes are no text.
 *
 * @param decoder of a text that comes in pieces, with `stream` for each but the last
 */
export function utf8Text(
  bytes: Uint8Array | undefined,
  field: string,
  decoder = strictDecoder(),
  options: { readonly stream?: boolean } = {},
): string {
  try {
    return decoder.decode(bytes, options);
  } catch (error) {
    throw new InvalidInput(field, 'must be text in UTF-8', { cause: error });
  }
}
