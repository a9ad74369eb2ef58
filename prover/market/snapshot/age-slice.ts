// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { divFloor } from '../../risk/pricing/fixed-point.ts';
import { sqrtFloor } from '../../risk/pricing/square-root.ts';
import type { LiveSlice, MarketSnapshot, Slice, UnderlyingMarket } from '../../model/types.ts';

/**
 * The smile as it stands `elapsed` seconds later when its volatilities stay: total variance times
 * the share of the time to expiry that is left. Scaling a slice down keeps it free of butterfly
 * arbitrage (g is concave in the scale and not negative at 0 and 1), and nearer expiries shrink
 * more, so that no calendar arbitrage comes in either.
 */
function ageLive(slice: LiveSlice, time: bigint, elapsed: bigint): LiveSlice {
  const left = slice.expiry - time;
  const before = left + elapsed;
  const scale = (value: bigint): bigint => divFloor(value * left, before);
  const bQ30 = scale(slice.bQ30);
  const cQ30 = slice.cQ30 < 0n ? -scale(-slice.cQ30) : scale(slice.cQ30);
  const spreadQ60 = bQ30 * bQ30 - cQ30 * cQ30;
  // Rounding b and c down must not push the least variance a + σ√(b² − c²) below zero.
  const leastAQ44 = -(sqrtFloor(slice.sigmaQ24 * slice.sigmaQ24 * spreadQ60) >> 10n);
  const aQ44 = -scale(-slice.aQ44);
  return { ...slice, aQ44: aQ44 > leastAQ44 ? aQ44 : leastAQ44, bQ30, cQ30 };
}

function ageSlice(slice: Slice, time: bigint, elapsed: bigint): Slice {
  if (slice.state === 'expired') return slice;
  if (slice.expiry > time) return ageLive(slice, time, elapsed);
  const { expiry, forwardRatioQ30, confidenceQ10 } = slice;
  return { state: 'expired', expiry, forwardRatioQ30, confidenceQ10, settlementPriceE4: 0n };
}

function ageUnderlying(market: UnderlyingMarket, time: bigint, elapsed: bigint): UnderlyingMarket {
  return { ...market, slices: market.slices.map((slice) => ageSlice(slice, time, elapsed)) };
}

/**
 * The snapshot read at a later time: same index, forwards, volatilities and component times, so
 * that what was old stays old. An expiry that has passed meanwhile waits for its settlement price.
 * Throws `InvalidInput` naming `field` when the snapshot is from after `time`.
 */
export function ageSnapshot(snapshot: MarketSnapshot, time: bigint, field: string): MarketSnapshot {
  const elapsed = time - snapshot.time;
  if (elapsed < 0n) {
    throw new InvalidInput(field, `is of ${-elapsed} s after the quotes; take an earlier snapshot`);
  }
  if (elapsed === 0n) return snapshot;
  const [btc, eth] = snapshot.underlyings;
  return {
    ...snapshot,
    time,
    underlyings: [ageUnderlying(btc, time, elapsed), ageUnderlying(eth, time, elapsed)],
  };
}
