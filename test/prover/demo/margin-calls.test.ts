// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';

import { DEMO_CONFIG } from '../../../prover/demo/deployment.ts';
import { marginCalls } from '../../../prover/demo/margin-calls.ts';
import { remargin } from '../../../prover/demo/remargin.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';
import { sample } from '../sample/venue.ts';

it('are of all below maintenance but the silent, and take them to initial margin to the unit', () => {
  const accounts = sample.ledgers.crash;
  const tick = new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters());
  const { breached } = remargin(accounts, tick);
  const silent = new Set(breached.slice(2, 5));
  const calls = marginCalls(accounts, tick, silent);
  expect(calls.map(({ account }) => account)).toEqual(breached.filter((one) => !silent.has(one)));
  const after = remargin(
    accounts.map((account, index) => {
      const call = calls.find((one) => one.account === index);
      return call === undefined
        ? account
        : { ...account, quoteE6: account.quoteE6 + call.amountE6 };
    }),
    tick,
  );
  expect(after.breached).toEqual([...silent]);
  const { minDepositE6 } = DEMO_CONFIG.vault;
  for (const { account, amountE6 } of calls) {
    const { equityE6, imE6 } = after.margins[account]!;
    if (amountE6 > minDepositE6) expect(equityE6).toBe(imE6);
    else expect(equityE6).toBeGreaterThanOrEqual(imE6);
  }
});
