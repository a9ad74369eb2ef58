// SPDX-License-Identifier: GPL-3.0-or-later
import type { Portfolio, Position } from '../model/types.ts';
import { balancesWord, identityWord, pageWords } from './account-words.ts';
import { TAG, hashWords } from './hash-words.ts';
import { PAGES, SLOTS_PER_PAGE } from './widths.ts';

// Words alone need no hash: a thread that only makes them does not load one.
export { balancesWord, identityWord };

export interface Account extends Portfolio {
  /** A 160-bit address. */
  readonly owner: bigint;
  /** Rises by one with every liquidation settled, so that no proof serves twice. */
  readonly settlementNonce: bigint;
  /** While a liquidation of it is under way: whoever settles ledgers moves nothing out of it. */
  readonly frozen: boolean;
  /** Reserved: an account that may only reduce its risk. */
  readonly riskReducingOnly: boolean;
}

/** The commitment to sixteen slots; a page without a position is the number 0, never a hash. */
export function pageHash(positions: readonly Position[]): bigint {
  return positions.length === 0 ? 0n : hashWords(TAG.page, pageWords(positions));
}

export function pageHashes(positions: readonly Position[]): readonly bigint[] {
  return Array.from({ length: PAGES }, (_, page) =>
    pageHash(positions.slice(page * SLOTS_PER_PAGE, (page + 1) * SLOTS_PER_PAGE)),
  );
}

/** The account's leaf in the ledger tree (docs/spec.md §2.2). */
export function accountLeaf(account: Account): bigint {
  return hashWords(TAG.account, [
    identityWord(account),
    balancesWord(account),
    ...pageHashes(account.positions),
  ]);
}
