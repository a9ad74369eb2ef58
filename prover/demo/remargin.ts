// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import type { MarketTick } from '../statements/market-tick.ts';

export interface Remargined {
  readonly margins: readonly AccountMargin[];
  /** Indices of the accounts below maintenance margin. */
  readonly breached: readonly number[];
  /** Of those, the ones whose equity without haircuts is below zero; smallest deficit first. */
  readonly bankrupt: readonly number[];
  readonly tookMs: number;
}

/** The exact margin of every account of a ledger in one snapshot. */
export function remargin(accounts: readonly Account[], tick: MarketTick): Remargined {
  const started = performance.now();
  const margins = accounts.map((account) => marginPortfolio(account, tick.market));
  const tookMs = performance.now() - started;
  const indices = margins.map((_, index) => index);
  const deficitE6 = (index: number): bigint => margins[index]?.deficitE6 ?? 0n;
  return {
    margins,
    breached: indices.filter((index) => margins[index]?.liquidatable === true),
    bankrupt: indices
      .filter((index) => margins[index]?.bankrupt === true)
      .sort((left, right) => (deficitE6(left) < deficitE6(right) ? -1 : 1)),
    tookMs,
  };
}
