// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair, RiskParameters, Scenario, UnderlyingParameters } from '../model/types.ts';
import { UNDERLYINGS } from '../model/types.ts';
import { multiplierOfLogMoveQ24 } from '../risk/pricing/log-grid.ts';

const UNDAMPED_Q16 = 65_536;
const MAX_LOG_MOVE = 2047;

function scaledScenario(scenario: Scenario, multiplier: number): Scenario {
  const damping = Number(scenario.dampingQ16);
  if (damping !== UNDAMPED_Q16) {
    const dampingQ16 = BigInt(Math.min(Math.round(damping * multiplier), UNDAMPED_Q16));
    return { ...scenario, dampingQ16 };
  }
  if (scenario.logMoveQ10 === 0n) return scenario;
  const size = Math.round(Math.abs(Number(scenario.logMoveQ10)) * multiplier);
  const move = Math.sign(Number(scenario.logMoveQ10)) * Math.min(size, MAX_LOG_MOVE);
  return { ...scenario, logMoveQ10: BigInt(move), multiplierQ24: multiplierOfLogMoveQ24(move) };
}

const scaledUnderlying = (own: UnderlyingParameters, multiplier: number): UnderlyingParameters => ({
  ...own,
  scenarios: own.scenarios.map((scenario) => scaledScenario(scenario, multiplier)),
});

/**
 * The parameter set that holds while multipliers are in force: regular and beyond moves g become
 * round(g·λ), tails keep their moves and weigh round(damping·λ), at most 1; vol, skew and roll stay.
 */
export function effectiveParameters(
  parameters: RiskParameters,
  multipliers: Pair<number>,
): RiskParameters {
  const [btc, eth] = UNDERLYINGS.map((u) =>
    scaledUnderlying(parameters.underlyings[u], multipliers[u]),
  ) as [UnderlyingParameters, UnderlyingParameters];
  return { ...parameters, underlyings: [btc, eth] };
}
