// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { binomialCdf, trafficLight } from '../../../../prover/simulation/statistics/binomial.ts';
import {
  conditionalCoverageTest,
  independenceTest,
  kupiecTest,
  transitionsOf,
} from '../../../../prover/simulation/statistics/likelihood-ratio.ts';

/** Breaches at which the proportion-of-failures test does not reject at 5 %. */
function accepted(trials: number, probability: number): readonly [number, number] {
  const counts = Array.from({ length: trials }, (_, breaches) => breaches).filter(
    (breaches) => kupiecTest(breaches, trials, probability).p > 0.05,
  );
  return [Math.min(...counts), Math.max(...counts)];
}

describe('figures of the literature', () => {
  // Kupiec 1995, as reprinted in Jorion, Value at Risk, table 6-2: N strictly between the bounds.
  // At 255 days and 1 % the table gives only "N < 7": none at all is rejected too, with p = 0.024.
  it.each([
    [0.01, 255, 0, 7],
    [0.01, 510, 1, 11],
    [0.01, 1000, 4, 17],
    [0.025, 255, 2, 12],
    [0.025, 510, 6, 21],
    [0.025, 1000, 15, 36],
    [0.05, 255, 6, 21],
    [0.05, 510, 16, 36],
    [0.05, 1000, 37, 65],
    [0.075, 255, 11, 28],
    [0.075, 510, 27, 51],
    [0.075, 1000, 59, 92],
    [0.1, 255, 16, 36],
    [0.1, 510, 38, 65],
    [0.1, 1000, 81, 120],
  ])('Kupiec 1995: at p = %d and %d days, %d < N < %d is accepted', (p, days, above, below) => {
    expect(accepted(days, p)).toEqual([above + 1, below - 1]);
  });

  it('Jorion: 20 exceptions of JP Morgan in 252 days of 1998 at 95 % give LR = 3.91', () => {
    expect(kupiecTest(20, 252, 0.05).statistic).toBeCloseTo(3.91, 2);
  });

  it('Jorion: of these, 6 followed another: LR of independence 9.53, jointly 13.44', () => {
    const independence = independenceTest({ n00: 218, n01: 14, n10: 14, n11: 6 });
    expect(independence.statistic).toBeCloseTo(9.53, 2);
    const joint = conditionalCoverageTest(kupiecTest(20, 252, 0.05), independence);
    expect(joint.statistic).toBeCloseTo(13.44, 2);
    expect(joint.p).toBeLessThan(0.01);
  });

  it('Jorion, chapter 6, question 10: 6 of 252 at 99 %, 4 in a row: 3.498 and 25.837', () => {
    expect(kupiecTest(6, 252, 0.01).statistic).toBeCloseTo(3.4988, 3);
    expect(independenceTest({ n00: 244, n01: 2, n10: 2, n11: 4 }).statistic).toBeCloseTo(25.837, 3);
  });

  it('Hull, exercise 9.14: 15 exceptions of 1,000 at 99 % give 2.19 and are not rejected', () => {
    const test = kupiecTest(15, 1000, 0.01);
    expect(test.statistic).toBeCloseTo(2.19, 2);
    expect(test.p).toBeGreaterThan(0.05);
  });

  // Basel Committee, January 1996, table 2: cumulative probability in percent, 250 days at 99 %.
  it.each([
    [0, 8.11, 'green'],
    [1, 28.58, 'green'],
    [2, 54.32, 'green'],
    [3, 75.81, 'green'],
    [4, 89.22, 'green'],
    [5, 95.88, 'yellow'],
    [6, 98.63, 'yellow'],
    [7, 99.6, 'yellow'],
    [8, 99.89, 'yellow'],
    [9, 99.97, 'yellow'],
    [10, 99.99, 'red'],
  ])('Basel 1996: %d exceptions: %d %%, %s zone', (exceptions, percent, zone) => {
    expect(100 * binomialCdf(exceptions, 250, 0.01)).toBeCloseTo(percent, 1);
    expect(trafficLight(exceptions, 250, 0.01)).toBe(zone);
  });
});

describe('likelihood ratios at the edges', () => {
  it('are 0 where the rate is exactly the nominal one', () => {
    expect(kupiecTest(10, 1000, 0.01).statistic).toBeCloseTo(0, 12);
  });

  it('say nothing of an empty series instead of passing it', () => {
    expect(kupiecTest(0, 0, 0.01).p).toBeNaN();
    expect(independenceTest(transitionsOf([])).p).toBeNaN();
  });

  it('count transitions in order', () => {
    expect(transitionsOf([false, true, true, false, false])).toEqual({
      n00: 1,
      n01: 1,
      n10: 1,
      n11: 1,
    });
  });

  it('find breaches that come in pairs, and do not find them when spread', () => {
    const pairs = Array.from({ length: 2000 }, (_, index) => index % 200 < 2);
    const spread = Array.from({ length: 2000 }, (_, index) => index % 100 === 0);
    expect(independenceTest(transitionsOf(pairs)).p).toBeLessThan(1e-6);
    expect(independenceTest(transitionsOf(spread)).p).toBeGreaterThan(0.3);
  });
});
