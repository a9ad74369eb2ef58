// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { effectiveParameters } from '../../../../prover/forecast/effective-set.ts';
import { pricePath, worstExcursions } from '../../../../prover/forecast/price-path.ts';
import { MARGIN_RULES } from '../../../../prover/forecast/rules/registry.ts';
import { SortedSample } from '../../../../prover/forecast/rules/sorted-sample.ts';
import { scaledMargin } from '../../../../prover/forecast/scaled-margin.ts';
import { uniformNumbers } from '../../../../prover/simulation/statistics/random.ts';
import { historyOf, syntheticBars } from '../../../support/bars.ts';

const { parameters } = loadDefaultParameters();
const bars = syntheticBars({ seed: 3, hours: 2400, gaps: [[700, 30]] });

function multipliersOf(name: string, count: number): Float64Array {
  const rule = MARGIN_RULES.find((entry) => entry.name === name)!;
  return rule.multipliers({
    underlying: 0,
    path: pricePath(historyOf(bars.slice(0, count))),
    margin: scaledMargin(parameters, 0, parameters.mmFactorBps),
    horizonSeconds: 86_400,
  });
}

describe('every rule', () => {
  it.each(MARGIN_RULES.map(({ name }) => name))(
    '%s looks at nothing that has not happened: cutting the future off changes no multiplier',
    (name) => {
      const whole = multipliersOf(name, bars.length);
      for (const count of [2, 690, 701, 1800]) {
        expect([...multipliersOf(name, count)]).toEqual([...whole.slice(0, count)]);
      }
    },
  );

  it.each(['fhs', 'floor-buffer', 'dynamic'])('%s answers volatility', (name) => {
    const values = multipliersOf(name, bars.length).slice(900);
    expect(Math.max(...values) / Math.min(...values)).toBeGreaterThan(1.15);
  });

  it('floor-buffer never falls below the long run that plain filtering falls through', () => {
    const buffered = multipliersOf('floor-buffer', bars.length);
    const filtered = multipliersOf('fhs', bars.length);
    buffered.forEach((value, index) => expect(value).toBeGreaterThanOrEqual(filtered[index]!));
    expect(Math.min(...buffered.slice(900))).toBeGreaterThan(
      1.2 * Math.min(...filtered.slice(900)),
    );
  });
});

describe('worstExcursions', () => {
  it('takes the worst price inside the window, and no window across a gap', () => {
    const path = pricePath(
      historyOf([
        { time: 0, open: 100, high: 100, low: 100, close: 100 },
        { time: 3600, open: 100, high: 130, low: 80, close: 100 },
        { time: 7200, open: 100, high: 110, low: 70, close: 99 },
        { time: 14_400, open: 99, high: 99, low: 10, close: 99 },
      ]),
    );
    const { falls, rises } = worstExcursions(path, 1);
    expect([...falls]).toEqual([1 - 80 / 100, 1 - 70 / 100, NaN, NaN]);
    expect([...rises]).toEqual([130 / 100 - 1, 110 / 100 - 1, NaN, NaN]);
    expect(worstExcursions(path, 2).falls[0]).toBe(1 - 70 / 100);
  });
});

describe('scaledMargin', () => {
  const margin = scaledMargin(parameters, 0, parameters.mmFactorBps);

  it('is the scan range of the default set at 1, long and short', () => {
    expect(margin.long(1)).toBeCloseTo(0.8 * (1 - Math.exp(-203 / 1024)), 12);
    expect(margin.short(1)).toBeCloseTo(0.8 * (Math.exp(170 / 1024) - 1), 12);
  });

  it('is inverted exactly enough that no breach is counted on the wrong side', () => {
    for (const loss of [0.001, 0.05, 0.144, 0.3, 0.6]) {
      expect(margin.long(margin.multiplierForLong(loss))).toBeCloseTo(loss, 12);
      expect(margin.short(margin.multiplierForShort(loss))).toBeCloseTo(loss, 12);
    }
    expect(margin.multiplierForLong(0)).toBe(0);
    expect(margin.multiplierForLong(0.9)).toBe(Infinity);
  });

  it.each([0.3, 0.6, 0.77, 1, 1.3, 1.6, 3])('agrees with the effective set at %d', (multiplier) => {
    const own = effectiveParameters(parameters, [multiplier, multiplier]).underlyings[0];
    const worst = (sign: 1 | -1): number =>
      Math.max(
        ...own.scenarios.map(
          ({ multiplierQ24, dampingQ16 }) =>
            (Number(dampingQ16) / 2 ** 16) * sign * (1 - Number(multiplierQ24) / 2 ** 24),
        ),
      );
    // Half a unit of the log grid, 0.05 % of the price, and e^g for a short.
    expect(Math.abs(0.8 * worst(1) - margin.long(multiplier))).toBeLessThan(0.0005);
    expect(Math.abs(0.8 * worst(-1) - margin.short(multiplier))).toBeLessThan(0.0008);
  });
});

describe('effectiveParameters', () => {
  it('is the set itself at 1', () => {
    expect(effectiveParameters(parameters, [1, 1])).toEqual(parameters);
  });
});

describe('SortedSample', () => {
  it('gives the quantile a sorted list gives', () => {
    const next = uniformNumbers(5);
    const sample = new SortedSample(500);
    const values: number[] = [];
    expect(sample.quantile(0.5)).toBeNaN();
    for (let count = 1; count <= 500; count += 1) {
      const value = Math.round(100 * next()) / 100;
      sample.add(value);
      values.push(value);
      const sorted = [...values].sort((left, right) => left - right);
      expect(sample.quantile(0.99)).toBe(sorted[Math.ceil(0.99 * count) - 1]);
    }
  });
});
