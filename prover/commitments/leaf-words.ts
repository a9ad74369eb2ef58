// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from './account.ts';
import { balancesWord, identityWord, pageWords } from './account-words.ts';
import { PAGES, SLOTS_PER_PAGE } from './widths.ts';
import { WORD_BYTES, writeWord } from './word-bytes.ts';

export const PAGE_WORDS = SLOTS_PER_PAGE / 2;
export const LEAF_WORDS = 2 + PAGES;
/**
 * Rows are made and hashed so many accounts at a time: memory stays bounded, a thread that answers others
 * does so in between, and a worker has two columns, one a core.
 */
const BATCH = 512;

/** What is hashed to leaves: plain bytes, which another thread may have made. */
export interface LeafWords {
  /** A row an account, without the hashes of its pages. */
  readonly rows: Uint8Array;
  readonly pages: Uint8Array;
  /** Which word of `rows` the hash of each page is. */
  readonly places: Uint32Array;
}

/** Of a batch that is hashed at once. */
function wordsOf(accounts: readonly Account[]): LeafWords {
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
  return { rows, pages: used, places: Uint32Array.from(places) };
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

/** What `hashLeaves` takes, batch by batch. */
export function* leafWords(accounts: Iterable<Account>): Generator<LeafWords> {
  for (const batch of batches(accounts)) yield wordsOf(batch);
}
