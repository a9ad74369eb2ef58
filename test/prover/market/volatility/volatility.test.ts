// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { PlimsollError } from '../../../../prover/core/errors.ts';
import type { Bar, BarHistory } from '../../../../prover/market/volatility/bars.ts';
import { estimateVolatility } from '../../../../prover/market/volatility/estimate.ts';
import { evaluateForecasts } from '../../../../prover/market/volatility/evaluate.ts';
import { fitHar, forecastHar, harObservations } from '../../../../prover/market/volatility/har.ts';
import {
  annualised,
  ewmaVariance,
  yangZhangVariance,
} from '../../../../prover/market/volatility/realised.ts';

const HOUR = 3600;

/** Park and Miller's generator: the same walk on every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Bars of a log price that moves in `ticks` normal steps a bar, of variance `variances[i]` a bar. */
function walk(variances: readonly number[], seed: number, drift = 0, ticks = 60): Bar[] {
  const random = uniform(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  let log = Math.log(50_000);
  return variances.map((variance, index) => {
    const path = [log];
    for (let tick = 0; tick < ticks; tick += 1) {
      log += drift / ticks + Math.sqrt(variance / ticks) * normal();
      path.push(log);
    }
    const [open, close] = [path[0] as number, log];
    return {
      time: index * HOUR,
      open: Math.exp(open),
      high: Math.exp(Math.max(...path)),
      low: Math.exp(Math.min(...path)),
      close: Math.exp(close),
    };
  });
}

const hourly = (vol: number): number => (vol * vol) / (365 * 24);
const constant = (vol: number, bars: number): number[] => new Array<number>(bars).fill(hourly(vol));

/** The same market with every log move `factor` times as large. */
function stretched(bars: readonly Bar[], factor: number): Bar[] {
  const power = (price: number): number => Math.exp(Math.log(price) * factor);
  return bars.map(({ time, open, high, low, close }) => ({
    time,
    open: power(open),
    high: power(high),
    low: power(low),
    close: power(close),
  }));
}

/** A volatility that wanders between calm and crash, as variances per hour. */
function wandering(bars: number, seed: number): number[] {
  const random = uniform(seed);
  let log = Math.log(hourly(0.6));
  return Array.from({ length: bars }, () => {
    log += 0.05 * (Math.log(hourly(0.6)) - log) + 0.5 * (random() - 0.5);
    return Math.exp(log);
  });
}

const history = (...runs: Bar[][]): BarHistory => ({ stepSeconds: HOUR, runs });

describe('realised volatility', () => {
  it('annualises by the year of 365 days', () => {
    expect(annualised(0.01, 365 * 24 * HOUR)).toBeCloseTo(0.1, 12);
  });

  it.each([0.3, 0.8, 2])('Yang-Zhang finds a constant volatility of %d', (vol) => {
    const bars = walk(constant(vol, 2000), 7, 0, 400);
    expect(annualised(yangZhangVariance(bars), HOUR) / vol).toBeCloseTo(1, 1);
  });

  it('Yang-Zhang does not take drift for volatility, close-to-close does', () => {
    const drift = 0.01;
    const bars = walk(constant(0.5, 2000), 11, drift, 400);
    expect(annualised(yangZhangVariance(bars), HOUR)).toBeLessThan(0.55);
    expect(annualised(ewmaVariance(bars, 500), HOUR)).toBeGreaterThan(0.9);
  });

  it('EWMA of equal moves is that move, whatever the half-life', () => {
    const bars = Array.from({ length: 30 }, (_, index) => {
      const [open, close] = [100 * 1.01 ** index, 100 * 1.01 ** (index + 1)];
      return { time: index * HOUR, open, high: close, low: open, close };
    });
    expect(ewmaVariance(bars, 3)).toBeCloseTo(Math.log(1.01) ** 2, 12);
    expect(ewmaVariance(bars, 100)).toBeCloseTo(Math.log(1.01) ** 2, 12);
  });

  it('EWMA halves the weight of a move in its half-life', () => {
    const quiet = { time: 0, open: 100, high: 100, low: 100, close: 100 };
    const jumped = { time: 0, open: 110, high: 110, low: 110, close: 110 };
    const bars = [quiet, jumped, ...new Array<Bar>(4).fill(jumped)];
    const weights = 1 + 2 ** -0.25 + 2 ** -0.5 + 2 ** -0.75 + 0.5;
    expect(ewmaVariance(bars, 4)).toBeCloseTo((0.5 * Math.log(1.1) ** 2) / weights, 12);
  });

  it('scales with the moves', () => {
    const bars = walk(wandering(200, 3), 5);
    const twice = stretched(bars, 2);
    expect(yangZhangVariance(twice)).toBeCloseTo(4 * yangZhangVariance(bars), 10);
    expect(ewmaVariance(twice, 12)).toBeCloseTo(4 * ewmaVariance(bars, 12), 10);
  });
});

const SHAPE = { windows: [3, 24, 96], horizon: 24 } as const;

describe('HAR forecast', () => {
  it('forecasts a constant volatility as it is', () => {
    // Many ticks: a range seen in few steps is too small.
    const bars = walk(constant(0.7, 800), 19, 0, 600);
    const forecast = annualised(forecastHar(fitHar([bars], SHAPE), bars), HOUR);
    expect(forecast / 0.7).toBeCloseTo(1, 1);
  });

  it('scales with the moves', () => {
    const bars = walk(wandering(600, 13), 17);
    const twice = stretched(bars, 2);
    const forecast = forecastHar(fitHar([bars], SHAPE), bars);
    expect(forecastHar(fitHar([twice], SHAPE), twice) / forecast).toBeCloseTo(4, 6);
  });

  it('looks at what was known: bars that come later change no regressor', () => {
    const bars = walk(wandering(400, 23), 29);
    const other = [...bars.slice(0, 300), ...walk(constant(3, 100), 31)];
    const before = harObservations(bars, SHAPE).slice(0, 300 - 96);
    const after = harObservations(other, SHAPE).slice(0, 300 - 96);
    expect(after.map(({ regressors }) => regressors)).toEqual(
      before.map(({ regressors }) => regressors),
    );
  });

  it('lets no window span a gap', () => {
    const bars = walk(wandering(400, 37), 41);
    const whole = harObservations(bars, SHAPE).length;
    const halves = [bars.slice(0, 200), bars.slice(200)];
    const split = halves.flatMap((run) => harObservations(run, SHAPE)).length;
    expect(whole - split).toBe(96 + 24);
  });

  it('beats what was where volatility returns to its mean', () => {
    const runs = [43, 47, 53].map((seed) => walk(wandering(900, seed), seed + 1));
    const { errors, observations } = evaluateForecasts(history(...runs), 'bars.csv');
    expect(observations).toBe(3 * (900 - 96 - 24));
    expect(errors.har.qlike).toBeLessThan(errors.yangZhang.qlike);
    expect(errors.har.rmse).toBeLessThan(errors.yangZhang.rmse);
  });

  it('never forecasts a run with itself', () => {
    const calm = walk(constant(0.4, 500), 59);
    const wild = walk(constant(3, 500), 61);
    // Two constant volatilities each fitted on the other: the forecast of one is near the other.
    const { errors } = evaluateForecasts(history(calm, wild), 'bars.csv');
    expect(errors.har.mae).toBeGreaterThan(0.1);
  });
});

describe('estimateVolatility', () => {
  it('states all estimates at the end of the last bar', () => {
    const bars = walk(constant(0.9, 900), 67);
    const estimate = estimateVolatility(history(bars), 'bars.csv');
    expect(estimate.time).toBe(900 * HOUR);
    expect(estimate.yangZhang).toBe(annualised(yangZhangVariance(bars.slice(-25)), HOUR));
    for (const vol of [estimate.yangZhang, estimate.ewma, estimate.forecast!]) {
      expect(vol).toBeGreaterThan(0.6);
      expect(vol).toBeLessThan(1.3);
    }
  });

  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof PlimsollError) return error.code;
    }
    return 'none';
  };

  it('refuses a last run too short for a day, and says why a history has no forecast', () => {
    const bars = walk(constant(0.9, 300), 71);
    const short = estimateVolatility(history(bars.slice(0, 200)), 'bars.csv');
    expect(short.forecast).toBeUndefined();
    expect(short.noForecast).toMatch(/needs 100 windows of 96 past and 24 coming bars.*got 80/);
    const cut = () => estimateVolatility(history(bars, bars.slice(0, 20)), 'bars.csv');
    expect(code(cut)).toBe('TOO_FEW_BARS');
    expect(cut).toThrow(/^bars\.csv: realised volatility needs 25 bars of 3600 s/);
    const few = () => evaluateForecasts(history(bars.slice(0, 200)), 'bars.csv');
    expect(few).toThrow(/^bars\.csv: an evaluation needs two runs of more than 120 bars/);
  });

  it.each([60, 900, 7200, 14_400, 86_400, 604_800, 5000])(
    'reads bars of any length: %s s',
    (stepSeconds) => {
      const bars = walk(constant(0.9, 400), 73).map((bar, index) => ({
        ...bar,
        time: index * stepSeconds,
      }));
      const short = stepSeconds < 300;
      const read = () => estimateVolatility({ stepSeconds, runs: [bars] }, 'bars.csv');
      if (short) expect(code(read)).toBe('TOO_FEW_BARS');
      else expect(read().yangZhang).toBeGreaterThan(0);
    },
  );

  it('evaluates one run without a gap in blocks that no window leaves', () => {
    const bars = walk(wandering(1200, 79), 83);
    const { by, parts, observations } = evaluateForecasts(history(bars), 'bars.csv');
    expect({ by, parts, observations }).toEqual({
      by: 'blocks',
      parts: 5,
      observations: 5 * (240 - 96 - 24),
    });
  });
});
