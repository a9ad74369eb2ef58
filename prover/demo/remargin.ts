// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import type { MarketTick } from '../statements/market-tick.ts';

/** Where an account stands at a tick. Amounts are E6 USD. */
export interface Standing {
  readonly equityE6: bigint;
  readonly mmE6: bigint;
  /** By which equity without haircuts is below zero. */
  readonly deficitE6: bigint;
  readonly liquidatable: boolean;
  readonly bankrupt: boolean;
}

export interface Remargined<S extends Standing = Standing> {
  readonly margins: readonly S[];
  /** Indices of the accounts below maintenance margin. */
  readonly breached: readonly number[];
  /** Of those, the ones whose equity without haircuts is below zero; smallest deficit first. */
  readonly bankrupt: readonly number[];
  readonly tookMs: number;
}

export function remargined<S extends Standing>(
  margins: readonly S[],
  tookMs: number,
): Remargined<S> {
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

/** The exact margin of every account of a ledger in one snapshot. */
export function remargin(
  accounts: readonly Account[],
  tick: MarketTick,
): Remargined<AccountMargin> {
  const started = performance.now();
  const margins = accounts.map((account) => marginPortfolio(account, tick.market));
  return remargined(margins, performance.now() - started);
}
