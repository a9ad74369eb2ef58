// SPDX-License-Identifier: GPL-3.0-or-later
import { SECONDS_PER_YEAR } from '../../prover/core/year.ts';
import type { LiveSlice, MarketSnapshot, UnderlyingMarket } from '../../prover/model/types.ts';

const TIME = 1_772_000_000n;
const DAY = 86_400;

/** Expiries in days after the first snapshot, whatever time has passed since. */
const EXPIRY_DAYS = [2, 7, 14, 30, 90] as const;

interface Settings {
  /** Annual, the same for every strike and expiry. */
  readonly vol: number;
  /** Of BTC in USD; ETH stands at a twentieth. */
  readonly spot: number;
  /** Seconds after the first snapshot. */
  readonly after?: number;
}

/** A market without smile, basis or doubt: what closed forms and the model in doubles assume too. */
export function sampleSnapshot({ vol, spot, after = 0 }: Settings): MarketSnapshot {
  const time = TIME + BigInt(after);
  const slice = (days: number): LiveSlice => ({
    state: 'live',
    expiry: TIME + BigInt(days * DAY),
    forwardRatioQ30: 1n << 30n,
    aQ44: BigInt(Math.round(((vol ** 2 * (days * DAY - after)) / SECONDS_PER_YEAR) * 2 ** 44)),
    bQ30: 0n,
    cQ30: 0n,
    mQ24: 0n,
    sigmaQ24: 1n << 20n,
    kMinQ10: -2048n,
    kMaxQ10: 2048n,
    confidenceQ10: 1024n,
  });
  const underlying = (price: number): UnderlyingMarket => {
    const priceE4 = BigInt(Math.round(price * 10_000));
    return {
      indexE4: priceE4,
      perpetualMarkE4: priceE4,
      confidenceQ10: 1024n,
      depthQuote: 20_000_000n,
      realisedVolQ20: 0n,
      forecastVolQ20: 0n,
      slices: EXPIRY_DAYS.map(slice),
    };
  };
  const [btc, eth] = [underlying(spot), underlying(spot / 20)];
  const collateral = (priceE4: bigint) => ({
    marketPriceE4: priceE4,
    redemptionRateQ30: 1n << 30n,
  });
  return {
    time,
    indexTime: time,
    perpetualTime: time,
    forwardTime: time,
    surfaceTime: time,
    collateralTime: time,
    bookedThrough: 0n,
    underlyings: [btc, eth],
    collateral: [collateral(btc.indexE4), collateral(eth.indexE4), collateral(eth.indexE4)],
  };
}
