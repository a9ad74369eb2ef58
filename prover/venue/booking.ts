// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import type { Account } from '../commitments/account.ts';
import { QUOTE_BITS } from '../commitments/widths.ts';
import type { Instrument, MarketSnapshot, Position } from '../model/types.ts';

/** Accounts after what has expired and is settled was paid into their quote balances. */
export interface Booking {
  readonly accounts: readonly Account[];
  /** No position with an expiry up to this is left. Unix seconds; 0 where nothing was booked. */
  readonly bookedThrough: bigint;
  /** Positions that left. */
  readonly booked: number;
}

const QUOTE_LIMIT = 1n << BigInt(QUOTE_BITS - 1);

/** What one contract of a settled instrument pays, E4; a future is carried at its whole price. */
function payoffE4({ kind, strikeE4 }: Instrument, settlementE4: bigint): bigint {
  if (kind === 'future') return settlementE4;
  const payoff = kind === 'call' ? settlementE4 - strikeE4 : strikeE4 - settlementE4;
  return payoff > 0n ? payoff : 0n;
}

/** Settlement prices of a snapshot by underlying and expiry. */
function pricesOf({ underlyings }: MarketSnapshot): ReadonlyMap<string, bigint> {
  return new Map(
    underlyings.flatMap(({ slices }, underlying) =>
      slices.flatMap((slice) =>
        slice.state === 'expired' && slice.settlementPriceE4 !== 0n
          ? [[`${underlying}:${slice.expiry}`, slice.settlementPriceE4] as const]
          : [],
      ),
    ),
  );
}

const isDated = ({ instrument }: Position): boolean => instrument.expiry !== 0n;

/**
 * The last expiry up to which every expired position of the ledger can be settled: an earlier one
 * that still waits holds back what comes after it, so that one time says what has been booked.
 */
export function bookableThrough(
  accounts: readonly Pick<Account, 'positions'>[],
  snapshot: MarketSnapshot,
): bigint {
  const prices = pricesOf(snapshot);
  const expired = snapshot.underlyings
    .flatMap(({ slices }) => slices.filter(({ state }) => state === 'expired'))
    .map(({ expiry }) => expiry);
  let firstUnsettled: bigint | undefined;
  for (const { positions } of accounts) {
    for (const position of positions) {
      const { underlying, expiry } = position.instrument;
      if (!isDated(position) || expiry > snapshot.time) continue;
      if (prices.has(`${underlying}:${expiry}`)) continue;
      if (firstUnsettled === undefined || expiry < firstUnsettled) firstUnsettled = expiry;
    }
  }
  const limit = firstUnsettled;
  const bookable = expired.filter((expiry) => limit === undefined || expiry < limit);
  return bookable.reduce((latest, expiry) => (expiry > latest ? expiry : latest), 0n);
}

/**
 * Pays every position that expired and is settled into its account's quote balance, exactly (lots
 * times a price in E4 is an amount in E6), and takes it out: equities stay what they were to the
 * unit, and instruments that netted to zero pay out nothing in sum. Throws `BALANCE_TOO_WIDE` where
 * a balance would leave the ledger's width.
 */
export function bookSettlements(accounts: readonly Account[], snapshot: MarketSnapshot): Booking {
  const bookedThrough = bookableThrough(accounts, snapshot);
  const prices = pricesOf(snapshot);
  let booked = 0;
  const after = accounts.map((account, index) => {
    let { quoteE6 } = account;
    const positions = account.positions.filter((position) => {
      const { instrument, lots } = position;
      if (!isDated(position) || instrument.expiry > bookedThrough) return true;
      const price = prices.get(`${instrument.underlying}:${instrument.expiry}`)!;
      quoteE6 += lots * payoffE4(instrument, price);
      booked += 1;
      return false;
    });
    if (positions.length === account.positions.length) return account;
    if (quoteE6 >= QUOTE_LIMIT || quoteE6 < -QUOTE_LIMIT) {
      throw new PlimsollError('BALANCE_TOO_WIDE', `account ${index}: its USDC leaves 64 bits`);
    }
    return { ...account, quoteE6, positions };
  });
  return { accounts: after, bookedThrough, booked };
}
