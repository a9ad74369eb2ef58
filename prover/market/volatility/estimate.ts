// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { BarHistory } from './bars.ts';
import type { HarModel, HarShape } from './har.ts';
import { fitHar, forecastHar } from './har.ts';
import { annualised, ewmaVariance, yangZhangVariance } from './realised.ts';

/** Windows in seconds; every one is a whole number of bars. */
export interface VolatilityWindows {
  /** Of the realised volatility, and twice the half-life of the EWMA. */
  readonly realised: number;
  /** Of the HAR forecast: its three past windows and what it looks ahead. */
  readonly past: readonly [number, number, number];
  readonly horizon: number;
}

const HOUR = 3600;

/** A day back for what was, a day ahead for what comes; see docs/volatility.md for the choice. */
export const DEFAULT_WINDOWS: VolatilityWindows = {
  realised: 24 * HOUR,
  past: [3 * HOUR, 24 * HOUR, 96 * HOUR],
  horizon: 24 * HOUR,
};

/** Annualised (1 = 100 %), at the end of the last bar. */
export interface VolatilityEstimate {
  /** Unix seconds: end of the last bar. */
  readonly time: number;
  readonly yangZhang: number;
  readonly ewma: number;
  readonly forecast: number;
  readonly model: HarModel;
}

/** Throws `WINDOW_NOT_IN_BARS` unless the window is a whole number of bars, at least one. */
export function barsIn(windowSeconds: number, stepSeconds: number): number {
  const bars = windowSeconds / stepSeconds;
  if (Number.isInteger(bars) && bars >= 1) return bars;
  throw new PlimsollError(
    'WINDOW_NOT_IN_BARS',
    `a window of ${windowSeconds} s is not a whole number of ${stepSeconds}-second bars`,
  );
}

export function harShape(windows: VolatilityWindows, stepSeconds: number): HarShape {
  const [short, medium, long] = windows.past;
  return {
    windows: [barsIn(short, stepSeconds), barsIn(medium, stepSeconds), barsIn(long, stepSeconds)],
    horizon: barsIn(windows.horizon, stepSeconds),
  };
}

/**
 * Realised and forecast volatility at the end of a history. The forecast is fitted on the whole
 * history. Throws `TOO_FEW_BARS` where the last run or the whole is too short.
 */
export function estimateVolatility(
  { stepSeconds, runs }: BarHistory,
  windows: VolatilityWindows = DEFAULT_WINDOWS,
): VolatilityEstimate {
  const recent = runs.at(-1) ?? [];
  const window = barsIn(windows.realised, stepSeconds);
  const latest = recent.slice(-window - 1);
  if (latest.length <= window) {
    throw new PlimsollError(
      'TOO_FEW_BARS',
      `realised volatility needs ${window + 1} bars without a gap at the end, got ${latest.length}`,
    );
  }
  const model = fitHar(runs, harShape(windows, stepSeconds));
  return {
    time: (recent.at(-1)?.time ?? 0) + stepSeconds,
    yangZhang: annualised(yangZhangVariance(latest), stepSeconds),
    ewma: annualised(ewmaVariance(recent, window / 2), stepSeconds),
    forecast: annualised(forecastHar(model, recent), stepSeconds),
    model,
  };
}
