// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair } from '../../model/types.ts';

/** One scenario of each underlying at once; id 0 stands still. */
export interface JointScenario {
  readonly ids: Pair<number>;
  /** Whether the fund must cover its shortfall, or it is only disclosed. */
  readonly isCovered: boolean;
}

/** What a parameter set says of stress: each of the 32 ids stands in one of the two. */
export interface StressIds {
  readonly coverScenarioIds: readonly number[];
  readonly disclosedOnlyIds: readonly number[];
}

/** Ids that differ in the direction of the move alone (the scenario layout of docs/spec.md §2.5). */
const OPPOSITES: readonly Pair<number>[] = [
  [3, 5],
  [4, 6],
  [7, 10],
  [8, 11],
  [9, 12],
  [13, 16],
  [14, 17],
  [15, 18],
  [19, 20],
  [21, 24],
  [22, 23],
];

const OPPOSITE_OF: ReadonlyMap<number, number> = new Map(
  OPPOSITES.flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]),
);

/** The mildest tails, a fall of a third and a rise of a half: margin covers a part of them, a fund must the rest. */
const COVERED_TAILS: readonly number[] = [22, 23];

/**
 * The governed list: every id in both underlyings at once, in opposite directions, and in one alone.
 * Covered are the ids that the set says a venue must cover, and the two mildest tails undamped, which
 * margin does not; the other tails are disclosed. The order is that of the ids.
 */
export function jointScenarios(stress: StressIds): readonly JointScenario[] {
  const covered = new Set([...stress.coverScenarioIds, ...COVERED_TAILS]);
  const ids = [...covered, ...stress.disclosedOnlyIds.filter((id) => !covered.has(id))];
  return ids
    .sort((a, b) => a - b)
    .flatMap((id) => {
      const opposite = OPPOSITE_OF.get(id);
      const pairs: Pair<number>[] = [
        [id, id],
        [id, 0],
        [0, id],
      ];
      if (opposite !== undefined) pairs.push([id, opposite]);
      return pairs.map((pair) => ({
        ids: pair,
        isCovered: pair.every((one) => one === 0 || covered.has(one)),
      }));
    });
}
