// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';

/** Throws `InvalidInput` naming the field where bytes are no text. */
export function utf8Text(bytes: Uint8Array, field: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InvalidInput(field, 'must be text in UTF-8', { cause: error });
  }
}
