// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { BarHistory } from './bars.ts';
import type { HarModel, HarShape } from './har.ts';
import { fitHar, forecastHar } from './har.ts';
import { annualised, ewmaVariance, yangZhangVariance } from './realised.ts';

/** Windows in seconds, each taken as the nearest whole number of bars that makes sense. */
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
  /** Seconds that the realised volatility looks back. */
  readonly realisedWindow: number;
  /** Absent where the history is too short for a model, with the reason. */
  readonly forecast?: number;
  readonly model?: HarModel;
  readonly noForecast?: string;
}

/** Of daily bars a day is one, and one return has no variance of its own. */
const LEAST_REALISED_BARS = 6;

/** A window in bars: the nearest whole number, at least `least`. */
export function barsIn(windowSeconds: number, stepSeconds: number, least = 1): number {
  return Math.max(least, Math.round(windowSeconds / stepSeconds));
}

export function realisedBars({ realised }: VolatilityWindows, stepSeconds: number): number {
  return barsIn(realised, stepSeconds, LEAST_REALISED_BARS);
}

/** Longer bars than the short window leave it one bar, and the others still longer than it. */
export function harShape(windows: VolatilityWindows, stepSeconds: number): HarShape {
  const short = barsIn(windows.past[0], stepSeconds);
  const medium = barsIn(windows.past[1], stepSeconds, short + 1);
  const long = barsIn(windows.past[2], stepSeconds, medium + 1);
  return { windows: [short, medium, long], horizon: barsIn(windows.horizon, stepSeconds) };
}

/** The forecast with its model, or why there is none. */
function forecastOf(
  runs: BarHistory['runs'],
  shape: HarShape,
  stepSeconds: number,
): Pick<VolatilityEstimate, 'forecast' | 'model' | 'noForecast'> {
  try {
    const model = fitHar(runs, shape);
    return { model, forecast: annualised(forecastHar(model, runs.at(-1) ?? []), stepSeconds) };
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'TOO_FEW_BARS') throw error;
    return { noForecast: error.message };
  }
}

/**
 * Realised and forecast volatility at the end of a history of bars of any length. The forecast is
 * fitted on the whole history, and absent where that is too short. Throws `TOO_FEW_BARS`, naming
 * `document`, where the last run is too short for the realised one.
 */
export function estimateVolatility(
  { stepSeconds, runs, remarks = [] }: BarHistory,
  document: string,
  windows: VolatilityWindows = DEFAULT_WINDOWS,
): VolatilityEstimate {
  const recent = runs.at(-1) ?? [];
  const window = realisedBars(windows, stepSeconds);
  const latest = recent.slice(-window - 1);
  if (latest.length <= window) {
    const cause = remarks.length === 0 ? '' : ` (${remarks.at(-1)})`;
    throw new PlimsollError(
      'TOO_FEW_BARS',
      `${document}: realised volatility needs ${window + 1} bars of ${stepSeconds} s without a gap ` +
        `at the end, got ${latest.length}${cause}: give more history`,
    );
  }
  return {
    time: (recent.at(-1)?.time ?? 0) + stepSeconds,
    realisedWindow: window * stepSeconds,
    yangZhang: annualised(yangZhangVariance(latest), stepSeconds),
    ewma: annualised(ewmaVariance(recent, window / 2), stepSeconds),
    ...forecastOf(runs, harShape(windows, stepSeconds), stepSeconds),
  };
}
