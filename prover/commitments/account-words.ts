// SPDX-License-Identifier: GPL-3.0-or-later
import type { Portfolio, Position } from '../model/types.ts';
import type { Account } from './account.ts';
import { EMPTY_SLOT, SLOT_BITS, slotWord } from './instrument.ts';
import { biased, packFields } from './pack.ts';
import { COLLATERAL_BITS, QUOTE_BITS, SLOTS_PER_PAGE } from './widths.ts';

/** The eight words of a page that holds at least one of its sixteen positions. */
export function pageWords(positions: readonly Position[]): readonly bigint[] {
  const slot = (position: Position | undefined): bigint =>
    position === undefined ? EMPTY_SLOT : slotWord(position);
  return Array.from(
    { length: SLOTS_PER_PAGE / 2 },
    (_, pair) => slot(positions[2 * pair]) | (slot(positions[2 * pair + 1]) << BigInt(SLOT_BITS)),
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
