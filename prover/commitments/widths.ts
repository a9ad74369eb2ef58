// SPDX-License-Identifier: GPL-3.0-or-later

/** What a ledger can hold and how wide it is written (docs/spec.md §1 and §2), without a hash. */
export const SLOTS_PER_PAGE = 16;
export const PAGES = 4;
export const MAX_POSITIONS = SLOTS_PER_PAGE * PAGES;
export const QUOTE_BITS = 64;
export const COLLATERAL_BITS = 56;

export const TREE_ARITY = 4;
export const TREE_DEPTH = 12;
export const TREE_CAPACITY = TREE_ARITY ** TREE_DEPTH;
