// SPDX-License-Identifier: GPL-3.0-or-later
import type { Bar, BarHistory } from '../market/volatility/bars.ts';
import { barVariance } from '../market/volatility/realised.ts';

/**
 * A history of bars as columns, for passes over tens of thousands of hours. Entry i is the instant
 * at which bar i ended: what is known then, and the price an account is marked at.
 */
export interface PricePath {
  readonly stepSeconds: number;
  /** Unix seconds at which each bar ended, strictly increasing. */
  readonly times: Float64Array;
  readonly opens: Float64Array;
  readonly closes: Float64Array;
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  /**
   * Variance of each bar by its range, with the opening jump, across a gap too; 0 for the first. About
   * seven times as efficient as the squared return of the closes.
   */
  readonly variances: Float64Array;
  /** One past the last bar of the run that the bar belongs to: no window looks beyond it. */
  readonly runEnds: Int32Array;
}

export function pricePath({ stepSeconds, runs }: BarHistory): PricePath {
  const count = runs.reduce((sum, run) => sum + run.length, 0);
  const times = new Float64Array(count);
  const opens = new Float64Array(count);
  const closes = new Float64Array(count);
  const lows = new Float64Array(count);
  const highs = new Float64Array(count);
  const variances = new Float64Array(count);
  const runEnds = new Int32Array(count);
  let previous: Bar | undefined;
  let index = 0;
  for (const run of runs) {
    const end = index + run.length;
    for (const bar of run) {
      times[index] = bar.time + stepSeconds;
      opens[index] = bar.open;
      closes[index] = bar.close;
      lows[index] = bar.low;
      highs[index] = bar.high;
      variances[index] = previous === undefined ? 0 : barVariance(previous, bar);
      runEnds[index] = end;
      previous = bar;
      index += 1;
    }
  }
  return { stepSeconds, times, opens, closes, lows, highs, variances, runEnds };
}

/** How many bars a horizon spans; one that is no whole number of bars is looked at longer. */
export const barsCovering = (horizonSeconds: number, stepSeconds: number): number =>
  Math.max(1, Math.ceil(horizonSeconds / stepSeconds));

/** The worst move against a long and a short position inside the coming window. */
export interface Excursions {
  readonly bars: number;
  /** Fall of the lowest low below the entry, as a share of it; NaN where the window has a gap. */
  readonly falls: Float64Array;
  readonly rises: Float64Array;
}

/**
 * From each instant over the next `bars` bars: a position is liquidated at the worst price inside
 * the window, not at its close. Never negative.
 */
export function worstExcursions(path: PricePath, bars: number): Excursions {
  const { closes, lows, highs, runEnds } = path;
  const falls = new Float64Array(closes.length).fill(NaN);
  const rises = new Float64Array(closes.length).fill(NaN);
  for (let index = 0; index < closes.length; index += 1) {
    if (index + bars >= (runEnds[index] as number)) continue;
    const entry = closes[index] as number;
    let low = entry;
    let high = entry;
    for (let ahead = index + 1; ahead <= index + bars; ahead += 1) {
      low = Math.min(low, lows[ahead] as number);
      high = Math.max(high, highs[ahead] as number);
    }
    falls[index] = 1 - low / entry;
    rises[index] = high / entry - 1;
  }
  return { bars, falls, rises };
}
