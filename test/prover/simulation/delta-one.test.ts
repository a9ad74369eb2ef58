// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { pricePath } from '../../../prover/forecast/price-path.ts';
import { dynamicRule } from '../../../prover/forecast/rules/dynamic.ts';
import { scaledMargin } from '../../../prover/forecast/scaled-margin.ts';
import type { Bar } from '../../../prover/market/volatility/bars.ts';
import type { DeltaOneMarket, RuleResult } from '../../../prover/simulation/delta-one.ts';
import { deltaOneMarket, measureRule } from '../../../prover/simulation/delta-one.ts';
import { historyOf, syntheticBars } from '../../support/bars.ts';

const { parameters } = loadDefaultParameters();
const HOURS = 4 * 8760;
// Calm hours, and storms that a set of 14 % for a day is just made for.
const bars = syntheticBars({ seed: 13, hours: HOURS, vol: 0.4, storms: 1.4, gaps: [[5000, 7]] });
const path = pricePath(historyOf(bars));
const market: DeltaOneMarket = deltaOneMarket({
  underlying: 0,
  path,
  parameters,
  horizonSeconds: 7200,
  first: 0,
  end: path.times.length,
});
const constant = (multiplier: number): RuleResult =>
  measureRule(market, `× ${multiplier}`, new Float64Array(path.times.length).fill(multiplier));
const classOf = (result: RuleResult, portfolio: string, measure: string) =>
  result.classes.find((own) => own.portfolio === portfolio && own.measure.id === measure)!;

describe('controls: statistics that can fail', () => {
  const plain = constant(1);

  it('the static set passes coverage and efficiency on bars it was made for', () => {
    expect(plain.verdicts).toMatchObject({ coverage: 'pass', efficiency: 'pass' });
  });

  it('the same set halved fails coverage, and only its clustering beside', () => {
    const halved = constant(0.5);
    expect(halved.verdicts.coverage).toBe('fail');
    expect(halved.verdicts.efficiency).toBe('pass');
    expect(classOf(halved, 'delta-one-long', 'mm-24h').underCoverageP.median).toBeLessThan(1e-6);
    expect(classOf(halved, 'delta-one-long', 'mm-24h').zones.red).toBe(24);
  });

  it('the same set tripled fails efficiency, and over-coverage says so', () => {
    const tripled = constant(3);
    expect(tripled.verdicts).toMatchObject({ coverage: 'pass', efficiency: 'fail' });
    expect(classOf(tripled, 'delta-one-long', 'mm-24h').overCoverageP.median).toBeLessThan(0.001);
    expect(tripled.efficiency).toBeGreaterThan(1.9);
  });

  it('the clustering of a static set is found, and the rule that follows volatility clusters less', () => {
    expect(plain.verdicts.independence).toBe('fail');
    const multipliers = dynamicRule.multipliers({
      underlying: 0,
      path,
      margin: scaledMargin(parameters, 0, parameters.mmFactorBps),
      horizonSeconds: 86_400,
    });
    const dynamic = measureRule(market, 'dynamic', multipliers);
    const p = (result: RuleResult): number =>
      Math.min(
        classOf(result, 'delta-one-long', 'mm-24h').independenceP.median,
        classOf(result, 'delta-one-short', 'mm-24h').independenceP.median,
      );
    expect(p(plain)).toBeLessThan(0.01);
    expect(p(dynamic)).toBeGreaterThan(5 * p(plain));
    expect(dynamic.equalBreaches.relativeMargin).toBeLessThan(0.97);
  });

  it('bars without storms show no clustering: the finding above is not an artefact', () => {
    const even = pricePath(
      historyOf(syntheticBars({ seed: 4, hours: HOURS, vol: 0.95, storms: 0 })),
    );
    const calm = deltaOneMarket({ ...market.input, path: even, end: even.times.length });
    const result = measureRule(calm, 'static', new Float64Array(even.times.length).fill(1));
    expect(classOf(result, 'delta-one-long', 'mm-24h').breaches).toBeGreaterThan(20);
    expect(result.verdicts.independence).toBe('pass');
  });
});

/** The definition of docs/backtest.md once more, from the bars alone. */
function byHand(own: readonly Bar[], multiplier: number, hours: number, factor: number) {
  const byTime = new Map(own.map((bar) => [bar.time, bar]));
  let [windows, long, short] = [0, 0, 0];
  for (const { time, close } of own) {
    const window = Array.from({ length: hours }, (_, i) => byTime.get(time + 3600 * (i + 1)));
    if (window.includes(undefined)) continue;
    windows += 1;
    const low = Math.min(...window.map((bar) => bar!.low));
    const high = Math.max(...window.map((bar) => bar!.high));
    if (1 - low / close > factor * (1 - Math.exp((-203 * multiplier) / 1024))) long += 1;
    if (high / close - 1 > factor * (Math.exp((170 * multiplier) / 1024) - 1)) short += 1;
  }
  return { windows, long, short };
}

describe('measureRule', () => {
  it.each([
    ['mm-horizon', 2, 0.8],
    ['im-24h', 24, 1],
    ['mm-24h', 24, 0.8],
  ] as const)(
    '%s: breaches are those that an evaluation by hand counts',
    (measure, hours, factor) => {
      const result = constant(0.8);
      const own = byHand(bars, 0.8, hours, factor);
      const long = classOf(result, 'delta-one-long', measure);
      expect(long.windows).toBe(own.windows);
      expect(long.breaches).toBe(own.long);
      expect(classOf(result, 'delta-one-short', measure).breaches).toBe(own.short);
      expect(own.long).toBeGreaterThan(0);
    },
  );

  it('compares with the constant that is breached as often: a constant with itself', () => {
    const { equalBreaches } = constant(0.8);
    expect(equalBreaches.staticMultiplier).toBeCloseTo(0.8, 1);
    expect(equalBreaches.relativeMargin).toBeCloseTo(1, 2);
  });

  it('adds up over the years', () => {
    const result = constant(0.8);
    for (const portfolio of ['delta-one-long', 'delta-one-short']) {
      const years = result.years.filter(
        (own) => own.portfolio === portfolio && own.measure === 'mm-24h',
      );
      const total = classOf(result, portfolio, 'mm-24h');
      expect(years.reduce((sum, { windows }) => sum + windows, 0)).toBe(total.windows);
      expect(years.reduce((sum, { breaches }) => sum + breaches, 0)).toBe(total.breaches);
    }
  });

  it('charges the perpetual its contingency', () => {
    const result = constant(1);
    const [bare, perpetual] = ['delta-one-long', 'perpetual-long'].map((portfolio) =>
      classOf(result, portfolio, 'mm-24h'),
    );
    expect(perpetual!.meanMargin - bare!.meanMargin).toBeCloseTo(0.03, 12);
  });
});
