// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  Instrument,
  InstrumentKind,
  LiveSlice,
  Portfolio,
  Position,
  Triple,
  UnderlyingId,
} from '../model/types.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';

/** One coin in lots, for a contract of one coin. */
const ONE_COIN_LOTS = 100n;
const ONE_COIN_E8 = 100_000_000n;
const DAY = 86_400n;
const NEAR = 7n * DAY;
const FAR = 30n * DAY;
/** Strikes of the search for a delta: this far apart in log-moneyness, so many of them. */
const STRIKE_STEP = 0.005;
const STRIKE_STEPS = 200;
const QUARTER_Q128 = 1n << 126n;

export interface ChainPortfolio {
  readonly portfolio: string;
  readonly account: Portfolio;
}

const distance = (left: bigint, right: bigint): bigint =>
  left > right ? left - right : right - left;

function nearest(slices: readonly LiveSlice[], time: bigint, tau: bigint): LiveSlice | undefined {
  return slices.reduce<LiveSlice | undefined>((best, slice) => {
    if (best === undefined) return slice;
    return distance(slice.expiry - time, tau) < distance(best.expiry - time, tau) ? slice : best;
  }, undefined);
}

/** Whole dollars: no listed strike is needed, the surface prices any. */
const wholeStrike = (priceE4: number): bigint =>
  BigInt(Math.max(1, Math.round(priceE4 / 10_000))) * 10_000n;

/** The first strike away from the money whose delta is a quarter or less in size. */
function quarterDelta(market: PricedMarket, at: Instrument): bigint {
  const forwardE4 = Number(market.expiry(at).forwardE4);
  const sign = at.kind === 'call' ? 1 : -1;
  for (let step = 1; step < STRIKE_STEPS; step += 1) {
    const strikeE4 = wholeStrike(forwardE4 * Math.exp(sign * step * STRIKE_STEP));
    const { deltaQ128 } = market.value({ ...at, strikeE4 });
    if (deltaQ128 <= QUARTER_Q128 && deltaQ128 >= -QUARTER_Q128) return strikeE4;
  }
  return wholeStrike(forwardE4 * Math.exp(sign * STRIKE_STEPS * STRIKE_STEP));
}

const KIND_ORDER: readonly InstrumentKind[] = ['perpetual', 'future', 'call', 'put'];

const inOrder = (left: Instrument, right: Instrument): number =>
  KIND_ORDER.indexOf(left.kind) - KIND_ORDER.indexOf(right.kind) ||
  Number(left.expiry - right.expiry) ||
  Number(left.strikeE4 - right.strikeE4);

function accountOf(positions: readonly Position[], collateralE8: Triple<bigint>): Portfolio {
  const ordered = [...positions].sort((left, right) => inOrder(left.instrument, right.instrument));
  return { quoteE6: 0n, collateralE8, positions: ordered };
}

/**
 * The portfolio classes on a real surface: strikes at the forward and at a delta of a quarter, the
 * expiries nearest 7 and 30 days. Only expiries after `outlasts` are used, so that every leg can be
 * valued from the surface at the end of the window. Empty where fewer than two are left.
 */
export function chainPortfolios(
  market: PricedMarket,
  underlying: UnderlyingId,
  outlasts: bigint,
): ChainPortfolio[] {
  const { snapshot } = market;
  const live = snapshot.underlyings[underlying].slices.filter(
    (slice): slice is LiveSlice => slice.state === 'live' && slice.expiry > outlasts,
  );
  const near = nearest(live, snapshot.time, NEAR);
  const far = nearest(
    live.filter((slice) => slice !== near),
    snapshot.time,
    FAR,
  );
  const perpetual: Instrument = { underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
  const hold = (instrument: Instrument, coins: bigint): Position => ({
    instrument,
    lots: coins * ONE_COIN_LOTS,
  });
  const none: Triple<bigint> = [0n, 0n, 0n];
  const deltaOne = [
    { portfolio: 'perpetual-long', account: accountOf([hold(perpetual, 1n)], none) },
    { portfolio: 'perpetual-short', account: accountOf([hold(perpetual, -1n)], none) },
  ];
  if (near === undefined || far === undefined) return deltaOne;

  const option = (kind: 'call' | 'put', { expiry }: LiveSlice, strikeE4: bigint): Instrument => ({
    underlying,
    kind,
    expiry,
    strikeE4,
  });
  const moneyOf = (slice: LiveSlice): bigint =>
    wholeStrike(Number(market.expiry(option('call', slice, 10_000n)).forwardE4));
  const nearCall = option('call', near, moneyOf(near));
  const farCall = option('call', far, moneyOf(far));
  // A calendar has one strike: that of the far expiry, in both.
  const nearAtFar = { ...nearCall, strikeE4: farCall.strikeE4 };
  const farPut = option('put', far, farCall.strikeE4);
  const upper = option('call', far, quarterDelta(market, farCall));
  const lower = option('put', far, quarterDelta(market, farPut));
  const coin: Triple<bigint> = [
    underlying === 0 ? ONE_COIN_E8 : 0n,
    underlying === 1 ? ONE_COIN_E8 : 0n,
    0n,
  ];
  const of = (portfolio: string, legs: readonly Position[], collateral = none): ChainPortfolio => ({
    portfolio,
    account: accountOf(legs, collateral),
  });
  return [
    ...deltaOne,
    of('short-straddle', [hold(farCall, -1n), hold(farPut, -1n)]),
    of('risk-reversal-long-call', [hold(upper, 1n), hold(lower, -1n)]),
    of('risk-reversal-short-call', [hold(upper, -1n), hold(lower, 1n)]),
    of('calendar-short-near', [hold(nearAtFar, -1n), hold(farCall, 1n)]),
    of('calendar-short-far', [hold(nearAtFar, 1n), hold(farCall, -1n)]),
    of('covered-call', [hold(upper, -1n)], coin),
    of('short-call-spread', [hold(farCall, -1n), hold(upper, 1n)]),
    of('short-put-spread', [hold(farPut, -1n), hold(lower, 1n)]),
  ];
}
