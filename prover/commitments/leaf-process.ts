// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { accountLeaf, type Account } from './account.ts';

/** What a leaf process answers to a batch of accounts. */
export type LeafAnswer =
  { readonly leaves: readonly bigint[] } | { readonly code: string; readonly message: string };

function answer(accounts: readonly Account[]): LeafAnswer {
  try {
    return { leaves: accounts.map(accountLeaf) };
  } catch (error) {
    if (error instanceof PlimsollError) return { code: error.code, message: error.message };
    throw error;
  }
}

process.on('message', (accounts: readonly Account[]) => process.send!(answer(accounts)));
// However the parent ended, nothing is left behind.
process.on('disconnect', () => process.exit());
