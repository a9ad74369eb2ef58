// SPDX-License-Identifier: GPL-3.0-or-later
import { isCoinMessage, withCoin } from '../commitments/inbox-message.ts';
import type { Account } from '../commitments/account.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import type { Withdrawable } from './apply-messages.ts';

/**
 * What an account has above its initial margin in a market: all that may leave it in quote, whose
 * withdrawal lowers the equity one for one and no requirement; negative where it has less. A coin can
 * stand against a loss, so what it needs without is margined: all that is asked and there leaves, or nothing.
 */
export function aboveInitialMargin(market: PricedMarket): Withdrawable {
  const excessE6 = (account: Account): bigint => {
    const { equityE6, imE6 } = marginPortfolio(account, market);
    return equityE6 - imE6;
  };
  return (account, message) => {
    if (!isCoinMessage(message)) return excessE6(account);
    const { coin, amountE8 } = message;
    const hasE8 = account.collateralE8[coin];
    const askedE8 = amountE8 < hasE8 ? amountE8 : hasE8;
    return excessE6(withCoin(account, coin, hasE8 - askedE8)) >= 0n ? askedE8 : 0n;
  };
}
