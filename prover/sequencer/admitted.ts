// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import type {
  AdmissionControl,
  AdmissionRefusal,
  ProposedAccount,
} from '../venue/solvency/admission.ts';
import type { OwnTransactions } from './propose.ts';

/** A trade, transfer or withdrawal: what it makes of the accounts that it is about. */
export type Action = (accounts: readonly Account[]) => readonly ProposedAccount[];

/**
 * The rollup's own transactions, each asked before it happens: what is refused does not. Whatever else has
 * changed accounts since the control saw them (the inbox, a settlement) is told it first.
 *
 * @param refused told of each action that does not happen, by its place
 */
export function admittedTransactions(
  control: AdmissionControl,
  actions: readonly Action[],
  refused: (place: number, refusals: readonly AdmissionRefusal[]) => void = () => undefined,
): OwnTransactions {
  return (before) => {
    const accounts = [...before];
    accounts.forEach((account, index) => {
      const isKnown = index < control.count && control.account(index) === account;
      if (!isKnown) control.put(index, account);
    });
    actions.forEach((action, place) => {
      const proposed = action(accounts);
      const { isAdmitted, refusals } = control.admit(proposed);
      if (isAdmitted) for (const { index, account } of proposed) accounts[index] = account;
      else refused(place, refusals);
    });
    return accounts;
  };
}
