// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { accountLeaf, type Account } from '../../../../prover/commitments/account.ts';
import { hashLeaves } from '../../../../prover/commitments/leaf-rows.ts';
import { PLAIN_HASHER, readWord } from '../../../../prover/commitments/row-hasher.ts';
import { InvalidInput } from '../../../../prover/core/errors.ts';
import {
  accountDocument,
  formatLedger,
  parseLedgerValue,
  type SharedInstruments,
} from '../../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { nextState } from '../../../../prover/service/margin/account-state.ts';
import {
  MarginBook,
  tickTransitionsSchema,
} from '../../../../prover/service/margin/margin-book.ts';
import { FolderJournal } from '../../../../prover/service/store/journal.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';

/** A book of its own on a journal of its own. */
async function openBook(): Promise<{ readonly book: MarginBook; readonly journal: FolderJournal }> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-book-'));
  const journal = new FolderJournal(folder);
  const book = await MarginBook.restore(journal, { distanceBps: 500, releaseBps: 200 });
  onTestFinished(async () => {
    await book.close();
    await journal.close();
    rmSync(folder, { recursive: true });
  });
  book.ofChain = new Map();
  return { book, journal };
}

it('writes down what a crash changes record by record, each account once', async () => {
  const { book, journal } = await openBook();
  const { ledgers, snapshots } = loadSample();
  const accounts = Array.from(
    { length: 9000 },
    (_, at) => ledgers.crash[at % ledgers.crash.length]!,
  );
  book.setAccounts(accounts);
  book.setTick('crash', new MarketTick(snapshots.crash.snapshot, loadDefaultParameters()));
  const changed = await book.remargin(1);
  expect(changed).toBeGreaterThan(1000);
  const seen: number[] = [];
  let records = 0;
  for await (const { body } of journal.read(0, 'transitions')) {
    const { transitions } = tickTransitionsSchema.parse(body);
    expect(transitions.length).toBeLessThanOrEqual(200);
    seen.push(...transitions.map(({ account }) => account));
    records += 1;
  }
  expect(records).toBe(Math.ceil(changed / 200));
  expect(new Set(seen).size).toBe(changed);
  expect(seen).toHaveLength(changed);
  // The same tick again changes nothing; and a book that is restored from the records has these states.
  expect(await book.remargin(1)).toBe(0);
  const restored = await MarginBook.restore(journal, { distanceBps: 500, releaseBps: 200 });
  onTestFinished(() => restored.close());
  for (const account of seen) expect(restored.state(account)).toBe(book.state(account));
});

