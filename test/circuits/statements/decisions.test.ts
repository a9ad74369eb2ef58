// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { bankruptcyInputs } from '../../../prover/statements/bankruptcy.ts';
import { liquidationInputs } from '../../../prover/statements/liquidation.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import { goldenCases } from '../../support/golden.ts';
import { requestOf } from './cores.ts';
import { GridCircuits } from './grid.ts';

/**
 * Expired, settled and one-minute instruments, strikes of $0.0001 and $10^8, the largest of
 * everything: the shipped circuits decide each account, and only their last comparison says no.
 */
describe('every account is decided', () => {
  const parameters = loadDefaultParameters();
  let liquidation: CircuitUnderTest;
  let bankruptcy: CircuitUnderTest;
  beforeAll(async () => {
    liquidation = await openStatement('liquidation', '7');
    bankruptcy = await openStatement('bankruptcy', '7');
  }, 900_000);

  test.each(['extremes', 'crash'] as const)(
    'among the golden portfolios of %s',
    (set) => {
      const cases = goldenCases(set);
      const ledger = new Ledger(cases.map(({ account }) => account));
      const counts = { liquidatable: 0, bankrupt: 0, healthy: 0 };
      for (const [index, { name, account, market }] of cases.entries()) {
        if (account.positions.length > 7) continue;
        const margin = marginPortfolio(account, market);
        const request = requestOf(ledger, index, market, parameters);
        const [btc, eth] = margin.underlyings;
        const liquidated = liquidation.forge({
          inputs: liquidationInputs(request, [btc.worstScenario, eth.worstScenario], 7),
        });
        const bankrupted = bankruptcy.forge({ inputs: bankruptcyInputs(request, 7) });
        expect(liquidated.violated.length === 0, name).toBe(margin.liquidatable);
        expect(bankrupted.violated.length === 0, name).toBe(margin.bankrupt);
        const refusals = [...liquidated.reasons, ...bankrupted.reasons];
        const others = refusals.filter((reason) => !/shortfall|positiveDeficit/.test(reason));
        expect(others, name).toEqual([]);
        if (margin.liquidatable) counts.liquidatable += 1;
        else counts.healthy += 1;
        if (margin.bankrupt) counts.bankrupt += 1;
      }
      expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
    },
    900_000,
  );

  test('and liquidation has a proof exactly where account-margin shows equity below maintenance', async () => {
    const grid = new GridCircuits();
    const small = goldenCases('crash').filter(({ account }) => account.positions.length <= 4);
    const cases = small.filter((_, index) => index % 4 === 0);
    const { market } = cases[0]!;
    // The golden portfolios, and each again at its maintenance margin and one unit below.
    const accounts = cases.flatMap(({ account }) => {
      const { equityE6, mmE6 } = marginPortfolio(account, market);
      const atMargin = { ...account, quoteE6: account.quoteE6 + mmE6 - equityE6 };
      return [account, atMargin, { ...atMargin, quoteE6: atMargin.quoteE6 - 1n }];
    });
    const ledger = new Ledger(accounts);
    let liquidatable = 0;
    for (const index of accounts.keys()) {
      const request = requestOf(ledger, index, market, parameters);
      const margin = await grid.marginOf(request);
      const worst = [Number(margin.worstScenarioBtc), Number(margin.worstScenarioEth)] as const;
      const { violated } = liquidation.forge({ inputs: liquidationInputs(request, worst, 7) });
      const isBelow = margin.equityE6 < margin.maintenanceMarginE6;
      expect(violated.length === 0, `account ${index}`).toBe(isBelow);
      if (isBelow) liquidatable += 1;
    }
    expect(liquidatable).toBeGreaterThan(cases.length - 1);
    expect(liquidatable).toBeLessThan(accounts.length - cases.length + 1);
  }, 900_000);
});
