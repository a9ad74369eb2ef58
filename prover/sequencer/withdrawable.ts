// SPDX-License-Identifier: GPL-3.0-or-later
import { marginPortfolio } from '../risk/margin/margin.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import type { Withdrawable } from './apply-messages.ts';

/**
 * What an account has above its initial margin in a market: all that may leave it in quote, whose
 * withdrawal lowers the equity one for one and no requirement. Negative where it has less.
 */
export function aboveInitialMargin(market: PricedMarket): Withdrawable {
  return (account) => {
    const { equityE6, imE6 } = marginPortfolio(account, market);
    return equityE6 - imE6;
  };
}
