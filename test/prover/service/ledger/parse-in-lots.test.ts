// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';

import { instrumentKey } from '../../../../prover/commitments/instrument.ts';
import { formatLedger, parseLedgerValue } from '../../../../prover/documents/ledger-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { parseLedgerInLots } from '../../../../prover/service/ledger/parse-in-lots.ts';

const accounts = loadSample().ledgers.crash;
const document = JSON.parse(formatLedger(accounts)) as { accounts: object[] };

it('reads what the whole reads, and lets others have their turn meanwhile', async () => {
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  expect(await parseLedgerInLots(document)).toEqual(parseLedgerValue(document));
  clearInterval(counting);
  expect(turns).toBeGreaterThan(1);
});

it('makes one object of an instrument, whichever lot it stands in', async () => {
  const instruments = (await parseLedgerInLots(document)).flatMap(({ positions }) =>
    positions.map(({ instrument }) => instrument),
  );
  const keys = new Set(instruments.map(instrumentKey));
  expect(keys.size).toBeLessThan(instruments.length);
  expect(new Set(instruments).size).toBe(keys.size);
});

it.each([
  ['an account that breaks a rule', { accounts: document.accounts.with(120, {}) }],
  ['another version', { version: 9 }],
  ['an unknown field', { more: 1 }],
  ['no list', { accounts: 5 }],
])('refuses %s with the words of the whole', async (_, change) => {
  const broken = { ...document, ...change };
  let told: unknown;
  try {
    parseLedgerValue(broken);
  } catch (error) {
    told = error;
  }
  const { field, rule } = told as { field: string; rule: string };
  await expect(parseLedgerInLots(broken)).rejects.toMatchObject({ field, rule });
});

it('refuses what is no document', async () => {
  await expect(parseLedgerInLots(null)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
