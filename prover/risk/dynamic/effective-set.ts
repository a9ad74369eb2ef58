// SPDX-License-Identifier: GPL-3.0-or-later
import type { Pair, RiskParameters, Scenario, UnderlyingParameters } from '../../model/types.ts';
import { UNDERLYINGS } from '../../model/types.ts';
import { abs, divCeil, min, max, shiftCeil } from '../pricing/fixed-point.ts';
import { exponentialQ20, multiplierQ24 } from './exponential.ts';
import type { DynamicStep } from './rule.ts';

const MAX_LOG_MOVE = 2047n;
const UNDAMPED_Q16 = 1n << 16n;
const ONE_Q20 = 1n << 20n;
const BPS = 10_000n;

/**
 * Scenarios whose moves are scaled, in groups that share one: what stands at the first id of a group
 * stands at the others (a rule of base sets that a margin moves over, `documents/margin-rule`).
 */
export const SCALED_GROUPS: readonly (readonly number[])[] = [
  [3, 4],
  [5, 6],
  [7, 8, 9],
  [10, 11, 12],
  [13, 14, 15],
  [16, 17, 18],
  [19],
  [20],
];
const FIRST_SCALED = 3;
const LAST_SCALED = 20;
const FIRST_TAIL = 21;
const LAST_TAIL = 26;

/** round(|g|·λ) with the sign of g, at most 2047. */
function scaledMove(logMoveQ10: bigint, multiplierQ20: bigint): bigint {
  const size = min((abs(logMoveQ10) * multiplierQ20 + (ONE_Q20 >> 1n)) >> 20n, MAX_LOG_MOVE);
  return logMoveQ10 < 0n ? -size : size;
}

/** round(d·λ), at most 1. */
const scaledDamping = (dampingQ16: bigint, multiplierQ20: bigint): bigint =>
  min((dampingQ16 * multiplierQ20 + (ONE_Q20 >> 1n)) >> 20n, UNDAMPED_Q16);

function scaledScenario(scenario: Scenario, id: number, multiplierQ20: bigint): Scenario {
  if (id >= FIRST_SCALED && id <= LAST_SCALED) {
    const logMoveQ10 = scaledMove(scenario.logMoveQ10, multiplierQ20);
    return { ...scenario, logMoveQ10, multiplierQ24: multiplierQ24(logMoveQ10) };
  }
  if (id >= FIRST_TAIL && id <= LAST_TAIL) {
    return { ...scenario, dampingQ16: scaledDamping(scenario.dampingQ16, multiplierQ20) };
  }
  return scenario;
}

/**
 * The set that holds while multipliers are in force, of the same format: moves g of scenarios 3 … 20
 * become round(g·λ), the tails 21 … 26 keep theirs and weigh round(damping·λ), at most 1; volatility,
 * skew and roll stay.
 */
export function scaledParameters(
  parameters: RiskParameters,
  multipliersQ20: Pair<bigint>,
): RiskParameters {
  const [btc, eth] = UNDERLYINGS.map((u): UnderlyingParameters => {
    const own = parameters.underlyings[u];
    return {
      ...own,
      scenarios: own.scenarios.map((scenario, index) =>
        scaledScenario(scenario, index + 1, multipliersQ20[u]),
      ),
    };
  }) as [UnderlyingParameters, UnderlyingParameters];
  return { ...parameters, underlyings: [btc, eth] };
}

export const multipliersQ20 = ({ state }: Pick<DynamicStep, 'state'>): Pair<bigint> => {
  const [btc, eth] = state.underlyings;
  return [exponentialQ20(btc.appliedLogQ40), exponentialQ20(eth.appliedLogQ40)];
};

/**
 * The effective set after a step: moves scaled; the initial margin factor ahead by the larger lead, rounded
 * up; perpetuals charged the funding payable, in the initial rate with the cure buffer on it, so that
 * who is above initial margin stays above the cure level.
 */
export function effectiveParameters(base: RiskParameters, step: DynamicStep): RiskParameters {
  const [btc, eth] = step.terms;
  const aheadQ20 = exponentialQ20(max(btc.leadQ40, eth.leadQ40));
  const { mmBps, imBps } = base.perpetual;
  return {
    ...scaledParameters(base, multipliersQ20(step)),
    imFactorBps: shiftCeil(base.imFactorBps * aheadQ20, 20n),
    perpetual: {
      mmBps: mmBps + step.fundingBps,
      imBps: imBps + divCeil(step.fundingBps * (BPS + base.cureBufferBps), BPS),
    },
  };
}
