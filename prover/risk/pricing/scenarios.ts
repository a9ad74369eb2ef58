// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Scenario, UnderlyingParameters } from '../../model/types.ts';

export const ONE_Q24 = 1n << 24n;

/** Scenarios of one underlying, the mark (id 0) included. */
export const SCENARIO_COUNT = 33;

/** Id 0: nothing moves. */
export const MARK_SCENARIO: Scenario = {
  multiplierQ24: ONE_Q24,
  logMoveQ10: 0n,
  dampingQ16: 1n << 16n,
  vol: 'unchanged',
  roll: 'none',
};

export function scenarioAt(parameters: UnderlyingParameters, id: number): Scenario {
  if (id === 0) return MARK_SCENARIO;
  const scenario = parameters.scenarios[id - 1];
  if (scenario === undefined) {
    throw new PlimsollError('OUT_OF_RANGE', `scenarioAt: expected an id of 0 to 32, got ${id}`);
  }
  return scenario;
}
