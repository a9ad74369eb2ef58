// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { Bar } from './bars.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';

/** Annualised volatility (1 = 100 %) of a variance per bar. */
export function annualised(variancePerBar: number, stepSeconds: number): number {
  return Math.sqrt((variancePerBar * SECONDS_PER_YEAR) / stepSeconds);
}

function requireBars(bars: readonly Bar[], least: number, estimator: string): void {
  if (bars.length >= least) return;
  throw new PlimsollError(
    'TOO_FEW_BARS',
    `${estimator} needs ${least} bars without a gap, got ${bars.length}`,
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function sampleVariance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/**
 * Variance per bar by Yang and Zhang (2000, "Drift-independent volatility estimation based on high,
 * low, open and close prices"): opening jumps, open-to-close moves and the Rogers-Satchell range,
 * weighted for the least variance. Unbiased under drift. Of `bars.length − 1` bars: the first gives
 * only a close. Throws `TOO_FEW_BARS` below three.
 */
export function yangZhangVariance(bars: readonly Bar[]): number {
  requireBars(bars, 3, 'Yang-Zhang volatility');
  const own = bars.slice(1);
  const jumps = own.map((bar, index) => Math.log(bar.open / (bars[index] as Bar).close));
  const moves = own.map((bar) => Math.log(bar.close / bar.open));
  const ranges = own.map(
    ({ open, high, low, close }) =>
      Math.log(high / open) * Math.log(high / close) + Math.log(low / open) * Math.log(low / close),
  );
  const n = own.length;
  const weight = 0.34 / (1.34 + (n + 1) / (n - 1));
  return sampleVariance(jumps) + weight * sampleVariance(moves) + (1 - weight) * mean(ranges);
}

/**
 * Exponentially weighted variance per bar of close-to-close returns, mean zero (RiskMetrics 1996).
 * `halfLifeBars`: after so many bars a return weighs half. Weights are normalised, so that a short
 * history is not biased towards zero. Throws `TOO_FEW_BARS` below two.
 */
export function ewmaVariance(bars: readonly Bar[], halfLifeBars: number): number {
  requireBars(bars, 2, 'EWMA volatility');
  const decay = 0.5 ** (1 / halfLifeBars);
  let weighted = 0;
  let weights = 0;
  for (let index = 1; index < bars.length; index += 1) {
    const move = Math.log((bars[index] as Bar).close / (bars[index - 1] as Bar).close);
    weighted = decay * weighted + move * move;
    weights = decay * weights + 1;
  }
  return weighted / weights;
}

/**
 * Variance of one bar by Garman and Klass (1980) plus the opening jump: about seven times as
 * efficient as the squared return, and never negative.
 */
export function barVariance(previous: Bar, { open, high, low, close }: Bar): number {
  const range = Math.log(high / low) ** 2 / 2;
  const move = (2 * Math.LN2 - 1) * Math.log(close / open) ** 2;
  // high ≥ open, close ≥ low bounds move by range, so the difference is not below zero.
  return Math.log(open / previous.close) ** 2 + Math.max(0, range - move);
}
