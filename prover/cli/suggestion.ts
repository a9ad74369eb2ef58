// SPDX-License-Identifier: GPL-3.0-or-later
import { distance } from 'fastest-levenshtein';

/** As many wrong, missing or extra letters as a slip of the hand makes, a third of the word at most. */
const furthest = (word: string): number => Math.max(1, Math.floor(word.length / 3));

/** `, did you mean "margin"?` when one of the words is close to what was typed, else nothing. */
export function meant(typed: string, words: readonly string[]): string {
  const [nearest] = words
    .map((word) => ({ word, edits: distance(typed, word) }))
    .filter(({ word, edits }) => edits <= furthest(word))
    .sort((left, right) => left.edits - right.edits);
  return nearest === undefined ? '' : `, did you mean "${nearest.word}"?`;
}
