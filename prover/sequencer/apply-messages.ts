// SPDX-License-Identifier: GPL-3.0-or-later
import type { InboxMessage, LeafMessage, MessageOutcome } from '../commitments/inbox-message.ts';
import { applyToAccount, isAddressed, NOT_APPLIED } from '../commitments/inbox-message.ts';
import type { Account } from '../commitments/account.ts';
import { QUOTE_BITS } from '../commitments/widths.ts';

/** How much may leave an account: what it has above its initial margin, by whatever the rollup knows. */
export type Withdrawable = (account: Account, message: InboxMessage) => bigint;

export interface AppliedMessages {
  readonly accounts: readonly Account[];
  /** One for each message, in their order. */
  readonly outcomes: readonly MessageOutcome[];
}

const isLeafMessage = (message: InboxMessage): message is LeafMessage =>
  message.kind !== 'withdrawal';

const QUOTE_LIMIT = 1n << BigInt(QUOTE_BITS - 1);

const least = (...amounts: readonly bigint[]): bigint =>
  amounts.reduce((smaller, amount) => (amount < smaller ? amount : smaller));

/**
 * A withdrawal takes the smaller of what is asked and what may leave. It is the owner's alone to ask,
 * and of an account that is neither frozen nor risk-reducing only.
 */
function withdraw(
  account: Account | undefined,
  message: InboxMessage,
  withdrawable: Withdrawable,
): { readonly account: Account | undefined; readonly outcome: MessageOutcome } {
  const isHeld = account?.frozen === true || account?.riskReducingOnly === true;
  if (!isAddressed(account, message) || isHeld || account.owner !== message.address) {
    return { account, outcome: NOT_APPLIED };
  }
  // A balance at the bottom of its 64 bits has nothing more to give: no message may fail.
  const room = account.quoteE6 + QUOTE_LIMIT;
  const taken = least(message.amountE6, withdrawable(account, message), room);
  const appliedE6 = taken > 0n ? taken : 0n;
  return {
    account: { ...account, quoteE6: account.quoteE6 - appliedE6 },
    outcome: { isApplied: true, appliedE6 },
  };
}

/**
 * What consuming the messages makes of the accounts (docs/integration.md): every message is applied
 * or its outcome is 0; none can fail, and none waits for another.
 */
export function applyMessages(
  accounts: readonly Account[],
  messages: readonly InboxMessage[],
  withdrawable: Withdrawable = () => 0n,
): AppliedMessages {
  const changed = [...accounts];
  const outcomes = messages.map((message) => {
    const index = Number(message.accountIndex);
    const { account, outcome } = isLeafMessage(message)
      ? applyToAccount(changed[index], message)
      : withdraw(changed[index], message, withdrawable);
    if (account !== undefined) changed[index] = account;
    return outcome;
  });
  return { accounts: changed, outcomes };
}
