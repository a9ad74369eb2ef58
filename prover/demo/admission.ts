// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import { SAMPLE_TICKS, type Sample } from '../sample/sample.ts';

/** A sample as one venue has it. */
export interface Admission {
  readonly sample: Sample;
  /** Accounts that hold more positions than the venue allows, at whatever moment. */
  readonly refused: readonly number[];
}

/**
 * A sample as a venue has it that allows so many positions: what is larger could not be liquidated there,
 * and no transition proof would exist of such a ledger (rule T8). Every account keeps its index. Those
 * refused hold no position, and their dollars stand together in the first of them: so what the ledger
 * holds in all is the same at every moment (rule T6), and none of them owes what it has lost elsewhere.
 */
export function admitted(sample: Sample, maxPositions: number): Admission {
  const isRefused = (index: number): boolean =>
    SAMPLE_TICKS.some((tick) => {
      const { length } = sample.ledgers[tick][index]?.positions ?? [];
      return length > maxPositions;
    });
  const refused = sample.ledgers.calm.map((_, index) => index).filter(isRefused);
  const without = (accounts: readonly Account[]): readonly Account[] => {
    const togetherE6 = refused.reduce((sum, index) => sum + accounts[index]!.quoteE6, 0n);
    return accounts.map((account, index) => {
      if (!refused.includes(index)) return account;
      return { ...account, positions: [], quoteE6: index === refused[0] ? togetherE6 : 0n };
    });
  };
  const { calm, crash, rebound } = sample.ledgers;
  const ledgers = { calm: without(calm), crash: without(crash), rebound: without(rebound) };
  return { sample: { ...sample, ledgers }, refused };
}
