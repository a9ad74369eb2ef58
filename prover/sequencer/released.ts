// SPDX-License-Identifier: GPL-3.0-or-later
import type { InboxMessage } from '../commitments/inbox-message.ts';

/**
 * What consumed user messages leave to no account, E6: of a withdrawal what it took off, of a deposit
 * what it did not credit. The vault has it until somebody claims it, or is refunded.
 *
 * @param outcomesE6 of each message, in their order
 */
export function releasedBy(
  messages: readonly InboxMessage[],
  outcomesE6: readonly bigint[],
): bigint {
  return messages.reduce((sum, { kind, amountE6 }, place) => {
    const appliedE6 = outcomesE6[place]!;
    return sum + (kind === 'withdrawal' ? appliedE6 : amountE6 - appliedE6);
  }, 0n);
}
