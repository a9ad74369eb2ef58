// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { MarginBook } from '../../../../prover/service/margin/margin-book.ts';
import { FolderJournal } from '../../../../prover/service/store/journal.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';

it('judges accounts beside the ledger by the tick, and publishes nothing of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-book-'));
  const journal = new FolderJournal(folder);
  const rules = { distanceBps: 500, releaseBps: 200 };
  const book = await MarginBook.restore(journal, rules);
  onTestFinished(async () => {
    await book.close();
    await journal.close();
    rmSync(folder, { recursive: true });
  });
  const { ledgers, snapshots } = loadSample();
  const tick = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
  book.ofChain = new Map();
  book.setAccounts(ledgers.crash.slice(0, 5));
  book.setTick('crash', tick);
  await book.remargin(1);
  const before = book.totals();
  // More than one lot of them, and each account several times.
  const beside = Array.from({ length: 1500 }, (_, at) => ledgers.crash[at % ledgers.crash.length]!);
  const found = await book.liquidatableAmong(beside.length, (place) => beside[place]!);
  const exact = beside.flatMap((account, place) =>
    marginPortfolio(account, tick.market).liquidatable ? [place] : [],
  );
  expect(found.map(({ place }) => place)).toEqual(exact);
  expect(exact.length).toBeGreaterThan(50);
  for (const { shortfallE6 } of found) expect(shortfallE6).toBeGreaterThan(0n);
  expect(book.totals()).toEqual(before);
  // What stood aside for one question is not there for the next.
  expect(await book.liquidatableAmong(1, () => ledgers.crash[0]!)).toHaveLength(
    exact.includes(0) ? 1 : 0,
  );
});
