// SPDX-License-Identifier: GPL-3.0-or-later
import { positionGreeks, sumGreeks, type Greeks } from '../risk/greeks/greeks.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import { UNDERLYINGS, type Pair, type Portfolio } from '../model/types.ts';

/** An account in a market, as what-if compares it. */
export interface Standing {
  readonly portfolio: Portfolio;
  readonly market: PricedMarket;
  readonly margin: AccountMargin;
  /** Equity above the requirement; negative: short of it. */
  readonly excessMmE6: bigint;
  readonly excessImE6: bigint;
  /** Of all positions of an underlying. */
  readonly greeks: Pair<Greeks>;
}

export function standingOf(portfolio: Portfolio, market: PricedMarket): Standing {
  const margin = marginPortfolio(portfolio, market);
  const [btc, eth] = UNDERLYINGS.map((u) =>
    sumGreeks(
      margin.positions.filter(({ instrument }) => instrument.underlying === u).map(positionGreeks),
    ),
  ) as [Greeks, Greeks];
  return {
    portfolio,
    market,
    margin,
    excessMmE6: margin.equityE6 - margin.mmE6,
    excessImE6: margin.equityE6 - margin.imE6,
    greeks: [btc, eth],
  };
}
