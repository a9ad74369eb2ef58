// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import {
  accountsAfter,
  batchBetween,
  formatBatch,
  parseBatch,
} from '../../../prover/documents/batch-document.ts';
import { validAccount } from '../../support/venue.ts';

const before = [1n, 2n, 3n].map((owner) => validAccount({ owner, frozen: owner === 2n }));
const after = [...before.with(1, validAccount({ owner: 9n })), validAccount({ owner: 4n })];

/** A batch as it is published, with one field changed. */
const published = (overrides: Readonly<Record<string, unknown>>): string => {
  const batch = JSON.parse(formatBatch(batchBetween(before, after, [5n]))) as object;
  return JSON.stringify({ ...batch, ...overrides });
};

describe('a published batch', () => {
  it('holds the accounts that changed and no other, and rebuilds the ledger', () => {
    const batch = batchBetween(before, after, [5n, 0n]);
    expect([...batch.changed.keys()]).toEqual([1, 3]);
    const read = parseBatch(formatBatch(batch));
    expect(read.outcomes).toEqual([5n, 0n]);
    expect(new Ledger(accountsAfter(before, read)).root).toBe(new Ledger(after).root);
  });

  it.each([
    ['that leaves an account out', { indices: [1, 4] }, /indices: must be ascending and leave no/],
    ['that names an account twice', { indices: [1, 1] }, /indices: must be ascending/],
    ['in another order', { indices: [3, 1] }, /indices: must be ascending/],
    ['with an account less', { indices: [1] }, /indices: must be one for each account/],
    ['beyond the tree', { indices: [1, 2 ** 24] }, /indices\[1\]: must be at most 16777215/],
    ['with a negative outcome', { outcomes: ['-1'] }, /outcomes\[0\]: must be at least 0/],
    ['of another version', { version: 2 }, /version: must be 1/],
    ['with a field of its own', { note: '' }, /note: unknown field/],
  ])('%s is refused, naming field and rule', (_, overrides, message) => {
    expect(() => accountsAfter(before, parseBatch(published(overrides)))).toThrow(message);
  });
});
