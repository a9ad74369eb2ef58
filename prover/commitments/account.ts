// SPDX-License-Identifier: GPL-3.0-or-later
import type { Portfolio, Position } from '../model/types.ts';
import { TAG, hashWords } from './hash-words.ts';
import { EMPTY_SLOT, SLOT_BITS, slotWord } from './instrument.ts';
import { biased, packFields } from './pack.ts';
import { COLLATERAL_BITS, PAGES, QUOTE_BITS, SLOTS_PER_PAGE } from './widths.ts';

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

/** The eight words of a page that holds at least one of its sixteen positions. */
export function pageWords(positions: readonly Position[]): readonly bigint[] {
  const slot = (position: Position | undefined): bigint =>
    position === undefined ? EMPTY_SLOT : slotWord(position);
  return Array.from(
    { length: SLOTS_PER_PAGE / 2 },
    (_, pair) => slot(positions[2 * pair]) | (slot(positions[2 * pair + 1]) << BigInt(SLOT_BITS)),
  );
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

export function balancesWord(portfolio: Portfolio): bigint {
  const [btcE8, ethE8, stEthE8] = portfolio.collateralE8;
  return packFields([
    ['quoteE6', QUOTE_BITS, biased(portfolio.quoteE6, QUOTE_BITS)],
    ['btcE8', COLLATERAL_BITS, btcE8],
    ['ethE8', COLLATERAL_BITS, ethE8],
    ['stEthE8', COLLATERAL_BITS, stEthE8],
  ]);
}

/** Whose the account is, and in which state: the first word of its leaf. */
export function identityWord(account: Account): bigint {
  return packFields([
    ['owner', 160, account.owner],
    ['settlementNonce', 32, account.settlementNonce],
    ['frozen', 1, account.frozen ? 1n : 0n],
    ['riskReducingOnly', 1, account.riskReducingOnly ? 1n : 0n],
  ]);
}

/** The account's leaf in the ledger tree (docs/spec.md §2.2). */
export function accountLeaf(account: Account): bigint {
  return hashWords(TAG.account, [
    identityWord(account),
    balancesWord(account),
    ...pageHashes(account.positions),
  ]);
}
