// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Freezes the margins of the golden portfolios again, after a change of the model that is meant:
 *
 *     node test/golden/freeze.ts
 *
 * The diff is what the change does. Nothing but a person's reading of it makes the new figures right.
 */
import { writeFileSync } from 'node:fs';

import { formatLedger } from '../../prover/documents/ledger-document.ts';
import type { AccountMargin } from '../../prover/risk/margin/margin.ts';
import { GOLDEN_SETS, goldenCases, goldenPath, marginOf, marginRecord } from '../support/golden.ts';

/** Accounts whose cash is chosen so that their equity stands exactly on, or beside, a line. */
const LINES: Readonly<Record<string, (margin: AccountMargin) => bigint>> = {
  'equity exactly at maintenance': ({ mmE6 }) => mmE6,
  'equity one unit below maintenance': ({ mmE6 }) => mmE6 - 1n,
  'equity one unit above maintenance': ({ mmE6 }) => mmE6 + 1n,
  'equity exactly at initial margin': ({ imE6 }) => imE6,
};

for (const set of GOLDEN_SETS) {
  const cases = goldenCases(set).map((golden) => {
    const margin = marginOf(golden);
    const wanted = LINES[golden.name]?.(margin) ?? margin.equityE6;
    const quoteE6 = golden.account.quoteE6 + wanted - margin.equityE6;
    return { ...golden, account: { ...golden.account, quoteE6 } };
  });
  const records = cases.map((golden) => marginRecord(golden.name, marginOf(golden)));
  const lines = records.map((record) => JSON.stringify(record)).join(',\n');
  writeFileSync(goldenPath(`${set}-ledger`), formatLedger(cases.map(({ account }) => account)));
  writeFileSync(goldenPath(`${set}-margins`), `[\n${lines}\n]\n`);
}
