// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { LiveSlice, MarketSnapshot, Slice, UnderlyingMarket } from '../../model/types.ts';
import { scaleByRatio } from '../surface/scale-slice.ts';

/**
 * The smile as it stands `elapsed` seconds later when its volatilities stay: total variance times
 * the share of the time to expiry that is left. Nearer expiries shrink more, so that no calendar
 * arbitrage comes in.
 */
function ageLive(slice: LiveSlice, time: bigint, elapsed: bigint): LiveSlice {
  const left = slice.expiry - time;
  return scaleByRatio(slice, left, left + elapsed);
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
  // Those of another time are none of this one.
  const { marginInputs: _, ...kept } = snapshot;
  const [btc, eth] = snapshot.underlyings;
  return {
    ...kept,
    time,
    underlyings: [ageUnderlying(btc, time, elapsed), ageUnderlying(eth, time, elapsed)],
  };
}
