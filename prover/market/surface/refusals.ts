// SPDX-License-Identifier: GPL-3.0-or-later
import { outlierRun, outlierShare, trustedError } from './diagnostics.ts';
import type { FitLimits } from './fit-limits.ts';
import type { SliceFit } from './slice-fit.ts';
import { fitFrom } from './slice-fit.ts';
import type { SmileData } from './smile-data.ts';
import { smileOf } from './smile-gradient.ts';
import type { ExpiryQuotes, RefusalReason, RefusedSlice } from './types.ts';

/** Largest rms error of volatility within two standard deviations: 1 point + 3 % of the money's. */
export function tolerance({ moneyVol }: Pick<SmileData, 'moneyVol'>, limits: FitLimits): number {
  return limits.toleranceVol + limits.toleranceShare * moneyVol;
}

/** What the solver may leave of a constraint; the margins of the constraints are far above it. */
const MOST_VIOLATION = 1e-5;

/** Whether the fit may be used. */
export function isAcceptable(fit: SliceFit, limits: FitLimits): boolean {
  return excess(fit, limits) <= 1 && (fit.task.data.isSoft || !contradicted(fit, limits));
}

/**
 * What is wrong with the fit itself, as a multiple of what is tolerated. A soft smile is nobody's
 * quote: it may be missed by anything, but not have arbitrage.
 */
export function excess(fit: SliceFit, limits: FitLimits): number {
  const { data, domain } = fit.task;
  const violation = fit.violation / MOST_VIOLATION;
  if (data.isSoft) return violation;
  const error = trustedError(fit.task, { ...fit.svi, ...domain }) / tolerance(data, limits);
  return Math.max(error, violation);
}

/** Too many quotes around the money that the fit does not believe. */
function contradicted({ task, svi }: SliceFit, limits: FitLimits): boolean {
  return (
    outlierShare(task) > limits.mostOutliers ||
    outlierRun(task, { ...svi, ...task.domain }) >= limits.outlierRun
  );
}

export function refusal(expiry: bigint, reason: RefusalReason, message: string): RefusedSlice {
  const day = new Date(Number(expiry) * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return { state: 'refused', expiry, reason, message: `${day} UTC: ${message}` };
}

/** Quotes that no smile can be drawn through. */
export function refuseQuotes(
  { expiry, forward, quotes }: ExpiryQuotes,
  { leastQuotes, leastPerSide }: FitLimits,
): RefusedSlice | undefined {
  if (quotes.length < leastQuotes) {
    return refusal(
      expiry,
      'too-few-quotes',
      `${quotes.length} usable quotes, a smile needs ${leastQuotes} (fit limit min-quotes); see what ` +
        'the filters dropped',
    );
  }
  const below = quotes.filter(({ strike }) => strike < forward).length;
  const above = quotes.filter(({ strike }) => strike > forward).length;
  if (Math.min(below, above) < leastPerSide) {
    return refusal(
      expiry,
      'one-sided',
      `${below} quotes below the forward and ${above} above it, a smile needs ${leastPerSide} on ` +
        'each side (fit limit min-side); check the forward',
    );
  }
  return undefined;
}

const points = (vol: number): string => `${(100 * vol).toFixed(2)} points`;

/** Why one slice on its own misses its quotes. */
export function refuseFit(fit: SliceFit, limits: FitLimits): RefusedSlice {
  const { task, x, svi } = fit;
  const { data, domain } = task;
  const limit = tolerance(data, limits);
  const everything = { ...task, trust: task.trust.map(() => 1), butterflyGrid: [] };
  const free = fitFrom(everything, x);
  const freeError = trustedError(everything, { ...smileOf(free.x, data.scale), ...domain });
  if (freeError <= limit) {
    return refusal(
      data.expiry,
      'butterfly-arbitrage',
      `a smile within ${points(freeError)} of the quotes (rms around the money, tolerance ` +
        `${points(limit)}) exists, but none near it is free of butterfly arbitrage; look for stale ` +
        'or crossed quotes',
    );
  }
  if (contradicted(fit, limits)) {
    return refusal(
      data.expiry,
      'error-too-large',
      `${(100 * outlierShare(task)).toFixed(0)} % of the quotes within two standard deviations of ` +
        `the money contradict the others (at most ${100 * limits.mostOutliers} %, and no ` +
        `${limits.outlierRun} neighbours, may: fit limits max-outliers, outlier-run); drop the stale ones`,
    );
  }
  return refusal(
    data.expiry,
    'error-too-large',
    `rms error ${points(trustedError(task, { ...svi, ...domain }))} within two standard deviations ` +
      `of the money, tolerance ${points(limit)} (fit limits tolerance, tolerance-share); look for stale quotes ` +
      'or a wrong forward',
  );
}

/** Quotes so near the money that the wings would be invented. */
export function refuseReach(
  { expiry, quotes, scale }: SmileData,
  { leastReach }: FitLimits,
): RefusedSlice | undefined {
  const below = -quotes[0]!.k / scale.k;
  const above = quotes.at(-1)!.k / scale.k;
  if (Math.min(below, above) >= leastReach) return undefined;
  return refusal(
    expiry,
    'one-sided',
    `quotes reach ${below.toFixed(2)} standard deviations below the forward and ` +
      `${above.toFixed(2)} above it, a smile needs ${leastReach} on each side (fit limit min-reach)`,
  );
}

/** A slice that fits alone and not beside its neighbours. */
export function refuseCalendar({ task }: SliceFit, limits: FitLimits): RefusedSlice {
  return refusal(
    task.data.expiry,
    'calendar-arbitrage',
    'total variance does not rise from the expiry before it or to the one after it, and moving ' +
      `them apart exceeds the tolerance of ${points(tolerance(task.data, limits))}; the surface fits ` +
      'best without this expiry: look for stale quotes or a wrong time',
  );
}
