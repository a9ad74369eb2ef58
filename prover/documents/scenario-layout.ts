// SPDX-License-Identifier: GPL-3.0-or-later
import type { VolShock } from '../model/types.ts';
import { requireRule } from '../core/errors.ts';
import type { ParametersDocument } from './parameters-schema.ts';

type Scenario = ParametersDocument['underlyings'][number]['scenarios'][number];

const ONE_Q16 = 65_536;

const ids = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/**
 * The scenario layout of version 1 (docs/spec.md §2.5). `account-margin` is compiled for it: under
 * another layout no margin over the whole grid could be proven.
 */
const VOL_IDS: Readonly<Record<VolShock, readonly number[]>> = {
  unchanged: [8, 11, 14, 17, 31, 32],
  up: [1, 3, 5, 7, 10, 13, 16, ...ids(19, 26)],
  down: [2, 4, 6, 9, 12, 15, 18],
  'skewLinear+': [27],
  'skewLinear-': [28],
  'skewAbs+': [29],
  'skewAbs-': [30],
};
const ROLL_UP_ID = 31;
const ROLL_DOWN_ID = 32;
const UNMOVED_IDS: ReadonlySet<number> = new Set([1, 2, ...ids(27, 32)]);
const DAMPED_IDS: ReadonlySet<number> = new Set(ids(21, 26));

const VOL_OF_ID: ReadonlyMap<number, string> = new Map(
  Object.entries(VOL_IDS).flatMap(([vol, places]) => places.map((id) => [id, vol] as const)),
);

/** Throws `InvalidInput` where a scenario does not fit its place in the layout. */
export function checkScenarioLayout(scenario: Scenario, field: string): void {
  const { id, vol, forwardRoll, logMoveQ10, dampingQ16 } = scenario;
  const place = `at id ${id} of the scenario layout`;
  const expectedVol = VOL_OF_ID.get(id);
  requireRule(vol === expectedVol, `${field}.vol`, `must be ${expectedVol} ${place}`);
  const expectedRoll = id === ROLL_UP_ID ? 1 : id === ROLL_DOWN_ID ? -1 : 0;
  requireRule(
    forwardRoll === expectedRoll,
    `${field}.forwardRoll`,
    `must be ${expectedRoll} ${place}`,
  );
  requireRule(
    logMoveQ10 === 0 || !UNMOVED_IDS.has(id),
    `${field}.logMoveQ10`,
    `must be 0 ${place}`,
  );
  requireRule(
    dampingQ16 === ONE_Q16 || DAMPED_IDS.has(id),
    `${field}.dampingQ16`,
    `must be ${ONE_Q16} ${place}`,
  );
}
