// SPDX-License-Identifier: GPL-3.0-or-later
import { outlierRun, outlierShare, trustedError } from './diagnostics.ts';
import type { SliceFit } from './slice-fit.ts';
import { fitFrom } from './slice-fit.ts';
import type { SmileData } from './smile-data.ts';
import { smileOf } from './smile-gradient.ts';
import type { ExpiryQuotes, RefusalReason, RefusedSlice } from './types.ts';

/** Five parameters, and one quote to contradict them. */
const LEAST_QUOTES = 6;
const LEAST_PER_SIDE = 2;
/** In standard deviations at the money: nearer quotes do not say what a wing looks like. */
const LEAST_REACH = 0.5;

/** Beyond this share of outliers around the money it is not clear which quotes are the wrong ones. */
const MOST_OUTLIERS = 0.25;
/** Nor may so many neighbours, all on one side, be taken for outliers. */
const OUTLIERS_IN_A_ROW = 3;

/** Largest rms error of volatility within two standard deviations: 1 point + 3 % of the money's. */
export function tolerance({ moneyVol }: Pick<SmileData, 'moneyVol'>): number {
  return 0.01 + 0.03 * moneyVol;
}

/** What the solver may leave of a constraint; the margins of the constraints are far above it. */
const MOST_VIOLATION = 1e-5;

/** Whether the fit may be used. */
export function isAcceptable(fit: SliceFit): boolean {
  return excess(fit) <= 1 && !contradicted(fit);
}

/** What is wrong with the fit itself, as a multiple of what is tolerated. */
export function excess(fit: SliceFit): number {
  const { data, domain } = fit.task;
  const error = trustedError(fit.task, { ...fit.svi, ...domain }) / tolerance(data);
  return Math.max(error, fit.violation / MOST_VIOLATION);
}

/** Too many quotes around the money that the fit does not believe. */
function contradicted({ task, svi }: SliceFit): boolean {
  return (
    outlierShare(task) > MOST_OUTLIERS ||
    outlierRun(task, { ...svi, ...task.domain }) >= OUTLIERS_IN_A_ROW
  );
}

export function refusal(expiry: bigint, reason: RefusalReason, message: string): RefusedSlice {
  const day = new Date(Number(expiry) * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return { state: 'refused', expiry, reason, message: `${day} UTC: ${message}` };
}

/** Quotes that no smile can be drawn through. */
export function refuseQuotes({ expiry, forward, quotes }: ExpiryQuotes): RefusedSlice | undefined {
  if (quotes.length < LEAST_QUOTES) {
    return refusal(
      expiry,
      'too-few-quotes',
      `${quotes.length} usable quotes, a smile needs ${LEAST_QUOTES}; leave the expiry out or ` +
        'loosen the filters that dropped its quotes',
    );
  }
  const below = quotes.filter(({ strike }) => strike < forward).length;
  const above = quotes.filter(({ strike }) => strike > forward).length;
  if (Math.min(below, above) < LEAST_PER_SIDE) {
    return refusal(
      expiry,
      'one-sided',
      `${below} quotes below the forward and ${above} above it, a smile needs ${LEAST_PER_SIDE} on ` +
        'each side; check the forward, or leave the expiry out',
    );
  }
  return undefined;
}

const points = (vol: number): string => `${(100 * vol).toFixed(2)} points`;

/** Why one slice on its own misses its quotes. */
export function refuseFit(fit: SliceFit): RefusedSlice {
  const { task, x, svi } = fit;
  const { data, domain } = task;
  const limit = tolerance(data);
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
  if (contradicted(fit)) {
    return refusal(
      data.expiry,
      'error-too-large',
      `${(100 * outlierShare(task)).toFixed(0)} % of the quotes within two standard deviations of ` +
        `the money contradict the others (at most ${100 * MOST_OUTLIERS} %, and no ` +
        `${OUTLIERS_IN_A_ROW} neighbours, may); drop the stale ones, or leave the expiry out`,
    );
  }
  return refusal(
    data.expiry,
    'error-too-large',
    `rms error ${points(trustedError(task, { ...svi, ...domain }))} within two standard deviations ` +
      `of the money, tolerance ${points(limit)}; look for stale quotes or a wrong forward, or leave ` +
      'the expiry out',
  );
}

/** Quotes so near the money that the wings would be invented. */
export function refuseReach({ expiry, quotes, scale }: SmileData): RefusedSlice | undefined {
  const below = -quotes[0]!.k / scale.k;
  const above = quotes.at(-1)!.k / scale.k;
  if (Math.min(below, above) >= LEAST_REACH) return undefined;
  return refusal(
    expiry,
    'one-sided',
    `quotes reach ${below.toFixed(2)} standard deviations below the forward and ` +
      `${above.toFixed(2)} above it, a smile needs ${LEAST_REACH} on each side; leave the expiry out ` +
      'or loosen the filters that dropped its quotes',
  );
}

/** A slice that fits alone and not beside its neighbours. */
export function refuseCalendar({ task }: SliceFit): RefusedSlice {
  return refusal(
    task.data.expiry,
    'calendar-arbitrage',
    'total variance does not rise from the expiry before it or to the one after it, and moving ' +
      `them apart exceeds the tolerance of ${points(tolerance(task.data))}; the surface fits ` +
      'best without this expiry: look for stale quotes or a wrong time',
  );
}
