// SPDX-License-Identifier: GPL-3.0-or-later
import type { PricePath } from '../price-path.ts';

/** Bars in which nothing traded have variance 0, whose logarithm does not exist: 1 bp per bar. */
export const LEAST_VARIANCE = 1e-8;

/** What stands for the variance that came: by the range of each bar, or by squared closes. */
export type OutcomeProxy = 'range' | 'returns';

/** What every candidate sees: bars up to an index, and outcomes of windows that have ended. */
export interface ForecastSetting {
  readonly path: PricePath;
  /** Bars that a forecast looks ahead. */
  readonly horizon: number;
  /** Variance of each bar by the proxy, at least LEAST_VARIANCE, and their running sums. */
  readonly variances: Float64Array;
  readonly sums: Float64Array;
  /** Mean variance per bar over the window after each index; NaN where it meets a gap or the end. */
  readonly outcomes: Float64Array;
  /** Implied variance per bar at each index; NaN where unknown. Absent without an index. */
  readonly implied?: Float64Array;
}

/** Mean variance of the last `window` bars up to and with `index`; from the first bar if there are fewer. */
export function pastMean({ sums }: ForecastSetting, index: number, window: number): number {
  const from = Math.max(0, index + 1 - window);
  return (sums[index + 1]! - sums[from]!) / (index + 1 - from);
}

export function forecastSetting(
  path: PricePath,
  horizon: number,
  proxy: OutcomeProxy,
  implied: Float64Array | undefined,
): ForecastSetting {
  const { closes, runEnds } = path;
  const count = closes.length;
  const variances = path.variances.map((variance, index) => {
    const move = index === 0 ? 0 : Math.log(closes[index]! / closes[index - 1]!);
    return Math.max(LEAST_VARIANCE, proxy === 'range' ? variance : move * move);
  });
  const sums = new Float64Array(count + 1);
  for (let index = 0; index < count; index += 1) sums[index + 1] = sums[index]! + variances[index]!;
  const outcomes = Float64Array.from({ length: count }, (_, index) =>
    index + horizon < runEnds[index]!
      ? (sums[index + horizon + 1]! - sums[index + 1]!) / horizon
      : NaN,
  );
  return {
    path,
    horizon,
    variances,
    sums,
    outcomes,
    ...(implied === undefined ? {} : { implied }),
  };
}
