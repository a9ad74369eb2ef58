// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { accountDocument, formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { LedgerKeeper } from '../../../../prover/service/ledger/ledger-keeper.ts';
import { EmbeddedDatabase, migrate } from '../../../../prover/service/store/database.ts';
import { FolderJournal } from '../../../../prover/service/store/journal.ts';
import { MIGRATIONS } from '../../../../prover/service/store/migrations.ts';
import { validAccount } from '../../../support/venue.ts';

let root: string;
beforeAll(() => (root = mkdtempSync(join(tmpdir(), 'plimsoll-upkeep-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('brings tables of the first version to this one, with what they have, and refuses later ones', async () => {
  const database = await EmbeddedDatabase.open(join(root, 'database'));
  try {
    await database.query('CREATE SCHEMA plimsoll');
    await database.query(
      'CREATE TABLE plimsoll.migrations (version int PRIMARY KEY, at timestamptz DEFAULT now())',
    );
    for (const statement of MIGRATIONS[0]!) await database.query(statement);
    await database.query('INSERT INTO plimsoll.migrations (version) VALUES (1)');
    await database.query(
      `INSERT INTO plimsoll.transitions (sequence, account, tick, from_state, to_state, equity_e6, mm_e6, im_e6)
       VALUES (7, 4, '9', 'healthy', 'marginCall', 1, 2, 3)`,
    );
    await migrate(database);
    const kept = await database.query(
      'SELECT account, tick, snapshot_time, worst_btc FROM plimsoll.transitions WHERE sequence = 7',
    );
    expect(kept).toEqual([{ account: 4, tick: '9', snapshot_time: null, worst_btc: null }]);
    const versions = await database.query('SELECT version FROM plimsoll.migrations ORDER BY 1');
    expect(versions.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, at) => at + 1));
    // Again is nothing.
    await migrate(database);
    await database.query('INSERT INTO plimsoll.migrations (version) VALUES (1000)');
    await expect(migrate(database)).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
    // A block of statements that fails leaves no transaction open, and what follows is not in it.
    await expect(database.execute('BEGIN; SELECT 1 / 0; COMMIT')).rejects.toThrow(/zero/);
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await database.close();
  }
}, 120_000);

it('restores the ledger from a copy of the journal alone', async () => {
  const folder = join(root, 'state');
  const journal = new FolderJournal(folder);
  const keeper = await LedgerKeeper.restore(journal, PLAIN_HASHER);
  const first = [validAccount({ owner: 5n }), validAccount({ owner: 6n })];
  const second = first.with(1, validAccount({ owner: 6n, quoteE6: 7n }));
  await keeper.put({
    sequence: 1,
    root: new Ledger(first).root.toString(),
    ledger: JSON.parse(formatLedger(first)) as unknown,
  });
  await keeper.update({
    sequence: 2,
    root: new Ledger(second).root.toString(),
    changes: [{ index: 1, account: accountDocument(second[1]!) }],
  });
  const before = keeper.state;
  await journal.close();
  const copy = join(root, 'copy');
  cpSync(join(folder, 'journal.sqlite'), join(copy, 'journal.sqlite'), { recursive: true });
  rmSync(folder, { recursive: true });
  const restored = new FolderJournal(copy);
  expect((await LedgerKeeper.restore(restored, PLAIN_HASHER)).state).toEqual(before);
  await restored.close();
});
