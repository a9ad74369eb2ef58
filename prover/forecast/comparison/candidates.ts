// SPDX-License-Identifier: GPL-3.0-or-later
import type { Bar } from '../../market/volatility/bars.ts';
import { yangZhangVariance } from '../../market/volatility/realised.ts';
import { fitBoostedTrees, type Predictor } from './boosted-trees.ts';
import { regressionForecasts, type Regressors } from './regression.ts';
import type { ForecastSetting } from './setting.ts';
import { LEAST_VARIANCE, pastMean } from './setting.ts';

/** Forecasts of the mean variance per bar over the coming window, at every index; NaN: none. */
export interface Candidate {
  readonly name: string;
  readonly forecasts: Float64Array;
}

/** Exponential weights over bars, normalised. */
function ewma({ variances }: ForecastSetting, halfLife: number): Float64Array {
  const keep = 0.5 ** (1 / halfLife);
  let [weighted, weights] = [0, 0];
  return variances.map((variance) => {
    weighted = keep * weighted + variance;
    weights = keep * weights + 1;
    return weighted / weights;
  });
}

function yangZhang({ path }: ForecastSetting, window: number): Float64Array {
  const { times, closes, lows, highs, opens } = path;
  const bar = (index: number): Bar => ({
    time: times[index]!,
    open: opens[index]!,
    high: highs[index]!,
    low: lows[index]!,
    close: closes[index]!,
  });
  return closes.map((_, index) => {
    // Once a day is all that is asked for: the estimator has no cheap update.
    if (index < window || index % DAY_BARS !== DAY_BARS - 1) return NaN;
    const bars = Array.from({ length: window + 1 }, (__, back) => bar(index - window + back));
    return Math.max(LEAST_VARIANCE, yangZhangVariance(bars));
  });
}

/** Evaluations stand this far apart: windows that do not overlap. */
export const DAY_BARS = 24;

const logMeans =
  (setting: ForecastSetting, windows: readonly number[]): Regressors =>
  (index) =>
    index < 24
      ? undefined
      : [1, ...windows.map((window) => Math.log(pastMean(setting, index, window)))];

function withImplied(regressors: Regressors, implied: Float64Array): Regressors {
  return (index) => {
    const x = regressors(index);
    const own = implied[index]!;
    return x === undefined || Number.isNaN(own) ? undefined : [...x, Math.log(own)];
  };
}

const LEARNED_WINDOWS = [1, 3, 6, 12, 24, 48, 96, 168, 720] as const;
const LEARNED_EVERY = 6;
const LEARNED_REFIT = 120 * 24;
const LEAST_ROWS = 1000;

/** Log variances of nine windows, the signed moves of a day and a week, the hour of the day. */
function features(setting: ForecastSetting, index: number): number[] {
  const { closes, times } = setting.path;
  const move = (back: number): number =>
    Math.log(closes[index]! / closes[Math.max(0, index - back)]!);
  return [
    ...LEARNED_WINDOWS.map((window) => Math.log(pastMean(setting, index, window))),
    move(24),
    move(168),
    (times[index]! / 3600) % 24,
  ];
}

/** Boosted trees, refitted every 120 days to every window that has ended; means by smearing. */
function learned(setting: ForecastSetting): Float64Array {
  const { outcomes, horizon } = setting;
  const rows: number[][] = [];
  const targets: number[] = [];
  let predict: Predictor | undefined;
  let smearing = 1;
  return outcomes.map((_, index) => {
    const ended = index - horizon;
    if (ended >= 24 && ended % LEARNED_EVERY === 0 && outcomes[ended]! > 0) {
      rows.push(features(setting, ended));
      targets.push(Math.log(outcomes[ended]!));
    }
    if (index % LEARNED_REFIT === 0 && rows.length >= LEAST_ROWS) {
      const fitted = fitBoostedTrees(rows, Float64Array.from(targets));
      const errors = rows.map((row, position) => Math.exp(targets[position]! - fitted(row)));
      smearing = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      predict = fitted;
    }
    if (predict === undefined || index % DAY_BARS !== DAY_BARS - 1) return NaN;
    return smearing * Math.exp(predict(features(setting, index)));
  });
}

const combined = (name: string, parts: readonly Float64Array[]): Candidate => ({
  name,
  forecasts: parts[0]!.map((_, index) =>
    Math.exp(parts.reduce((sum, part) => sum + Math.log(part[index]!), 0) / parts.length),
  ),
});

/** The mix of the dynamic margin rule: constant, long and fast; its constant is the past's own mean. */
function dynamicMix(setting: ForecastSetting): Float64Array {
  const [fast, long] = [ewma(setting, 6), ewma(setting, 720 * 24)];
  return fast.map(
    (value, index) =>
      0.45 * value + 0.3 * long[index]! + 0.25 * pastMean(setting, index, index + 1),
  );
}

/** The regression that others are held against. */
export const REFERENCE = 'har';

/** Everything that is compared, the reference first. */
export function candidates(setting: ForecastSetting, withLearned: boolean): Candidate[] {
  const har = logMeans(setting, [3, 24, 96]);
  const longHar = logMeans(setting, [3, 24, 168, 720]);
  const reference = regressionForecasts(setting, har, 4);
  const harLong = regressionForecasts(setting, longHar, 5);
  const [ewma12, ewma48] = [ewma(setting, 12), ewma(setting, 48)];
  const own: Candidate[] = [
    { name: REFERENCE, forecasts: reference },
    { name: 'har-long', forecasts: harLong },
    { name: 'ewma-12h', forecasts: ewma12 },
    { name: 'ewma-48h', forecasts: ewma48 },
    { name: 'ewma-7d', forecasts: ewma(setting, 168) },
    { name: 'yang-zhang-24h', forecasts: yangZhang(setting, 24) },
    { name: 'yang-zhang-7d', forecasts: yangZhang(setting, 168) },
    { name: 'dynamic-mix', forecasts: dynamicMix(setting) },
    ...(withLearned ? [{ name: 'boosted-trees', forecasts: learned(setting) }] : []),
    combined('har-long + ewma-48h', [harLong, ewma48]),
  ];
  const { implied } = setting;
  if (implied === undefined) return own;
  const both = regressionForecasts(setting, withImplied(longHar, implied), 6);
  return [
    ...own,
    { name: 'implied', forecasts: implied },
    {
      name: 'implied, calibrated',
      forecasts: regressionForecasts(
        setting,
        withImplied(() => [1], implied),
        2,
      ),
    },
    { name: 'har-long with implied', forecasts: both },
    combined('har-long + implied', [harLong, implied]),
  ];
}
