// SPDX-License-Identifier: GPL-3.0-or-later
import jstat from 'jstat';

/**
 * P(X ≤ k) of a binomial variable. By the regularised incomplete beta function, so that tens of
 * thousands of trials cost as much as ten.
 */
export function binomialCdf(k: number, trials: number, probability: number): number {
  if (k < 0) return 0;
  if (k >= trials) return 1;
  return 1 - jstat.jStat.ibeta(probability, k + 1, trials - k);
}

/** P(X ≥ k): how surprising so many breaches are under a margin that covers as it claims. */
export const underCoverageP = (breaches: number, trials: number, probability: number): number =>
  breaches <= 0 ? 1 : jstat.jStat.ibeta(probability, breaches, trials - breaches + 1);

/** P(X ≤ k): how surprising so few are; small means that margin is higher than it claims to be. */
export const overCoverageP = (breaches: number, trials: number, probability: number): number =>
  binomialCdf(breaches, trials, probability);

export type Zone = 'green' | 'yellow' | 'red';

/**
 * The traffic light of the Basel Committee ("Supervisory framework for the use of backtesting",
 * January 1996), for any number of windows and any nominal level: yellow begins where the
 * probability of that many breaches or fewer reaches 95 %, red where it reaches 99.99 %.
 */
export function trafficLight(breaches: number, trials: number, probability: number): Zone {
  const cumulative = binomialCdf(breaches, trials, probability);
  if (cumulative >= 0.9999) return 'red';
  return cumulative >= 0.95 ? 'yellow' : 'green';
}