it('judges accounts beside the ledger by the tick, and publishes nothing of them', async () => {
  const { book } = await openBook();
  const { ledgers, snapshots } = loadSample();
  const tick = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
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

it('sums what its accounts have and need, and judges each, as the engine does account by account', async () => {
  const { book } = await openBook();
  const { ledgers, snapshots } = loadSample();
  const accounts = ledgers.crash;
  const tick = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
  book.setAccounts(accounts);
  book.setTick('crash', tick);
  await book.remargin(1);
  const sums = { equityE6: 0n, deficitE6: 0n, mmE6: 0n, imE6: 0n, shortfallE6: 0n };
  const states: Record<string, number> = {};
  for (const account of accounts.keys()) {
    const { equityE6, mmE6, imE6 } = book.margin(account)!;
    const { bankrupt, deficitE6 } = marginPortfolio(accounts[account]!, tick.market);
    sums.deficitE6 += deficitE6;
    if (equityE6 > 0n) sums.equityE6 += equityE6;
    if (equityE6 < mmE6) sums.shortfallE6 += mmE6 - equityE6;
    sums.mmE6 += mmE6;
    sums.imE6 += imE6;
    const liquidatable = book.isLiquidatable(account);
    const rules = { distanceBps: 500, releaseBps: 200 };
    const state = nextState('healthy', { equityE6, mmE6, imE6, liquidatable, bankrupt }, rules);
    expect(book.state(account)).toBe(state);
    states[state] = (states[state] ?? 0) + 1;
  }
  expect(Object.keys(states).sort()).toEqual([
    'bankrupt',
    'belowMaintenance',
    'healthy',
    'marginCall',
  ]);
  expect(book.totals()).toMatchObject({ accounts: accounts.length, states, ...sums });
});

it('keeps what a chain gave while it is not read yet, and takes what it gives over the margin', async () => {
  const { book, journal } = await openBook();
  const { ledgers, snapshots } = loadSample();
  const tick = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
  const beyond = ledgers.crash.length;
  book.setAccounts(ledgers.crash);
  book.setTick('crash', tick);
  book.ofChain = new Map([
    [2, 'inLiquidation'],
    [beyond, 'cured'],
  ]);
  await book.remargin(1);
  expect(book.state(2)).toBe('inLiquidation');
  const restored = await MarginBook.restore(journal, { distanceBps: 500, releaseBps: 200 });
  onTestFinished(() => restored.close());
  restored.setAccounts(ledgers.crash);
  restored.setTick('crash', tick);
  expect(await restored.remargin(1)).toBe(0);
  expect(restored.state(2)).toBe('inLiquidation');
  restored.ofChain = new Map();
  expect(await restored.remargin(1)).toBe(1);
  expect(restored.state(2)).not.toBe('inLiquidation');
});

describe('an update read in its thread', () => {
  const { ledgers, snapshots } = loadSample();
  const accounts = ledgers.crash.slice(0, 40);
  const tick = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
  /** Everybody from an index on has lost so much. */
  const changed = (from: number, lostE6: bigint) =>
    accounts.slice(from).map((account, at) => ({
      index: from + at,
      account: { ...account, quoteE6: account.quoteE6 - lostE6 },
    }));
  const bodyOf = (changes: readonly { index: number; account: Account }[]): Uint8Array =>
    Buffer.from(
      JSON.stringify({
        sequence: 2,
        root: '5',
        changes: changes.map(({ index, account }) => ({
          index,
          account: accountDocument(account),
        })),
      }),
    );

  it('is what was sent, shares instruments with what is held, and its record and words are those of it', async () => {
    const { book } = await openBook();
    const known: SharedInstruments = new Map();
    const [held] = parseLedgerValue(JSON.parse(formatLedger(accounts)), known);
    const changes = changed(0, 1n);
    const read = await book.readUpdate(bodyOf(changes), known);
    expect(read).toMatchObject({ sequence: 2, root: 5n, changes });
    expect(read.changes[0]!.account.positions[0]!.instrument).toBe(held!.positions[0]!.instrument);
    expect(JSON.parse(read.record)).toEqual(JSON.parse(Buffer.from(bodyOf(changes)).toString()));
    const leaves = await hashLeaves(read.words, PLAIN_HASHER);
    expect(readWord(leaves, 3)).toBe(accountLeaf(changes[3]!.account));
  });

  it('is margined once it is taken, and leaves no trace where it is forgotten or a whole ledger comes after it', async () => {
    const lost = 10n ** 13n;
    const { book } = await openBook();
    book.setAccounts(accounts);
    book.setTick('crash', tick);
    await book.remargin(1);
    const before = accounts.map((_, account) => book.margin(account)!.equityE6);
    const refused = await book.readUpdate(bodyOf(changed(0, lost)), new Map());
    await book.forgetUpdate(refused);
    book.setChanged(await book.readUpdate(bodyOf(changed(30, lost)), new Map()));
    await book.remargin(2);
    expect(accounts.map((_, account) => book.margin(account)!.equityE6)).toEqual(
      before.map((equityE6, account) => (account < 30 ? equityE6 : equityE6 - lost)),
    );
    book.setChanged(await book.readUpdate(bodyOf(changed(0, lost)), new Map()));
    book.setAccounts(accounts);
    await book.remargin(3);
    expect(accounts.map((_, account) => book.margin(account)!.equityE6)).toEqual(before);
  });

  it('is refused by field and rule, as bytes that are no text and text that is no JSON are', async () => {
    const { book } = await openBook();
    const wrong = JSON.parse(Buffer.from(bodyOf(changed(38, 1n))).toString()) as {
      changes: { account: { owner: string } }[];
    };
    wrong.changes[1]!.account.owner = '0x1';
    const refusal = async (body: Uint8Array): Promise<unknown> =>
      book.readUpdate(body, new Map()).catch((error: unknown) => error);
    const refused = await refusal(Buffer.from(JSON.stringify(wrong)));
    expect(refused).toBeInstanceOf(InvalidInput);
    expect(refused).toMatchObject({ field: expect.stringContaining('[1].owner') as unknown });
    expect(await refusal(Buffer.from([0xff]))).toMatchObject({
      field: 'body',
      rule: 'must be text in UTF-8',
    });
    expect(await refusal(Buffer.from('{'))).toMatchObject({ field: 'body' });
    await expect(book.readSnapshot('{"format":"x"}')).rejects.toBeInstanceOf(InvalidInput);
  });
});
