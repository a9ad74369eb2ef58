// SPDX-License-Identifier: GPL-3.0-or-later
import {
  amountOf,
  isCoinMessage,
  isWithdrawal,
  type InboxMessage,
} from '../commitments/inbox-message.ts';
import type { Triple } from '../model/types.ts';

/** What user messages have left to no account, asset by asset. */
export interface Released {
  readonly releasedE6: bigint;
  /** BTC, ETH, stETH. */
  readonly releasedE8: Triple<bigint>;
}

/**
 * What is released once the messages are consumed: of a withdrawal what it took off, of a deposit what it
 * did not credit. The vault of the asset has it until somebody claims it, or is refunded.
 *
 * @param before by the messages before these
 * @param outcomes of each message, in their order and its unit
 */
export function releasedAfter(
  { releasedE6, releasedE8 }: Released,
  messages: readonly InboxMessage[],
  outcomes: readonly bigint[],
): Released {
  let quoteE6 = releasedE6;
  const coinsE8: [bigint, bigint, bigint] = [...releasedE8];
  messages.forEach((message, place) => {
    const applied = outcomes[place]!;
    const released = isWithdrawal(message) ? applied : amountOf(message) - applied;
    if (isCoinMessage(message)) coinsE8[message.coin] += released;
    else quoteE6 += released;
  });
  return { releasedE6: quoteE6, releasedE8: coinsE8 };
}
