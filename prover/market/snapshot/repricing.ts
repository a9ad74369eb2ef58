// SPDX-License-Identifier: GPL-3.0-or-later
import { loadDefaultParameters } from '../../documents/parameters-document.ts';
import { markMarket } from '../../risk/pricing/market.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import type { Chain } from '../feeds/chain.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import { median, quantile } from '../../core/statistics.ts';

/** Every listed option, dropped quotes and both sides of a strike included, priced by the engine. */
export interface Repricing {
  readonly options: number;
  /** Options without a mark, or of an expiry that the snapshot does not hold. */
  readonly left: number;
  /** |value − mark price| as a share of the forward. */
  readonly median: number;
  readonly p95: number;
  readonly max: number;
  /**
   * Median |fitted − mark volatility| of the out-of-the-money marks within two standard deviations
   * of the money, whether they were fitted or not.
   */
  readonly coreVolMedian: number;
}

/** Prices the whole chain with the snapshot, by the fixed-point kernel that decides margin. */
export function repriceChain(chain: Chain, snapshot: MarketSnapshot): Repricing {
  // No parameter but the scenarios touches a value at mark.
  const market = markMarket(snapshot, loadDefaultParameters().parameters);
  const { underlying } = chain;
  const live = new Set(
    snapshot.underlyings[underlying].slices
      .filter(({ state }) => state === 'live')
      .map(({ expiry }) => Number(expiry)),
  );
  const priced = chain.options.flatMap(({ kind, expiry, strike, markPrice, markVol }) => {
    if (markPrice === undefined || !live.has(expiry)) return [];
    const strikeE4 = BigInt(Math.round(strike * 1e4));
    const instrument = { underlying, kind, expiry: BigInt(expiry), strikeE4 };
    const { markQ128, referenceE4, stdDevQ32, tau } = market.value(instrument);
    const forward = Number(referenceE4) / 1e4;
    const error = Math.abs(Number(markQ128 >> 64n) / 2 ** 64 / 1e4 / forward - markPrice);
    const stdDev = Number(stdDevQ32) / 2 ** 32;
    const vol = stdDev / Math.sqrt(Number(tau) / SECONDS_PER_YEAR);
    const outOfTheMoney = (kind === 'call') === strike >= forward;
    const core = outOfTheMoney && Math.abs(Math.log(strike / forward)) <= 2 * stdDev;
    return [{ error, coreVolError: core && markVol !== undefined ? Math.abs(vol - markVol) : NaN }];
  });
  const errors = priced.map(({ error }) => error);
  return {
    options: errors.length,
    left: chain.options.length - errors.length,
    median: median(errors),
    p95: quantile(errors, 0.95),
    max: errors.reduce((worst, error) => Math.max(worst, error), 0),
    coreVolMedian: median(
      priced.map(({ coreVolError }) => coreVolError).filter((error) => !Number.isNaN(error)),
    ),
  };
}
