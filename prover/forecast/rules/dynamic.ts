// SPDX-License-Identifier: GPL-3.0-or-later
import { DYNAMIC_RULES, dynamicStep, initialState, multiplierOf } from '../dynamic-rule.ts';
import type { MarginRule } from './rule.ts';

/**
 * One step at every bar, from the base set at the first. The counter that a feed would sign rises by
 * the variance of the bar, floored at Q48.
 */
export const dynamicRule: MarginRule = {
  name: 'dynamic',
  summary: 'base, long and fast variance mixed; floor 0.60, cap 1.60; rises 0.63 % an hour at most',
  multipliers: ({ underlying, path: { times, variances } }) => {
    const rule = DYNAMIC_RULES[underlying];
    const step = dynamicStep(rule);
    const multipliers = new Float64Array(times.length);
    let state = initialState(rule, BigInt(times[0] ?? 0), 0n);
    for (let index = 0; index < times.length; index += 1) {
      if (index > 0) {
        const variance = BigInt(Math.floor((variances[index] as number) * 2 ** 48));
        state = step(state, BigInt(times[index] as number), state.counterQ48 + variance);
      }
      multipliers[index] = multiplierOf(state);
    }
    return multipliers;
  },
};
