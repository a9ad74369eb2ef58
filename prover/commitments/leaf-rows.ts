// SPDX-License-Identifier: GPL-3.0-or-later
import { balancesWord, identityWord, pageWords, type Account } from './account.ts';
import { TAG } from './hash-words.ts';
import { WORD_BYTES, concatenated, writeWord, type RowHasher } from './row-hasher.ts';
import { PAGES, SLOTS_PER_PAGE } from './widths.ts';

const PAGE_WORDS = SLOTS_PER_PAGE / 2;
const LEAF_WORDS = 2 + PAGES;
/**
 * Rows are made and hashed so many accounts at a time: memory stays bounded, a thread that answers others
 * does so in between, and a worker has two columns, one a core.
 */
const BATCH = 512;

async function leavesOf(accounts: readonly Account[], hasher: RowHasher): Promise<Uint8Array> {
  const rows = new Uint8Array(accounts.length * LEAF_WORDS * WORD_BYTES);
  const pages = new Uint8Array(accounts.length * PAGES * PAGE_WORDS * WORD_BYTES);
  /** Where the hash of each page goes. */
  const places: number[] = [];
  for (const [index, account] of accounts.entries()) {
    writeWord(rows, index * LEAF_WORDS, identityWord(account));
    writeWord(rows, index * LEAF_WORDS + 1, balancesWord(account));
    for (let page = 0; page * SLOTS_PER_PAGE < account.positions.length; page += 1) {
      const positions = account.positions.slice(page * SLOTS_PER_PAGE, (page + 1) * SLOTS_PER_PAGE);
      for (const [word, value] of pageWords(positions).entries()) {
        writeWord(pages, places.length * PAGE_WORDS + word, value);
      }
      places.push(index * LEAF_WORDS + 2 + page);
    }
  }
  const used = pages.subarray(0, places.length * PAGE_WORDS * WORD_BYTES);
  const hashes = await hasher.hashRows(TAG.page, PAGE_WORDS, used);
  for (const [page, place] of places.entries()) {
    rows.set(hashes.subarray(page * WORD_BYTES, (page + 1) * WORD_BYTES), place * WORD_BYTES);
  }
  return await hasher.hashRows(TAG.account, LEAF_WORDS, rows);
}

function* batches(accounts: Iterable<Account>): Generator<Account[]> {
  let batch: Account[] = [];
  for (const account of accounts) {
    batch.push(account);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The leaves of accounts, in order, 32 bytes each: `accountLeaf` of many. */
export async function leafRows(
  accounts: Iterable<Account>,
  hasher: RowHasher,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let pending: Promise<Uint8Array> | undefined;
  for (const batch of batches(accounts)) {
    // The rows of a batch are made while the one before it is hashed.
    const next = leavesOf(batch, hasher);
    next.catch(() => undefined);
    if (pending !== undefined) parts.push(await pending);
    pending = next;
  }
  if (pending !== undefined) parts.push(await pending);
  return concatenated(parts);
}
