// SPDX-License-Identifier: GPL-3.0-or-later
import { COLLATERAL_SYMBOLS, type Triple } from '../../model/types.ts';
import { sum } from '../../risk/pricing/fixed-point.ts';
import { requireSession } from '../../commitments/session/refusal.ts';

/** A deposit that is in custody while no ledger has booked it yet. */
export interface OpenDeposit {
  /** Its place in the inbox. */
  readonly number: bigint;
  readonly amountE6: bigint;
}

/** What a venue held when the tick of a session was pinned. */
export interface Custody {
  /** Of the quote asset, E6. */
  readonly heldE6: bigint;
  /** BTC, ETH, stETH that are held for accounts, E8: a pin has taken off what is released, and deposits that are open. */
  readonly coinsE8: Triple<bigint>;
  /** Of `heldE6`: bonds and bids in escrow, and what may be claimed by whoever was paid out. */
  readonly escrowE6: bigint;
  readonly claimableE6: bigint;
  /** What user messages have released by the session's ledger (docs/integration.md, T11). */
  readonly releasedE6: bigint;
  /** All that ever left `heldE6` for whoever could claim it: what was released, and paid or made claimable since. */
  readonly handedOutE6: bigint;
  /** Messages that the session's ledger has consumed, and all that were sent. */
  readonly consumed: bigint;
  readonly sent: bigint;
  /** One for every message in between. With amount 0 a withdrawal, which moves nothing before it is booked, and what is of a coin. */
  readonly open: readonly OpenDeposit[];
}

/** What accounts are owed. */
export interface Owed {
  readonly quoteE6: bigint;
  readonly collateralE8: Triple<bigint>;
}

/**
 * Whether custody holds what the accounts of a closed session are owed, asset by asset; throws
 * `SessionRefused`. Messages are named one by one, so that none is counted twice and none left out.
 */
export function requireCustody(custody: Custody, owed: Owed): void {
  const { consumed, sent, open } = custody;
  requireSession(
    BigInt(open.length) === sent - consumed &&
      open.every(({ number }, place) => number === consumed + BigInt(place)),
    'messages',
    `expected each message from ${consumed} to ${sent - 1n} once`,
  );
  const deposits = sum(open.map(({ amountE6 }) => amountE6));
  // What is released and not handed out is in custody still, and owed to nobody's account.
  const unclaimedE6 = custody.releasedE6 - custody.handedOutE6;
  const shareE6 = custody.heldE6 - custody.escrowE6 - custody.claimableE6 - unclaimedE6 - deposits;
  requireSession(
    shareE6 >= owed.quoteE6,
    'custody',
    `accounts are owed ${owed.quoteE6} E6 of the quote asset, of which ${shareE6} are held for them`,
  );
  COLLATERAL_SYMBOLS.forEach((symbol, c) => {
    const held = custody.coinsE8[c as 0 | 1 | 2];
    const due = owed.collateralE8[c as 0 | 1 | 2];
    requireSession(
      held >= due,
      'custody',
      `accounts are owed ${due} E8 of ${symbol}, held ${held}`,
    );
  });
}
