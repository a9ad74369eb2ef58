// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { bookSettlements } from '../venue/booking.ts';

/** What expired, settled as far as the snapshot has the prices; the time never falls. */
export function booked(
  accounts: readonly Account[],
  bookedThrough: bigint,
  settledBy: MarketSnapshot | undefined,
): { readonly accounts: readonly Account[]; readonly bookedThrough: bigint } {
  if (settledBy === undefined) return { accounts, bookedThrough };
  const booking = bookSettlements(accounts, settledBy);
  const isLater = booking.bookedThrough > bookedThrough;
  return isLater ? booking : { accounts, bookedThrough };
}
