// SPDX-License-Identifier: GPL-3.0-or-later
import jstat from 'jstat';

/** Whether one forecast loses less than another (Diebold and Mariano 1995). */
export interface DieboldMariano {
  /** Mean of first loss − second loss; negative: the first is better. */
  readonly meanDifference: number;
  readonly statistic: number;
  /** Two-sided, normal. */
  readonly p: number;
}

/**
 * From differences of losses in time order. The variance of the mean is that of Newey and West (1987)
 * with n^(1/3) lags: losses of neighbouring days go together.
 */
export function dieboldMariano(differences: Float64Array): DieboldMariano {
  const n = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const autocovariance = (lag: number): number => {
    let sum = 0;
    for (let index = lag; index < n; index += 1) {
      sum += (differences[index]! - mean) * (differences[index - lag]! - mean);
    }
    return sum / n;
  };
  const lags = Math.floor(n ** (1 / 3));
  let variance = autocovariance(0);
  for (let lag = 1; lag <= lags; lag += 1) {
    variance += 2 * (1 - lag / (lags + 1)) * autocovariance(lag);
  }
  const statistic = mean / Math.sqrt(variance / n);
  return {
    meanDifference: mean,
    statistic,
    p: 2 * jstat.jStat.normal.cdf(-Math.abs(statistic), 0, 1),
  };
}
