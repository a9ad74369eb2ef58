// SPDX-License-Identifier: GPL-3.0-or-later
import type { CoinMessage, InboxMessage, LeafMessage } from '../commitments/inbox-message.ts';
import {
  amountOf,
  applyToAccount,
  creditCoin,
  isAddressed,
  isCoinMessage,
  withCoin,
} from '../commitments/inbox-message.ts';
import type { Account } from '../commitments/account.ts';
import { QUOTE_BITS } from '../commitments/widths.ts';

/**
 * How much of what a withdrawal asks for may leave an account, in the message's unit: of the quote asset
 * what it has above its initial margin, of a coin all that is asked or nothing, by whatever the rollup knows.
 */
export type Withdrawable = (account: Account, message: InboxMessage) => bigint;

/** What became of a consumed message: applied or not, and the amount that came in or left, in its unit. */
export interface AppliedMessage {
  readonly isApplied: boolean;
  readonly applied: bigint;
}

export interface AppliedMessages {
  readonly accounts: readonly Account[];
  /** One for each message, in their order. */
  readonly outcomes: readonly AppliedMessage[];
}

interface Changed {
  readonly account: Account | undefined;
  readonly outcome: AppliedMessage;
}

const NOT_APPLIED: AppliedMessage = { isApplied: false, applied: 0n };

const isLeafMessage = (message: InboxMessage): message is LeafMessage =>
  !isCoinMessage(message) && message.kind !== 'withdrawal';

const QUOTE_LIMIT = 1n << BigInt(QUOTE_BITS - 1);

const least = (...amounts: readonly bigint[]): bigint =>
  amounts.reduce((smaller, amount) => (amount < smaller ? amount : smaller));

function depositCoin(account: Account | undefined, message: CoinMessage): Changed {
  if (!isAddressed(account, message) || account.frozen) return { account, outcome: NOT_APPLIED };
  const { account: credited, appliedE8 } = creditCoin(account, message);
  return { account: credited, outcome: { isApplied: true, applied: appliedE8 } };
}

/**
 * A withdrawal takes the smallest of what is asked, what may leave and what is there. It is the owner's
 * alone to ask, and of an account that is neither frozen nor risk-reducing only.
 */
function withdraw(
  account: Account | undefined,
  message: InboxMessage,
  withdrawable: Withdrawable,
): Changed {
  const isHeld = account?.frozen === true || account?.riskReducingOnly === true;
  if (!isAddressed(account, message) || isHeld || account.owner !== message.address) {
    return { account, outcome: NOT_APPLIED };
  }
  const isCoin = isCoinMessage(message);
  // A quote balance at the bottom of its 64 bits has nothing more to give: no message may fail.
  const there = isCoin ? account.collateralE8[message.coin] : account.quoteE6 + QUOTE_LIMIT;
  const taken = least(amountOf(message), withdrawable(account, message), there);
  const applied = taken > 0n ? taken : 0n;
  return {
    account: isCoin
      ? withCoin(account, message.coin, there - applied)
      : { ...account, quoteE6: account.quoteE6 - applied },
    outcome: { isApplied: true, applied },
  };
}

function changedBy(
  account: Account | undefined,
  message: InboxMessage,
  withdrawable: Withdrawable,
): Changed {
  if (isLeafMessage(message)) {
    const { account: after, outcome } = applyToAccount(account, message);
    return {
      account: after,
      outcome: { isApplied: outcome.isApplied, applied: outcome.appliedE6 },
    };
  }
  if (message.kind === 'coinDeposit') return depositCoin(account, message);
  return withdraw(account, message, withdrawable);
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
    const { account, outcome } = changedBy(changed[index], message, withdrawable);
    if (account !== undefined) changed[index] = account;
    return outcome;
  });
  return { accounts: changed, outcomes };
}
