// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { applyMessages } from '../../../prover/sequencer/apply-messages.ts';
import { aboveInitialMargin } from '../../../prover/sequencer/withdrawable.ts';
import { goldenCases } from '../../support/golden.ts';
import { message } from './venue.ts';

const [first, ...others] = goldenCases('crash');
const { market } = first!;
const MOST_E6 = 2n ** 64n - 1n;

it('a withdrawal of everything leaves exactly the initial margin, and nothing where it is not met', () => {
  const cases = [first!, ...others].map(({ account }): Account => ({ ...account, frozen: false }));
  const sides = cases.map((account) => {
    const before = marginPortfolio(account, market);
    const asked = message('withdrawal', 0n, {
      settlementNonce: account.settlementNonce,
      address: account.owner,
      amountE6: MOST_E6,
    });
    const { accounts, outcomes } = applyMessages([account], [asked], aboveInitialMargin(market));
    const after = marginPortfolio(accounts[0]!, market);
    const isMet = before.equityE6 > before.imE6;
    expect(after.imE6).toBe(before.imE6);
    expect(after.equityE6).toBe(isMet ? before.imE6 : before.equityE6);
    expect(outcomes[0]!.applied).toBe(before.equityE6 - after.equityE6);
    return isMet;
  });
  // Both sides are there.
  expect(new Set(sides).size).toBe(2);
});

it('a withdrawal stops at the bottom of the quote balance: it does not fail', () => {
  const account = { ...first!.account, frozen: false, quoteE6: 5n - 2n ** 63n };
  const asked = message('withdrawal', 0n, {
    settlementNonce: account.settlementNonce,
    address: account.owner,
  });
  const { accounts, outcomes } = applyMessages([account], [asked], () => MOST_E6);
  expect(accounts[0]!.quoteE6).toBe(-(2n ** 63n));
  expect(outcomes[0]).toEqual({ isApplied: true, applied: 5n });
});
