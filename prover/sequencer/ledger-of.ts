// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import { Ledger } from '../commitments/ledger.ts';

/** Of lists that never change: a state's accounts are hashed when it is first asked for, and once. */
const LEDGERS = new WeakMap<readonly Account[], Ledger>();

/**
 * The ledger of these accounts.
 *
 * @param before accounts that they came from: what is the same there is not hashed again
 */
export function ledgerOf(accounts: readonly Account[], before?: readonly Account[]): Ledger {
  const known = LEDGERS.get(accounts);
  if (known !== undefined) return known;
  const base = before === undefined ? undefined : LEDGERS.get(before);
  const ledger =
    base?.accounts.length === accounts.length ? changed(base, accounts) : new Ledger(accounts);
  LEDGERS.set(accounts, ledger);
  return ledger;
}

function changed(base: Ledger, accounts: readonly Account[]): Ledger {
  const ledger = base.copy();
  for (const [index, account] of accounts.entries()) {
    if (account !== base.accounts[index]) ledger.update(index, account);
  }
  return ledger;
}
