// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { PlimsollError } from '../../../../prover/core/errors.ts';
import { FolderJournal } from '../../../../prover/service/store/journal.ts';
import { ThreadedJournal } from '../../../../prover/service/store/threaded-journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function bodies(journal: ThreadedJournal, after: number, kind?: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { sequence, body } of journal.read(after, kind)) found.push([sequence, body]);
  return found;
}

it('keeps records in the order of asking, and reads more than a page of them', async () => {
  const journal = await ThreadedJournal.open(folder);
  const numbers = await Promise.all(
    Array.from({ length: 1500 }, async (_, at) => journal.append(at % 2 ? 'odd' : 'even', { at })),
  );
  expect(numbers).toEqual(Array.from({ length: 1500 }, (_, at) => at + 1));
  expect(await journal.last()).toBe(1500);
  expect(await bodies(journal, 1498)).toEqual([
    [1499, { at: 1498 }],
    [1500, { at: 1499 }],
  ]);
  expect(await bodies(journal, 0)).toHaveLength(1500);
  expect((await bodies(journal, 0, 'odd'))[1]).toEqual([4, { at: 3 }]);
  await journal.close();
});

it('keeps many records at once in their order, between those of before and after', async () => {
  const journal = await ThreadedJournal.open(folder);
  const before = journal.append('one', 1);
  const many = journal.appendAll('many', [2, { three: 3 }, 'four']);
  expect([await before, await many, await journal.append('one', 5)]).toEqual([1, undefined, 5]);
  await journal.close();
  const again = await ThreadedJournal.open(folder);
  expect(await bodies(again, 0)).toEqual([
    [1, 1],
    [2, 2],
    [3, { three: 3 }],
    [4, 'four'],
    [5, 5],
  ]);
  expect(await bodies(again, 0, 'many')).toHaveLength(3);
  await again.close();
});

it('keeps none of many where one cannot be kept', async () => {
  const journal = new FolderJournal(folder);
  const [good, none] = ['{}', undefined as unknown as string];
  expect(() => journal.appendTexts('many', [good, none])).toThrow(/bound|SQLite|undefined/);
  expect(await journal.last()).toBe(0);
  await journal.append('one', 1);
  await journal.close();
});

it('keeps bytes by their hash, and lets go of those that nobody names', async () => {
  const journal = await ThreadedJournal.open(folder);
  const kept = await journal.putBlob(Buffer.from('kept'));
  const other = await journal.putBlob(Buffer.from('not kept'));
  await journal.keepBlobs([kept]);
  expect(Buffer.from(await journal.blob(kept)).toString()).toBe('kept');
  await expect(journal.blob(other)).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
  await journal.close();
});

it('refuses a folder that another has, by name, until that one ends', async () => {
  const holder = new FolderJournal(folder);
  const refused = await ThreadedJournal.open(folder).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PlimsollError);
  expect(refused).toMatchObject({ code: 'FOLDER_LOCKED' });
  await holder.close();
  await (await ThreadedJournal.open(folder)).close();
});
