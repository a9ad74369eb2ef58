// SPDX-License-Identifier: GPL-3.0-or-later
import type { FeedSnapshot } from '../chain/snapshot.ts';
import type { Pair, Triple } from '../model/types.ts';

/** Bounds in 1/100 of 1 %, as `IMarketFeed.Breaker`. */
export interface Breaker {
  readonly indexBps: bigint;
  readonly anchorBps: bigint;
  readonly anchorBpsPerHour: bigint;
  readonly perpetualBps: bigint;
  readonly rateBps: bigint;
  readonly rateBpsPerDay: bigint;
  readonly confirmations: bigint;
}

/** What a snapshot is measured from, as `IMarketFeed.Levels`; zeros where nothing is. */
export interface Levels {
  readonly indexPricesE4: Pair<bigint>;
  readonly indexAnchorsE4: Pair<bigint>;
  readonly rateAnchorsQ30: Triple<bigint>;
}

/** In the order of `IMarketFeed.Guard`. */
export const GUARDS = [
  'indexFromLast',
  'indexFromAnchor',
  'perpetualFromIndex',
  'rateFromAnchor',
] as const;
export type Guard = (typeof GUARDS)[number];

/** A number of a snapshot that is too far from what it is measured from. */
export interface Breach {
  readonly guard: Guard;
  /** Underlying, or coin for a redemption rate. */
  readonly which: number;
  readonly value: bigint;
  readonly level: bigint;
}

const BPS = 10_000n;
const HOUR = 3_600n;
const DAY = 86_400n;

export const distance = (left: bigint, right: bigint): bigint =>
  left > right ? left - right : right - left;

/** Whether `value` differs from `level` by more than `bps` of it; from a level of zero nothing does. */
export const exceeds = (value: bigint, level: bigint, bps: bigint): boolean =>
  level !== 0n && distance(value, level) * BPS > bps * level;

/** `anchor` moved towards `value` by at most `bps` of itself per `period`, for `elapsed` seconds. */
export function followFloor(
  anchor: bigint,
  value: bigint,
  bps: bigint,
  elapsed: bigint,
  period: bigint,
): bigint {
  const step = (anchor * bps * elapsed) / (BPS * period);
  if (value > anchor) return value - anchor > step ? anchor + step : value;
  return anchor - value > step ? anchor - step : value;
}

const orElse = (anchor: bigint, value: bigint): bigint => (anchor === 0n ? value : anchor);

/**
 * The breaker of `MarketFeed`, number for number: what of `snapshot` it would not accept, `elapsed`
 * seconds after the last accepted one, and the levels that it leaves behind where it does.
 */
export function measure(
  snapshot: Pick<FeedSnapshot, 'indexPricesE4' | 'perpetualMarksE4' | 'redemptionRatesQ30'>,
  levels: Levels,
  breaker: Breaker,
  elapsed: bigint,
): { readonly breaches: readonly Breach[]; readonly next: Levels } {
  const breaches: Breach[] = [];
  const check = (guard: Guard, which: number, value: bigint, level: bigint, bps: bigint): void => {
    if (exceeds(value, level, bps)) breaches.push({ guard, which, value, level });
  };
  const indexAnchor = (u: 0 | 1): bigint => {
    const index = snapshot.indexPricesE4[u];
    check('indexFromLast', u, index, levels.indexPricesE4[u], breaker.indexBps);
    const anchor = followFloor(
      levels.indexAnchorsE4[u],
      index,
      breaker.anchorBpsPerHour,
      elapsed,
      HOUR,
    );
    check('indexFromAnchor', u, index, anchor, breaker.anchorBps);
    check('perpetualFromIndex', u, snapshot.perpetualMarksE4[u], index, breaker.perpetualBps);
    return orElse(anchor, index);
  };
  const rateAnchor = (c: 0 | 1 | 2): bigint => {
    const rate = snapshot.redemptionRatesQ30[c];
    const anchor = followFloor(levels.rateAnchorsQ30[c], rate, breaker.rateBpsPerDay, elapsed, DAY);
    check('rateFromAnchor', c, rate, anchor, breaker.rateBps);
    return orElse(anchor, rate);
  };
  const next: Levels = {
    indexPricesE4: snapshot.indexPricesE4,
    indexAnchorsE4: [indexAnchor(0), indexAnchor(1)],
    rateAnchorsQ30: [rateAnchor(0), rateAnchor(1), rateAnchor(2)],
  };
  return { breaches, next };
}
