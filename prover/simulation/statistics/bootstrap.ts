// SPDX-License-Identifier: GPL-3.0-or-later
import { uniformNumbers } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Days in a block: breaches come in storms of several days, which must be drawn whole. */
const BLOCK_DAYS = 10;
const RESAMPLES = 1000;
const SEED = 19_980_901;
const LEVEL = 0.95;
const SECONDS_PER_DAY = 86_400;

/** Breaches and windows by day, in time order. */
interface Days {
  readonly breaches: Float64Array;
  readonly windows: Float64Array;
}

function byDay(starts: Float64Array, breached: Uint8Array): Days {
  const first = Math.floor((starts[0] ?? 0) / SECONDS_PER_DAY);
  const last = Math.floor((starts.at(-1) ?? 0) / SECONDS_PER_DAY);
  const breaches = new Float64Array(last - first + 1);
  const windows = new Float64Array(last - first + 1);
  starts.forEach((start, index) => {
    const day = Math.floor(start / SECONDS_PER_DAY) - first;
    windows[day] = (windows[day] as number) + 1;
    breaches[day] = (breaches[day] as number) + (breached[index] as number);
  });
  return { breaches, windows };
}

/** Sums of every circular block of days. */
function blockSums(values: Float64Array, length: number): Float64Array {
  const sums = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += 1) {
    let sum = 0;
    for (let offset = 0; offset < length; offset += 1) {
      sum += values[(start + offset) % values.length] as number;
    }
    sums[start] = sum;
  }
  return sums;
}

/**
 * 95 % interval of coverage by a circular block bootstrap (Politis and Romano 1992) over days:
 * overlapping windows and clustered breaches make the binomial interval far too narrow. Without a
 * breach the upper end is exact and the lower end by the rule of three over independent blocks.
 */
export function coverageInterval(starts: Float64Array, breached: Uint8Array): Interval {
  if (starts.length === 0) return { low: NaN, high: NaN };
  const days = byDay(starts, breached);
  const count = days.windows.length;
  const length = Math.min(BLOCK_DAYS, count);
  const draws = Math.max(1, Math.round(count / length));
  if (!breached.includes(1)) return { low: Math.max(0, 1 - 3 / draws), high: 1 };
  const breaches = blockSums(days.breaches, length);
  const windows = blockSums(days.windows, length);
  const next = uniformNumbers(SEED);
  const coverages = new Float64Array(RESAMPLES);
  for (let sample = 0; sample < RESAMPLES; sample += 1) {
    let lost = 0;
    let seen = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const block = Math.floor(next() * count);
      lost += breaches[block] as number;
      seen += windows[block] as number;
    }
    coverages[sample] = seen === 0 ? 1 : 1 - lost / seen;
  }
  coverages.sort();
  const at = (share: number): number =>
    coverages[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] as number;
  return { low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) };
}
