// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';
import { poseidonHash, type Tag } from './hash-words.ts';
import { WORD_BYTES, readWord, writeWord } from './word-bytes.ts';

export { WORD_BYTES, readWord, writeWord };

/** Hashes many rows of the same number of words at once, as `hashWords` hashes one of them. */
export interface RowHasher {
  readonly name: string;
  /**
   * Rows of `words` (1…15) field elements of 32 bytes, low byte first, each below the field's order;
   * the hashes come back the same way. Rejects with `HASH_RANGE` where a word is no field element.
   */
  hashRows(tag: Tag, words: number, rows: Uint8Array): Promise<Uint8Array>;
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Length and tag, which `hashWords` starts from. */
export const firstElement = (tag: Tag, words: number): bigint =>
  BigInt(tag) * 2n ** 32n + BigInt(words);

/** One row after another with the library's own hash: what there is where no worker is built. */
export const PLAIN_HASHER: RowHasher = {
  name: 'circomlibjs',
  async hashRows(tag, words, rows) {
    const count = rows.length / (words * WORD_BYTES);
    const hashes = new Uint8Array(count * WORD_BYTES);
    const first = firstElement(tag, words);
    for (let row = 0; row < count; row += 1) {
      const values = [first];
      for (let word = 0; word < words; word += 1) {
        const value = readWord(rows, row * words + word);
        if (value >= SCALAR_FIELD) {
          throw new PlimsollError('HASH_RANGE', `hashRows: word ${word} is no field element`);
        }
        values.push(value);
      }
      writeWord(hashes, row, poseidonHash(values));
    }
    return hashes;
  },
};
