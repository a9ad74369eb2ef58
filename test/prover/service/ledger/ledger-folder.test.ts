// SPDX-License-Identifier: GPL-3.0-or-later
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { refusalOf } from '../../../../prover/service/api/faults.ts';
import { LedgerFolder } from '../../../../prover/service/ledger/ledger-folder.ts';
import { LedgerKeeper } from '../../../../prover/service/ledger/ledger-keeper.ts';
import { FolderJournal } from '../../../../prover/service/store/journal.ts';
import {
  ledgerUpdate as update,
  second,
  wholeLedger as whole,
} from '../../../support/numbered-ledgers.ts';

describe('a folder with ledgers', () => {
  let root: string;
  let journal: FolderJournal;
  let keeper: LedgerKeeper;
  let folder: LedgerFolder;

  const put = (name: string, body: unknown): void =>
    writeFileSync(join(root, 'in', name), typeof body === 'string' ? body : JSON.stringify(body));
  const found = (name: string): string[] =>
    readdirSync(join(root, 'in', name)).filter((file) => !['taken', 'refused'].includes(file));
  const refusal = (name: string): object =>
    JSON.parse(readFileSync(join(root, 'in', 'refused', `${name}.refusal`), 'utf8')) as object;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-ledger-folder-'));
    journal = new FolderJournal(join(root, 'state'));
    keeper = await LedgerKeeper.restore(journal, PLAIN_HASHER);
    mkdirSync(join(root, 'in', 'taken'), { recursive: true });
    mkdirSync(join(root, 'in', 'refused'));
    folder = new LedgerFolder(
      {
        putLedger: async (body) => keeper.put(body),
        updateLedger: async (body) => keeper.update(body),
      },
      { folder: join(root, 'in'), bodyBytes: 4096, refusalOf, log: () => undefined },
    );
  });
  afterEach(async () => {
    await journal.close();
    rmSync(root, { recursive: true });
  });

  it('takes them in the order of their numbers', async () => {
    put('10.json', update);
    put('9.json', whole);
    await folder.look();
    expect(keeper.state).toMatchObject({ sequence: 2, root: new Ledger(second).root });
    expect(found('taken').sort()).toEqual(['10.json', '9.json']);
    expect(found('')).toEqual([]);
  });

  it('refuses by name what HTTP refuses, and changes nothing', async () => {
    put('1.json', whole);
    put('2-root.json', { ...update, root: '1' });
    put('3-gap.json', { ...update, sequence: 4 });
    put('4-repeat.json', { ...whole, root: '1' });
    put('5-text.json', '{"sequence":1,"sequence":2}');
    put('6-large.json', 'x'.repeat(5000));
    symlinkSync(join(root, 'state'), join(root, 'in', '7-link.json'));
    put('.8-hidden.json', whole);
    put('9-begun.json.part', whole);
    await folder.look();
    expect(keeper.state).toMatchObject({ sequence: 1 });
    const held = { sequence: 1, root: whole.root, accounts: 2 };
    expect(refusal('2-root.json')).toMatchObject({ code: 'LEDGER_ROOT', held });
    expect(refusal('3-gap.json')).toMatchObject({ code: 'LEDGER_GAP', held });
    expect(refusal('4-repeat.json')).toMatchObject({ code: 'LEDGER_REPEAT', held });
    expect(refusal('5-text.json')).toMatchObject({ code: 'INVALID_INPUT' });
    expect(refusal('6-large.json')).toMatchObject({ code: 'INVALID_INPUT', field: 'file' });
    expect(refusal('7-link.json')).toMatchObject({ code: 'INVALID_INPUT', field: 'file' });
    expect(found('')).toEqual(['.8-hidden.json', '9-begun.json.part']);
  });

  it('leaves a file that it cannot take for a fault of its own, and those after it', async () => {
    put('1.json', whole);
    put('2.json', update);
    await journal.close();
    await expect(folder.look()).rejects.toThrow();
    expect(found('')).toEqual(['1.json', '2.json']);
    expect(found('refused')).toEqual([]);
    journal = new FolderJournal(join(root, 'state'));
  });

  it('puts away what was taken before a kill, and refuses no ledger that is held', async () => {
    await keeper.put(whole);
    put('1.json', whole);
    await folder.look();
    expect(found('taken')).toEqual(['1.json']);
    expect(found('refused')).toEqual([]);
  });
});
