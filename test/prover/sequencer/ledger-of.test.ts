// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it, vi } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { ledgerOf } from '../../../prover/sequencer/ledger-of.ts';

const accounts = loadSample().ledgers.crash.slice(0, 20);
const poorer = (index: number) =>
  accounts.map((account, at) =>
    at === index ? { ...account, quoteE6: account.quoteE6 - 1n } : account,
  );

it('hashes of accounts that came from others what is not the same there, and leaves those as they are', () => {
  const before = ledgerOf(accounts);
  const { root } = before;
  const updated = vi.spyOn(Ledger.prototype, 'update');
  const next = poorer(7);
  expect(ledgerOf(next, accounts).root).toBe(new Ledger(next).root);
  expect(updated.mock.calls.map(([index]) => index)).toEqual([7]);
  expect(before.root).toBe(root);
  expect(ledgerOf(next)).toBe(ledgerOf(next, accounts));
  updated.mockRestore();
});

it('is the ledger of these accounts where there are more of them, or nothing is known of those before', () => {
  const more = [...accounts, { ...accounts[0]!, settlementNonce: 9n }];
  expect(ledgerOf(more, accounts).root).toBe(new Ledger(more).root);
  const other = poorer(3);
  expect(ledgerOf(other, poorer(4)).root).toBe(new Ledger(other).root);
});
