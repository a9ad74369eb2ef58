// SPDX-License-Identifier: GPL-3.0-or-later
import type { MarketSnapshot, RiskParameters } from '../../prover/model/types.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { marginPortfolio, type AccountMargin } from '../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../prover/risk/pricing/market.ts';

/** What a change of parameters does to the accounts of one ledger at one snapshot. */
export interface Impact {
  readonly accounts: number;
  readonly mmE6: readonly [before: bigint, after: bigint];
  readonly imE6: readonly [before: bigint, after: bigint];
  /** Accounts that fall below a margin they held, and their indices. */
  readonly belowMm: readonly number[];
  readonly belowIm: readonly number[];
  /** Of accounts whose maintenance margin changes: mean and largest relative rise. */
  readonly changed: number;
  readonly meanRise: number;
  readonly largestRise: number;
}

export function impactOf(
  accounts: readonly Account[],
  snapshot: MarketSnapshot,
  before: RiskParameters,
  after: RiskParameters,
): Impact {
  const margins = [before, after].map((parameters) => {
    const market = priceMarket(snapshot, parameters);
    return accounts.map((account) => marginPortfolio(account, market));
  }) as [AccountMargin[], AccountMargin[]];
  const total = (value: (margin: AccountMargin) => bigint) =>
    margins.map((own) => own.reduce((sum, margin) => sum + value(margin), 0n)) as [bigint, bigint];
  const falls = (held: (margin: AccountMargin) => boolean): number[] =>
    accounts.flatMap((_, index) =>
      held(margins[0][index]!) && !held(margins[1][index]!) ? [index] : [],
    );
  const rises = accounts.flatMap((_, index) => {
    const [old, own] = [margins[0][index]!.mmE6, margins[1][index]!.mmE6];
    return old === own || old === 0n ? [] : [Number(own) / Number(old) - 1];
  });
  return {
    accounts: accounts.length,
    mmE6: total(({ mmE6 }) => mmE6),
    imE6: total(({ imE6 }) => imE6),
    belowMm: falls(({ liquidatable }) => !liquidatable),
    belowIm: falls(({ equityE6, imE6 }) => equityE6 >= imE6),
    changed: rises.length,
    meanRise: rises.length === 0 ? 0 : rises.reduce((sum, rise) => sum + rise, 0) / rises.length,
    largestRise: Math.max(0, ...rises),
  };
}
