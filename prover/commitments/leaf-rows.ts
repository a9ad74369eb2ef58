// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from './account.ts';
import { TAG } from './hash-words.ts';
import { LEAF_WORDS, PAGE_WORDS, leafWords, type LeafWords } from './leaf-words.ts';
import { WORD_BYTES, concatenated, type RowHasher } from './row-hasher.ts';

async function hashed({ rows, pages, places }: LeafWords, hasher: RowHasher): Promise<Uint8Array> {
  const hashes = await hasher.hashRows(TAG.page, PAGE_WORDS, pages);
  for (const [page, place] of places.entries()) {
    rows.set(hashes.subarray(page * WORD_BYTES, (page + 1) * WORD_BYTES), place * WORD_BYTES);
  }
  return await hasher.hashRows(TAG.account, LEAF_WORDS, rows);
}

/** The leaves of accounts, in order, 32 bytes each: `accountLeaf` of many. */
export async function leafRows(
  accounts: Iterable<Account>,
  hasher: RowHasher,
): Promise<Uint8Array> {
  return await hashLeaves(leafWords(accounts), hasher);
}

/** The same of words that are made, or are being made; those handed over are written to. */
export async function hashLeaves(
  batched: Iterable<LeafWords>,
  hasher: RowHasher,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let pending: Promise<Uint8Array> | undefined;
  for (const words of batched) {
    // The rows of a batch are made while the one before it is hashed.
    const next = hashed(words, hasher);
    next.catch(() => undefined);
    if (pending !== undefined) parts.push(await pending);
    pending = next;
  }
  if (pending !== undefined) parts.push(await pending);
  return concatenated(parts);
}
