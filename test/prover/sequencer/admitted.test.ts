// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { admittedTransactions, type Action } from '../../../prover/sequencer/admitted.ts';
import { emptyVenue, proposeNext } from '../../../prover/sequencer/propose.ts';
import { AdmissionControl } from '../../../prover/venue/solvency/admission.ts';
import { jointScenarios } from '../../../prover/venue/solvency/joint-scenarios.ts';

const set = loadDefaultParameters();
const sample = loadSample();
const market = priceMarket(sample.snapshots.calm.snapshot, set.parameters);
const DOLLARS = { quoteE6: 1_000_000_000n, collateralE8: [0n, 0n, 0n], positions: [] } as const;
const accounts: readonly Account[] = sample.ledgers.calm
  .slice(0, 2)
  .map((account) => ({ ...account, ...DOLLARS }));
const VENUE = {
  chainId: 31_337n,
  registry: '0x00000000000000000000000000000000000000aa',
  maxPositions: 16n,
};
const leaves =
  (index: number, amountE6: bigint): Action =>
  (held) => [{ index, account: { ...held[index]!, quoteE6: held[index]!.quoteE6 - amountE6 } }];

describe('own transactions that are asked before they happen', () => {
  it('leave out what is refused, and judge each by what those before it made of the accounts', () => {
    const rules = { fundE6: 0n, addOnBps: 0n };
    const control = new AdmissionControl([], market, jointScenarios(set.document.stress), rules);
    const refused: [number, string][] = [];
    const actions = [
      leaves(0, 600_000_000n),
      leaves(0, 600_000_000n),
      leaves(1, 1_000_000_000n),
      leaves(0, 400_000_000n),
    ];
    const state = { ...emptyVenue(VENUE), accounts };
    const { next } = proposeNext(
      VENUE,
      state,
      { engine: [], user: [] },
      {
        ownTransactions: admittedTransactions(control, actions, (place, [first]) => {
          refused.push([place, first!.rule]);
        }),
      },
    );
    expect(refused).toEqual([[1, 'initialMargin']]);
    expect(next.accounts.map(({ quoteE6 }) => quoteE6)).toEqual([0n, 0n]);
  });

  it('see what the inbox has changed since', () => {
    const rules = { fundE6: 0n, addOnBps: 0n };
    const scenarios = jointScenarios(set.document.stress);
    const control = new AdmissionControl(accounts, market, scenarios, rules);
    const refused: number[] = [];
    const propose = admittedTransactions(control, [leaves(0, 1_500_000_000n)], (place) => {
      refused.push(place);
    });
    propose(accounts);
    expect(refused).toEqual([0]);
    const deposited = accounts.with(0, { ...accounts[0]!, quoteE6: 2_000_000_000n });
    expect(propose(deposited)[0]!.quoteE6).toBe(500_000_000n);
    expect(refused).toEqual([0]);
  });
});
