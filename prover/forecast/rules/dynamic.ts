// SPDX-License-Identifier: GPL-3.0-or-later
import { loadDefaultMarginRule } from '../../documents/margin-rule-document.ts';
import type { DynamicRule, UnderlyingState } from '../../model/dynamic.ts';
import type { UnderlyingId } from '../../model/types.ts';
import { exponentialQ20 } from '../../risk/dynamic/exponential.ts';
import {
  eventLogQ40,
  initialUnderlyingState,
  MAX_ELAPSED,
  stepUnderlying,
} from '../../risk/dynamic/rule.ts';
import type { MarginRule } from './rule.ts';

/** The states of a rule at every bar, from the base set at the first. */
export function* statesOver(
  rule: DynamicRule,
  underlying: UnderlyingId,
  times: Float64Array,
  variances: Float64Array,
): Generator<UnderlyingState> {
  let state = initialUnderlyingState(rule, underlying, 0n);
  for (let index = 0; index < times.length; index += 1) {
    if (index > 0) {
      const time = BigInt(times[index] as number);
      const since = time - BigInt(times[index - 1] as number);
      // The counter that a feed would sign rises by the variance of the bar, floored at Q48.
      const variance = BigInt(Math.floor((variances[index] as number) * 2 ** 48));
      ({ state } = stepUnderlying(rule, underlying, state, {
        elapsed: since < MAX_ELAPSED ? since : MAX_ELAPSED,
        input: {
          counterQ48: state.counterQ48 + variance,
          impliedRateQ64: 0n,
          fundingBps: 0n,
        },
        eventQ40: eventLogQ40(rule, time),
      }));
    }
    yield state;
  }
}

/** One step at every bar: bit for bit the multiplier that effective sets are made with. */
export const dynamicRule: MarginRule = {
  name: 'dynamic',
  summary: 'base, long and fast variance mixed; floor 0.60, cap 1.60; rises 0.63 % an hour at most',
  multipliers: ({ underlying, path: { times, variances } }) => {
    const { rule } = loadDefaultMarginRule();
    const multipliers = new Float64Array(times.length);
    let index = 0;
    for (const { appliedLogQ40 } of statesOver(rule, underlying, times, variances)) {
      multipliers[index] = Number(exponentialQ20(appliedLogQ40)) / 2 ** 20;
      index += 1;
    }
    return multipliers;
  },
};
