// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { fitBoostedTrees } from '../../../../prover/forecast/comparison/boosted-trees.ts';
import { candidates } from '../../../../prover/forecast/comparison/candidates.ts';
import { compareForecasts } from '../../../../prover/forecast/comparison/compare.ts';
import { dieboldMariano } from '../../../../prover/forecast/comparison/diebold-mariano.ts';
import { forecastSetting } from '../../../../prover/forecast/comparison/setting.ts';
import { pricePath } from '../../../../prover/forecast/price-path.ts';
import { uniformNumbers } from '../../../../prover/simulation/statistics/random.ts';
import { historyOf, syntheticBars } from '../../../support/bars.ts';

const bars = syntheticBars({ seed: 21, hours: 2 * 8760, storms: 1.4, gaps: [[4000, 9]] });
const path = pricePath(historyOf(bars));

describe('compareForecasts', () => {
  const comparison = compareForecasts(path, 'range', undefined, false);
  const score = (name: string) => comparison.scores.find((own) => own.name === name)!;

  it('finds the regression ahead of plain averages where volatility reverts to a mean', () => {
    expect(comparison.days).toBeGreaterThan(300);
    for (const name of ['ewma-7d', 'yang-zhang-24h']) {
      expect(score('har').qlike).toBeLessThan(score(name).qlike);
      expect(score(name).versusReference!.statistic).toBeGreaterThan(2);
    }
  });

  it('scores the same days for all, and its years add up', () => {
    for (const { days, years, qlike } of comparison.scores) {
      expect(days).toBe(comparison.days);
      const total = years.reduce((sum, year) => sum + year.days * year.qlike, 0);
      expect(total / days).toBeCloseTo(qlike, 10);
    }
  });

  it('looks at nothing that has not happened: cutting the future off changes no forecast', () => {
    const cut = 12_000;
    const whole = candidates(forecastSetting(path, 24, 'range', undefined), true);
    const short = candidates(
      forecastSetting(pricePath(historyOf(bars.slice(0, cut))), 24, 'range', undefined),
      true,
    );
    short.forEach(({ name, forecasts }, index) => {
      expect([...forecasts], name).toEqual([...whole[index]!.forecasts.slice(0, cut)]);
    });
  });

  it('uses an implied index that knows the future, and would not if it were noise', () => {
    const setting = forecastSetting(path, 24, 'range', undefined);
    const next = uniformNumbers(2);
    const perYear = 365 * 24;
    const series = (vol: (index: number) => number) => ({
      times: path.times,
      vols: Float64Array.from(path.times, (_, index) => vol(index)),
    });
    const knowing = series((index) => {
      const outcome = setting.outcomes[index]!;
      return Number.isNaN(outcome) ? 0.6 : Math.sqrt(outcome * perYear);
    });
    const noise = series(() => 0.4 + 0.4 * next());
    const of = (implied: typeof noise, name: string) =>
      compareForecasts(path, 'range', implied, false).scores.find((own) => own.name === name)!;
    expect(of(knowing, 'implied').qlike).toBeLessThan(1e-6);
    expect(of(knowing, 'har-long with implied').qlike).toBeLessThan(0.02);
    expect(of(noise, 'har-long with implied').versusReference!.p).toBeGreaterThan(0.01);
    expect(of(noise, 'implied').qlike).toBeGreaterThan(2 * score('har').qlike);
  });

  it('refuses bars that are not hourly, and histories without a year to learn from', () => {
    const few = pricePath(historyOf(bars.slice(0, 9000)));
    expect(() => compareForecasts(few, 'range', undefined, false)).toThrow(/needs 60 days/);
    expect(() => compareForecasts({ ...path, stepSeconds: 60 }, 'range', undefined, false)).toThrow(
      /hourly/,
    );
  });
});

describe('dieboldMariano', () => {
  it('is the t statistic of the mean where differences are independent', () => {
    const next = uniformNumbers(9);
    const differences = Float64Array.from({ length: 5000 }, () => next() - 0.48);
    const mean = differences.reduce((sum, value) => sum + value, 0) / 5000;
    const { statistic, p } = dieboldMariano(differences);
    expect(statistic).toBeCloseTo(mean / (Math.sqrt(1 / 12) / Math.sqrt(5000)), 0);
    expect(p).toBeLessThan(0.01);
  });

  it('believes a persistent difference less: each value ten times is ten times fewer', () => {
    const next = uniformNumbers(9);
    const values = Array.from({ length: 500 }, () => next() - 0.45);
    const independent = dieboldMariano(Float64Array.from(values));
    const repeated = dieboldMariano(
      Float64Array.from(values.flatMap((value) => Array<number>(10).fill(value))),
    );
    // Without the autocovariances it would be √10 = 3.2 times as large.
    expect(repeated.statistic / independent.statistic).toBeLessThan(1.35);
    expect(repeated.meanDifference).toBeCloseTo(independent.meanDifference, 12);
  });

  it('Diebold and Mariano 1995: 1.96 is 5 %, two-sided', () => {
    const n = 27;
    const values = Float64Array.from({ length: n }, (_, index) => Math.sin(index * 2.4));
    const { statistic, p } = dieboldMariano(values);
    expect(p).toBeGreaterThan(0);
    expect(p > 0.05).toBe(Math.abs(statistic) < 1.959964);
  });
});

describe('fitBoostedTrees', () => {
  it('learns what no line describes, and ignores a feature that says nothing', () => {
    const next = uniformNumbers(4);
    const rows = Array.from({ length: 4000 }, () => [next() * 2 - 1, next() * 2 - 1, next()]);
    const truth = ([a, b]: readonly number[]): number => (a! * b! > 0 ? 1 : -1) + a! ** 2;
    const predict = fitBoostedTrees(rows, Float64Array.from(rows, truth));
    const fresh = Array.from({ length: 500 }, () => [next() * 2 - 1, next() * 2 - 1, next()]);
    const error = fresh.reduce((sum, row) => sum + (predict(row) - truth(row)) ** 2, 0) / 500;
    expect(error).toBeLessThan(0.2);
    expect(predict([0.5, 0.5, 0.1])).toBeCloseTo(predict([0.5, 0.5, 0.9]), 1);
  });
});
