// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';

/** A field of a packed word: its name (for errors), its width and its unsigned value. */
export type Field = readonly [name: string, bits: number, value: bigint];

/**
 * Fields from the least significant bit up. Every field is range-checked before it is packed: an
 * unchecked one would carry into its neighbour, and two contents would share one word.
 */
export function packFields(fields: readonly Field[]): bigint {
  let word = 0n;
  let offset = 0n;
  for (const [name, bits, value] of fields) {
    if (value < 0n || value >> BigInt(bits) !== 0n) {
      throw new PlimsollError(
        'PACK_RANGE',
        `packFields: expected ${name} in ${bits} bits, got ${value}`,
      );
    }
    word |= value << offset;
    offset += BigInt(bits);
  }
  return word;
}

/** A signed value as the unsigned one of `bits` bits that is 2^(bits − 1) greater. */
export function biased(value: bigint, bits: number): bigint {
  return value + (1n << BigInt(bits - 1));
}

export function unbiased(raw: bigint, bits: number): bigint {
  return raw - (1n << BigInt(bits - 1));
}

/** The inverse of `packFields`: the raw field values of the given widths. */
export function unpackFields(word: bigint, widths: readonly number[]): bigint[] {
  let rest = word;
  return widths.map((bits) => {
    const value = BigInt.asUintN(bits, rest);
    rest >>= BigInt(bits);
    return value;
  });
}
