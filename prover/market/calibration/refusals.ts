// SPDX-License-Identifier: GPL-3.0-or-later
import { coreErrors } from './diagnostics.ts';
import type { SliceFit } from './slice-fit.ts';
import { fitFrom } from './slice-fit.ts';
import type { SmileData } from './smile-data.ts';
import { smileOf } from './smile-gradient.ts';
import type { ExpiryQuotes, RefusalReason, RefusedSlice } from './types.ts';

/** Five parameters, and one quote to contradict them. */
const LEAST_QUOTES = 6;
const LEAST_PER_SIDE = 2;

/** Largest rms error of volatility within two standard deviations: 1 point + 3 % of the money's. */
export function tolerance({ moneyVol }: Pick<SmileData, 'moneyVol'>): number {
  return 0.01 + 0.03 * moneyVol;
}

/** What the solver may leave of a constraint; the margins of the constraints are far above it. */
const MOST_VIOLATION = 1e-5;

/** At most 1 for a fit that may be used. */
export function badness(fit: SliceFit): number {
  const { data, domain } = fit.task;
  const error = coreErrors(data, { ...fit.svi, ...domain }).vol.rms / tolerance(data);
  return Math.max(error, fit.violation / MOST_VIOLATION);
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
export function refuseFit({ task, x, svi }: SliceFit): RefusedSlice {
  const { data, domain } = task;
  const error = coreErrors(data, { ...svi, ...domain }).vol.rms;
  const found = `rms error ${points(error)} within two standard deviations of the money, tolerance ${points(tolerance(data))}`;
  const free = fitFrom({ ...task, butterflyGrid: [] }, x);
  const freeSvi = smileOf(free.x, data.scale);
  const freeError = coreErrors(data, { ...freeSvi, ...domain }).vol.rms;
  return freeError <= tolerance(data)
    ? refusal(
        data.expiry,
        'butterfly-arbitrage',
        `${found}; without the no-butterfly constraint it would be ${points(freeError)}: the quotes ` +
          'themselves admit butterfly arbitrage; look for stale or crossed quotes',
      )
    : refusal(
        data.expiry,
        'error-too-large',
        `${found}; look for stale quotes or a wrong forward, or leave the expiry out`,
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
