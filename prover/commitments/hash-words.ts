// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';
import { poseidonHash } from './poseidon-wasm.ts';

export { SCALAR_FIELD, poseidonHash };

/** What a hash commits to (docs/spec.md §2); a tag is never reused. */
export const TAG = {
  account: 1,
  page: 2,
  node: 3,
  ledger: 4,
  slices: 5,
  snapshot: 6,
  tenor: 7,
  scenarios: 8,
  parameters: 9,
  marginRule: 10,
  marginState: 11,
  marginInputs: 12,
  report: 13,
  sources: 14,
  sessionTerms: 15,
  sessionRows: 16,
  sessionNets: 17,
  sessionBatch: 18,
  sessionChain: 19,
  sessionChallenge: 20,
  sessionLinks: 21,
  session: 22,
  batchState: 23,
  arraysState: 24,
} as const;

export type Tag = (typeof TAG)[keyof typeof TAG];

const BLOCK = 15;
/**
 * The tagged hash of n ≥ 1 field elements (packed words or hashes): length and tag are the first
 * state, so neither two lengths nor two kinds can collide by construction.
 */
export function hashWords(tag: Tag, words: readonly bigint[]): bigint {
  if (words.length === 0)
    throw new PlimsollError('HASH_RANGE', 'hashWords: expected words, got none');
  for (const word of words) {
    // Reduced silently, x and x + r would be two contents of one hash.
    if (word < 0n || word >= SCALAR_FIELD) {
      throw new PlimsollError('HASH_RANGE', `hashWords: expected a field element, got ${word}`);
    }
  }
  let state = BigInt(tag) * 2n ** 32n + BigInt(words.length);
  for (let start = 0; start < words.length; start += BLOCK) {
    state = poseidonHash([state, ...words.slice(start, start + BLOCK)]);
  }
  return state;
}
