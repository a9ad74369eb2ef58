// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Account } from '../../../../prover/commitments/account.ts';
import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { accountDocument, formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { LedgerKeeper } from '../../../../prover/service/ledger/ledger-keeper.ts';
import { FolderJournal } from '../../../../prover/service/store/journal.ts';

const accounts = loadSample().ledgers.calm.slice(0, 12);

const whole = (sequence: number, list: readonly Account[]) => ({
  sequence,
  root: new Ledger(list).root.toString(),
  ledger: JSON.parse(formatLedger(list)) as unknown,
});

const update = (sequence: number, list: readonly Account[], indices: readonly number[]) => ({
  sequence,
  root: new Ledger(list).root.toString(),
  changes: indices.map((index) => ({ index, account: accountDocument(list[index]!) })),
});

describe('a ledger that is kept', () => {
  let folder: string;
  let journal: FolderJournal;
  let keeper: LedgerKeeper;

  const reopen = async (): Promise<void> => {
    await journal.close();
    journal = new FolderJournal(folder);
    keeper = await LedgerKeeper.restore(journal, PLAIN_HASHER);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-ledger-'));
    journal = new FolderJournal(folder);
    keeper = await LedgerKeeper.restore(journal, PLAIN_HASHER);
  });

  afterEach(async () => {
    await journal.close();
    rmSync(folder, { recursive: true });
  });

  it('is the one that was acknowledged, after a restart too', async () => {
    const next = accounts.with(3, { ...accounts[3]!, quoteE6: 77n });
    await keeper.put(whole(5, accounts));
    const state = await keeper.update(update(6, next, [3]));
    expect(state).toEqual({ sequence: 6, root: new Ledger(next).root, accounts: 12 });
    await reopen();
    expect(keeper.state).toEqual(state);
    expect(keeper.ledger.open(3)).toEqual(new Ledger(next).open(3));
  });

  it('grows by accounts that follow the last one', async () => {
    await keeper.put(whole(1, accounts.slice(0, 10)));
    await keeper.update(update(2, accounts, [10, 11]));
    await reopen();
    expect(keeper.state.root).toBe(new Ledger(accounts).root);
  });

  const changed = accounts.with(0, { ...accounts[0]!, quoteE6: 1n });
  const refusals: [string, unknown, object][] = [
    ['a wrong root', { ...update(2, changed, [0]), root: '5' }, { code: 'LEDGER_ROOT' }],
    ['a gap', update(3, changed, [0]), { code: 'LEDGER_GAP' }],
    ['a repeat', update(1, changed, [0]), { code: 'LEDGER_REPEAT' }],
    [
      'an account beyond the next',
      {
        ...update(2, changed, [0]),
        changes: [{ index: 13, account: accountDocument(accounts[0]!) }],
      },
      { code: 'INVALID_INPUT', field: 'changes[0].index' },
    ],
    ['an account twice', update(2, changed, [0, 0]), { field: 'changes[1].index' }],
    [
      'an account of another form',
      { ...update(2, changed, [0]), changes: [{ index: 0, account: { owner: 1 } }] },
      { code: 'INVALID_INPUT', field: 'accounts[0].owner' },
    ],
    ['a field that is unknown', { ...update(2, changed, [0]), more: 1 }, { field: 'more' }],
  ];

  it.each(refusals)('refuses %s by name, and nothing has changed', async (_, body, error) => {
    const before = await keeper.put(whole(1, accounts));
    const written = await journal.last();
    await expect(keeper.update(body)).rejects.toMatchObject(error);
    expect(keeper.state).toEqual(before);
    expect(await journal.last()).toBe(written);
    // The next good one is taken as if the bad one had not been.
    expect((await keeper.update(update(2, changed, [0]))).root).toBe(new Ledger(changed).root);
  });

  it('says what it holds when it refuses, so that a sender can go on from there', async () => {
    await keeper.put(whole(4, accounts));
    const root = new Ledger(accounts).root;
    await expect(keeper.update(update(9, changed, [0]))).rejects.toMatchObject({
      state: { sequence: 4, root },
    });
  });

  it('is given up by no living process: a second one is refused, and the first goes on', async () => {
    expect(() => new FolderJournal(folder)).toThrow(/another process owns this folder/);
    expect((await keeper.put(whole(1, accounts))).sequence).toBe(1);
  });

  it('is restored from a checkpoint and what came after it, however many updates there were', async () => {
    keeper = await LedgerKeeper.restore(journal, PLAIN_HASHER, 4);
    await keeper.put(whole(1, accounts));
    let list: readonly Account[] = accounts;
    for (let sequence = 2; sequence < 12; sequence += 1) {
      list = list.with(1, { ...accounts[1]!, quoteE6: BigInt(sequence) });
      await keeper.update(update(sequence, list, [1]));
    }
    await reopen();
    expect(keeper.state).toEqual({ sequence: 11, root: new Ledger(list).root, accounts: 12 });
  });

  it('hands out ledgers of the past until they are settled, after a restart and a whole ledger too', async () => {
    keeper = await LedgerKeeper.restore(journal, PLAIN_HASHER, 3);
    await keeper.put(whole(1, accounts));
    await keeper.keepHistory();
    const lists = [accounts];
    for (let sequence = 2; sequence < 8; sequence += 1) {
      const list = lists.at(-1)!.with(sequence, {
        ...accounts[sequence]!,
        quoteE6: BigInt(sequence),
      });
      lists.push(list);
      // The fifth comes whole, with one account more.
      if (sequence === 5) await keeper.put(whole(5, [...list, accounts[0]!]));
      else if (sequence < 5) await keeper.update(update(sequence, list, [sequence]));
      else {
        const longer = [...list, accounts[0]!];
        await keeper.update(update(sequence, longer, [sequence]));
      }
    }
    const at = async (place: number) => {
      const list = place < 4 ? lists[place]! : [...lists[place]!, accounts[0]!];
      const ledger = new Ledger(list);
      return { held: await keeper.at(ledger.root), ledger };
    };
    for (const restart of [false, true]) {
      if (restart) await reopen();
      for (const place of [1, 6, 3, 5, 0]) {
        const { held, ledger } = await at(place);
        expect(held?.sequence).toBe(place + 1);
        expect(held?.ledger.open(2)).toEqual(ledger.open(2));
        expect(held?.changed).toEqual(place < 4 ? 'all' : [6, 7].slice(place - 4));
      }
    }
    await keeper.settle(6);
    for (const restart of [false, true]) {
      if (restart) await reopen();
      expect((await at(3)).held).toBeUndefined();
      expect((await at(5)).held?.changed).toEqual([7]);
      // What is handed out does not move with what comes after it.
      const { held, ledger } = await at(6);
      expect(held?.ledger.root).toBe(ledger.root);
    }
  });
});
