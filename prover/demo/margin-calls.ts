// SPDX-License-Identifier: GPL-3.0-or-later
import { depositQuote } from '../chain/vault.ts';
import type { Account } from '../commitments/account.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import type { MarketTick } from '../statements/market-tick.ts';
import { DEMO_CONFIG } from './deployment.ts';
import type { Stage } from './stage.ts';
import { exactUsd } from './text.ts';

/** What an account lacks to initial margin, or what a vault takes at least; E6 USD. */
export interface MarginCall {
  readonly account: number;
  readonly amountE6: bigint;
}

/** Of all who would be below maintenance at a tick, but for those who do not answer. */
export function marginCalls(
  accounts: readonly Account[],
  { market }: MarketTick,
  silent: ReadonlySet<number>,
): readonly MarginCall[] {
  const { minDepositE6 } = DEMO_CONFIG.vault;
  return accounts.flatMap((held, account) => {
    const { liquidatable, imE6, equityE6 } = marginPortfolio(held, market);
    if (!liquidatable || silent.has(account)) return [];
    const lacksE6 = imE6 - equityE6;
    return [{ account, amountE6: lacksE6 < minDepositE6 ? minDepositE6 : lacksE6 }];
  });
}

/** Deposits, which the next ledger credits. */
export async function answerMarginCalls(stage: Stage, calls: readonly MarginCall[]): Promise<void> {
  const { chain, sequencer, story } = stage;
  for (const { account, amountE6 } of calls) {
    const { settlementNonce } = sequencer.ledger.account(account);
    await stage.after();
    await depositQuote(stage.by(chain.bidder), BigInt(account), settlementNonce, amountE6);
  }
  const sumE6 = calls.reduce((sum, { amountE6 }) => sum + amountE6, 0n);
  story.say(
    `${calls.length} accounts answer their margin calls: ${exactUsd(sumE6)} are deposited for them.`,
  );
}
