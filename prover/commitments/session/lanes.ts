// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Pair } from '../../model/types.ts';

/** Scenario ids of one underlying that are packed: 1…32. */
export const PACKED_SCENARIOS = 32;
/** Words that they take. */
export const SCENARIO_WORDS = 11;

/** Which word an id stands in, and how far up. */
interface Lane {
  readonly word: number;
  readonly shift: bigint;
}

/** Ids whose index does not move: 1, 2 and 27…32. */
export const isMovedId = (id: number): boolean => id >= 3 && id <= 26;
export const isDampedId = (id: number): boolean => id >= 21 && id <= 26;

/** Tails whose whole move nothing promises to cover; of the other two margin covers a part, a fund the rest. */
export const isDisclosedId = (id: number): boolean => isDampedId(id) && id !== 22 && id !== 23;

export const MOVED_IDS: readonly number[] = Array.from({ length: 24 }, (_, place) => place + 3);
export const DAMPED_IDS: readonly number[] = Array.from({ length: 6 }, (_, place) => place + 21);
/** Ids after which, whole and in both underlyings, a session counts every account's shortfall. */
export const COVERED_IDS: readonly number[] = Array.from(
  { length: PACKED_SCENARIOS },
  (_, place) => place + 1,
).filter((id) => !isDisclosedId(id));
/** Of them, those that margin damps: a fall of a third, and a rise of a half. */
export const COVERED_TAILS = [22, 23] as const;

/**
 * Pairs of a covered tail in one underlying and the other one, or none (0), in the other: BTC, ETH. Of each a
 * session counts every account's shortfall, as it does of `COVERED_IDS` in both at once.
 */
export const TAIL_PAIRS: readonly Pair<number>[] = [
  [22, 23],
  [23, 22],
  [22, 0],
  [0, 22],
  [23, 0],
  [0, 23],
];
/** Totals of pairs: of these, and one that bounds all pairs of the covered ids that are no tails. */
export const PAIR_TOTALS = TAIL_PAIRS.length + 1;

function laneOf(id: number): Lane {
  if (id < 3) return { word: 0, shift: 62n * BigInt(id - 1) };
  if (id < 21) return { word: 2 + Math.floor((id - 3) / 3), shift: 80n * BigInt((id - 3) % 3) };
  if (id < 27) return { word: 8 + Math.floor((id - 21) / 2), shift: 126n * BigInt((id - 21) % 2) };
  return { word: Math.floor((id - 25) / 4), shift: 62n * BigInt((id - 25) % 4) };
}

const LANES: readonly Lane[] = Array.from({ length: PACKED_SCENARIOS }, (_, place) =>
  laneOf(place + 1),
);

/**
 * Signed numbers of ids 1…32 in eleven words (docs/spec.md §10.3): a sum of shifted digits, no field
 * is masked. Lanes are as wide as what a range check leaves of a digit: 62 bits for ids that do not
 * move, 80 where the check is in units of 2⁻⁸, 126 where a damping multiplies it.
 */
export function packScenarios(values: readonly bigint[]): readonly bigint[] {
  if (values.length !== PACKED_SCENARIOS) {
    throw new PlimsollError(
      'PACK_RANGE',
      `packScenarios: expected 32 values, got ${values.length}`,
    );
  }
  const words = new Array<bigint>(SCENARIO_WORDS).fill(0n);
  LANES.forEach(({ word, shift }, place) => {
    words[word] = words[word]! + (values[place]! << shift);
  });
  return words;
}
