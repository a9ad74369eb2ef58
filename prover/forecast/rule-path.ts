// SPDX-License-Identifier: GPL-3.0-or-later
import type { DynamicRule } from '../model/dynamic.ts';
import type { UnderlyingId } from '../model/types.ts';
import { exponentialQ20 } from '../risk/dynamic/exponential.ts';
import type { PricePath } from './price-path.ts';
import { statesOver } from './rules/dynamic.ts';

const DAY = 86_400;

/** How a rule moved over a history: of its multiplier. */
export interface RuleMovement {
  readonly steps: number;
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
  /** Largest rise from the low of the preceding day, and five days. */
  readonly riseInDay: number;
  readonly riseInFiveDays: number;
  /** Steps at which the applied multiplier, and so the set, changed; per day. */
  readonly changesPerDay: number;
  readonly multipliers: Float64Array;
}

function largestRise(values: Float64Array, times: Float64Array, seconds: number): number {
  let largest = 0;
  // The lows of the window, oldest first, each lower than those after it came in at.
  const lows: number[] = [];
  let head = 0;
  for (let index = 0; index < values.length; index += 1) {
    while (head < lows.length && times[index]! - times[lows[head]!]! > seconds) head += 1;
    while (lows.length > head && values[lows.at(-1)!]! >= values[index]!) lows.pop();
    lows.push(index);
    largest = Math.max(largest, values[index]! / values[lows[head]!]! - 1);
  }
  return largest;
}

/** One step at every bar of the path. */
export function ruleMovement(
  rule: DynamicRule,
  underlying: UnderlyingId,
  { times, variances }: Pick<PricePath, 'times' | 'variances'>,
): RuleMovement {
  const multipliers = new Float64Array(times.length);
  let changes = 0;
  let last: bigint | undefined;
  let index = 0;
  for (const { appliedLogQ40 } of statesOver(rule, underlying, times, variances)) {
    if (last !== undefined && last !== appliedLogQ40) changes += 1;
    last = appliedLogQ40;
    multipliers[index] = Number(exponentialQ20(appliedLogQ40)) / 2 ** 20;
    index += 1;
  }
  const days = Math.max(1, (times.at(-1) ?? 0) - (times[0] ?? 0)) / DAY;
  return {
    steps: times.length,
    mean: multipliers.reduce((sum, value) => sum + value, 0) / times.length,
    lowest: multipliers.reduce((low, value) => Math.min(low, value), Infinity),
    highest: multipliers.reduce((high, value) => Math.max(high, value), 0),
    riseInDay: largestRise(multipliers, times, DAY),
    riseInFiveDays: largestRise(multipliers, times, 5 * DAY),
    changesPerDay: changes / days,
    multipliers,
  };
}
