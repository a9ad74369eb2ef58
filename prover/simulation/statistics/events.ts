// SPDX-License-Identifier: GPL-3.0-or-later

/** Breaches that belong to one storm. */
export interface BreachEvent {
  /** Unix seconds of the first and last window that was breached. */
  readonly start: number;
  readonly end: number;
  readonly windows: number;
  readonly worstLoss: number;
  /** Margin where the loss beyond it was largest, and that loss beyond it. */
  readonly margin: number;
  readonly shortfall: number;
}

/** Two breaches further apart than this are two events: what one storm breaks counts once. */
export const EVENT_GAP_SECONDS = 48 * 3600;

/** In time order. The three columns are of equal length; NaN losses are windows not seen. */
export function breachEvents(
  times: Float64Array,
  losses: Float64Array,
  margins: Float64Array,
): BreachEvent[] {
  const events: BreachEvent[] = [];
  times.forEach((time, index) => {
    const loss = losses[index] as number;
    const margin = margins[index] as number;
    if (!(loss > margin)) return;
    const last = events.at(-1);
    const own = { margin, shortfall: loss - margin };
    if (last === undefined || time - last.end > EVENT_GAP_SECONDS) {
      events.push({ start: time, end: time, windows: 1, worstLoss: loss, ...own });
      return;
    }
    events[events.length - 1] = {
      ...(own.shortfall > last.shortfall ? { ...last, ...own } : last),
      end: time,
      windows: last.windows + 1,
      worstLoss: Math.max(last.worstLoss, loss),
    };
  });
  return events;
}
