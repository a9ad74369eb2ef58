// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import type { MarketSnapshot, RiskParameters, UnderlyingId } from '../../model/types.ts';
import { marginPortfolio, type AccountMargin } from '../../risk/margin/margin.ts';
import { shiftCeil } from '../../risk/pricing/fixed-point.ts';
import { priceMarket } from '../../risk/pricing/market.ts';
import { ONE_Q24, scenarioAt } from '../../risk/pricing/scenarios.ts';

/** What would be left uncovered if an owner's accounts defaulted in one joint scenario. */
export interface OwnerStress {
  /** Its id, the same for both underlyings, undamped. */
  readonly scenario: number;
  readonly largestE6: bigint;
  readonly largestTwoE6: bigint;
  /** Of every owner together: all who fall short default at once. */
  readonly allE6: bigint;
}

export interface VenueFigures {
  readonly accounts: number;
  readonly owners: number;
  readonly imE6: bigint;
  readonly mmE6: bigint;
  readonly equityE6: bigint;
  readonly liquidatable: number;
  readonly bankrupt: number;
  readonly deficitE6: bigint;
  /** In the order asked for. */
  readonly stress: readonly OwnerStress[];
}

/**
 * What an account could not pay after a joint scenario: its gross equity, with collateral shocked at
 * its full value. Margin shocks the haircut value; here the coins are sold, all of them, at the price
 * of the scenario. Rounded up, against the venue.
 */
function shortfallE6(margin: AccountMargin, scenario: number, parameters: RiskParameters): bigint {
  let leftE6 = margin.grossEquityE6;
  margin.underlyings.forEach(({ lossesE6 }, u) => {
    const { multiplierQ24 } = scenarioAt(parameters.underlyings[u as UnderlyingId], scenario);
    const cutE6 = margin.collateral.reduce((sum, { valueE6, haircutValueE6 }, c) => {
      const isOwn = parameters.collateral[c as 0 | 1 | 2].underlying === u;
      return isOwn ? sum + valueE6 - haircutValueE6 : sum;
    }, 0n);
    leftE6 -= lossesE6[scenario]! + shiftCeil(cutE6 * (ONE_Q24 - multiplierQ24), 24n);
  });
  return leftE6 < 0n ? -leftE6 : 0n;
}

function ownerStress(
  margins: readonly (readonly [owner: bigint, margin: AccountMargin])[],
  scenario: number,
  parameters: RiskParameters,
): OwnerStress {
  const byOwner = new Map<bigint, bigint>();
  for (const [owner, margin] of margins) {
    byOwner.set(owner, (byOwner.get(owner) ?? 0n) + shortfallE6(margin, scenario, parameters));
  }
  const amounts = [...byOwner.values()].sort((left, right) => (left < right ? 1 : -1));
  const [largestE6 = 0n, second = 0n] = amounts;
  return {
    scenario,
    largestE6,
    largestTwoE6: largestE6 + second,
    allE6: amounts.reduce((sum, amount) => sum + amount, 0n),
  };
}

/** Exact margins of every account of a ledger, and what joint scenarios leave uncovered. */
export function venueFigures(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
  scenarios: readonly number[],
): VenueFigures {
  const market = priceMarket(snapshot, parameters);
  const margins = accounts.map(
    (account) => [account.owner, marginPortfolio(account, market)] as const,
  );
  const total = (value: (margin: AccountMargin) => bigint): bigint =>
    margins.reduce((sum, [, margin]) => sum + value(margin), 0n);
  return {
    accounts: accounts.length,
    owners: new Set(accounts.map(({ owner }) => owner)).size,
    imE6: total(({ imE6 }) => imE6),
    mmE6: total(({ mmE6 }) => mmE6),
    equityE6: total(({ equityE6 }) => equityE6),
    liquidatable: margins.filter(([, margin]) => margin.liquidatable).length,
    bankrupt: margins.filter(([, margin]) => margin.bankrupt).length,
    deficitE6: total(({ deficitE6 }) => deficitE6),
    stress: scenarios.map((scenario) => ownerStress(margins, scenario, parameters)),
  };
}
