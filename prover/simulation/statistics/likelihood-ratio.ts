// SPDX-License-Identifier: GPL-3.0-or-later
import jstat from 'jstat';

/** A likelihood-ratio test: the statistic, and the probability of a larger one if all is well. */
export interface RatioTest {
  readonly statistic: number;
  readonly p: number;
}

const chiSquared = (statistic: number, degrees: number): RatioTest => {
  // A ratio of equal likelihoods may come out a rounding below zero.
  const held = Math.max(0, statistic);
  return { statistic: held, p: 1 - jstat.jStat.chisquare.cdf(held, degrees) };
};

/** n·ln p with 0·ln 0 = 0. */
const term = (count: number, probability: number): number =>
  count === 0 ? 0 : count * Math.log(probability);

const logLikelihood = (breaches: number, others: number, probability: number): number =>
  term(breaches, probability) + term(others, 1 - probability);

/**
 * Proportion of failures (Kupiec 1995, "Techniques for verifying the accuracy of risk measurement
 * models"): is the rate of breaches the nominal one? Two-sided, it rejects over-coverage as well.
 */
export function kupiecTest(breaches: number, trials: number, probability: number): RatioTest {
  if (trials === 0) return { statistic: NaN, p: NaN };
  const others = trials - breaches;
  const free = logLikelihood(breaches, others, breaches / trials);
  return chiSquared(2 * (free - logLikelihood(breaches, others, probability)), 1);
}

/** How often a window with (1) or without (0) a breach was followed by one with or without. */
export interface Transitions {
  readonly n00: number;
  readonly n01: number;
  readonly n10: number;
  readonly n11: number;
}

export function transitionsOf(breaches: readonly boolean[]): Transitions {
  const counts = { n00: 0, n01: 0, n10: 0, n11: 0 };
  for (let index = 1; index < breaches.length; index += 1) {
    const from = breaches[index - 1] === true ? 1 : 0;
    const to = breaches[index] === true ? 1 : 0;
    counts[`n${from}${to}`] += 1;
  }
  return counts;
}

/**
 * Independence (Christoffersen 1998, "Evaluating interval forecasts"): does a breach make another
 * one in the next window likelier? Against a first-order Markov chain.
 */
export function independenceTest({ n00, n01, n10, n11 }: Transitions): RatioTest {
  const total = n00 + n01 + n10 + n11;
  if (total === 0) return { statistic: NaN, p: NaN };
  const breaches = n01 + n11;
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const chain =
    logLikelihood(n01, n00, ratio(n01, n00 + n01)) + logLikelihood(n11, n10, ratio(n11, n10 + n11));
  return chiSquared(2 * (chain - logLikelihood(breaches, total - breaches, breaches / total)), 1);
}

/** Both at once: the right rate, and independent (Christoffersen's conditional coverage). */
export function conditionalCoverageTest(coverage: RatioTest, independence: RatioTest): RatioTest {
  const statistic = coverage.statistic + independence.statistic;
  if (Number.isNaN(statistic)) return { statistic: NaN, p: NaN };
  return chiSquared(statistic, 2);
}
