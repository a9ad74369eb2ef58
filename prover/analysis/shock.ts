// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { divFloor } from '../risk/pricing/fixed-point.ts';
import { logarithmQ72 } from '../risk/pricing/logarithm.ts';
import { priceMarket, type PricedMarket } from '../risk/pricing/market.ts';
import type {
  CollateralMarket,
  LiveSlice,
  MarketSnapshot,
  Pair,
  RiskParameters,
  Slice,
  UnderlyingId,
  UnderlyingMarket,
} from '../model/types.ts';
import { scaleVariance, shiftLogMoneyness, type SurfaceLimit } from './surface-moves.ts';

/** Volatilities times this over 10⁶. */
export const VOL_UNCHANGED = 1_000_000n;

/** Where the market is taken to be; docs/risk-analysis.md says how the snapshot follows. */
export interface MarketShock {
  /** The new index, 1 … 2³⁷. */
  readonly indexE4: Pair<bigint>;
  /** Every implied volatility of the underlying times this over 10⁶; at least 1. */
  readonly volPpm: Pair<bigint>;
  /** How much later it is; never negative. */
  readonly seconds: bigint;
}

export interface ShockLimit {
  readonly underlying: UnderlyingId;
  readonly expiry: bigint;
  readonly limit: SurfaceLimit;
}

export interface ShockedSnapshot {
  readonly snapshot: MarketSnapshot;
  /** Slices that could not follow in full. */
  readonly limits: readonly ShockLimit[];
}

export const MAX_INDEX_E4 = 1n << 37n;
const PRICE_LIMIT = 1n << 40n;
const TIME_LIMIT = 1n << 32n;

export const noShock = ({ underlyings: [btc, eth] }: MarketSnapshot): MarketShock => ({
  indexE4: [btc.indexE4, eth.indexE4],
  volPpm: [VOL_UNCHANGED, VOL_UNCHANGED],
  seconds: 0n,
});

function within(value: bigint, low: bigint, limit: bigint, what: string): bigint {
  if (value >= low && value < limit) return value;
  throw new PlimsollError(
    'OUT_OF_RANGE',
    `shockSnapshot: expected a shocked ${what} of ${low} to ${limit - 1n}, got ${value}`,
  );
}

/** price·to/from to the nearest unit: what has no say in the index follows it in proportion. */
const follow = (priceE4: bigint, from: bigint, to: bigint, what: string): bigint =>
  from === to
    ? priceE4
    : within(divFloor(2n * priceE4 * to + from, 2n * from), 1n, PRICE_LIMIT, what);

function shockSlice(
  slice: LiveSlice,
  snapshotTime: bigint,
  shiftQ24: bigint,
  volPpm: bigint,
  seconds: bigint,
): { readonly slice: Slice; readonly limits: readonly SurfaceLimit[] } {
  const tau = slice.expiry - snapshotTime;
  if (seconds >= tau) {
    const { expiry, forwardRatioQ30, confidenceQ10 } = slice;
    const passed: Slice = {
      state: 'expired',
      expiry,
      forwardRatioQ30,
      confidenceQ10,
      settlementPriceE4: 0n,
    };
    return { slice: passed, limits: [] };
  }
  const shifted = shiftLogMoneyness(slice, shiftQ24);
  const scaled = scaleVariance(
    shifted.slice,
    volPpm * volPpm * (tau - seconds),
    VOL_UNCHANGED * VOL_UNCHANGED * tau,
  );
  return { slice: scaled.slice, limits: [...shifted.limits, ...scaled.limits] };
}

/**
 * The snapshot that stands where the shock says, valid under docs/spec.md §2.4: forwards keep their
 * ratio, perpetual mark and coin prices follow the index, strikes keep their volatility (sticky
 * strike), volatilities are scaled in proportion, and with passing time total variance shrinks in
 * proportion to the time left; an expiry that passes awaits its settlement price. Ages of the
 * components, depths and confidences stay. An underlying that does not move is the same object.
 * Throws `OUT_OF_RANGE` where a price or a time leaves its field.
 */
export function shockSnapshot(
  snapshot: MarketSnapshot,
  shock: MarketShock,
  parameters: RiskParameters,
): ShockedSnapshot {
  const limits: ShockLimit[] = [];
  const { seconds } = shock;
  const later = (time: bigint): bigint => within(time + seconds, 0n, TIME_LIMIT, 'time');
  const time = later(snapshot.time);

  const underlying = (u: UnderlyingId): UnderlyingMarket => {
    const market = snapshot.underlyings[u];
    const indexE4 = within(shock.indexE4[u], 1n, MAX_INDEX_E4 + 1n, 'index');
    const volPpm = within(shock.volPpm[u], 1n, PRICE_LIMIT, 'volatility multiple');
    if (indexE4 === market.indexE4 && volPpm === VOL_UNCHANGED && seconds === 0n) return market;
    // To the nearest 2⁻²⁴; the logarithms are within 3·10⁻¹⁰.
    const logMoveQ72 = logarithmQ72(indexE4) - logarithmQ72(market.indexE4);
    const shiftQ24 = (logMoveQ72 + (1n << 47n)) >> 48n;
    const slices = market.slices.map((slice): Slice => {
      if (slice.state === 'expired') return slice;
      const moved = shockSlice(slice, snapshot.time, shiftQ24, volPpm, seconds);
      for (const limit of moved.limits) {
        limits.push({ underlying: u, expiry: slice.expiry, limit });
      }
      return moved.slice;
    });
    const perpetualMarkE4 = follow(
      market.perpetualMarkE4,
      market.indexE4,
      indexE4,
      'perpetual mark',
    );
    return { ...market, indexE4, perpetualMarkE4, slices };
  };
  const coin = (asset: 0 | 1 | 2): CollateralMarket => {
    const prices = snapshot.collateral[asset];
    const { underlying: u } = parameters.collateral[asset];
    const marketPriceE4 = follow(
      prices.marketPriceE4,
      snapshot.underlyings[u].indexE4,
      shock.indexE4[u],
      'coin price',
    );
    return { ...prices, marketPriceE4 };
  };
  const shocked: MarketSnapshot = {
    time,
    indexTime: later(snapshot.indexTime),
    perpetualTime: later(snapshot.perpetualTime),
    forwardTime: later(snapshot.forwardTime),
    surfaceTime: later(snapshot.surfaceTime),
    collateralTime: later(snapshot.collateralTime),
    bookedThrough: snapshot.bookedThrough,
    underlyings: [underlying(0), underlying(1)],
    collateral: [coin(0), coin(1), coin(2)],
  };
  return { snapshot: shocked, limits };
}

/** The shocked market priced; what did not move is not priced again. */
export function repriceMarket(base: PricedMarket, snapshot: MarketSnapshot): PricedMarket {
  const fresh = priceMarket(snapshot, base.parameters);
  const still = (u: UnderlyingId): boolean =>
    snapshot.time === base.snapshot.time &&
    snapshot.underlyings[u] === base.snapshot.underlyings[u];
  const unmoved: Pair<boolean> = [still(0), still(1)];
  return {
    ...fresh,
    expiry: (instrument) => (unmoved[instrument.underlying] ? base : fresh).expiry(instrument),
    value: (instrument) => (unmoved[instrument.underlying] ? base : fresh).value(instrument),
  };
}
