// SPDX-License-Identifier: GPL-3.0-or-later
import type { Position, Triple } from '../model/types.ts';
import { requireRule } from '../core/errors.ts';
import type { Account } from './account.ts';
import { MAX_POSITIONS, QUOTE_BITS } from './widths.ts';
import { LOTS_BITS, instrumentKey } from './instrument.ts';

/** Assets whose balance a change can lower, in the order of their codes 0…3. */
export const BALANCE_SYMBOLS = ['USDC', 'BTC', 'ETH', 'stETH'] as const;
export type BalanceSymbol = (typeof BALANCE_SYMBOLS)[number];

export const REMOVED_AMOUNT_BITS = 63;

/**
 * What would remain: an amount taken off one balance, or credited to USDC, and a position added
 * (docs/spec.md §6). Positions are carried at mark, so an order is a change of both: a purchase takes
 * its price off, a sale credits its proceeds.
 */
export interface AccountChange {
  readonly removedAsset: BalanceSymbol;
  /** E6 of USDC, E8 of the others. Where it is 0 the asset is USDC. */
  readonly removedAmount: bigint;
  /** The amount is added to USDC instead of taken off. */
  readonly isCredited?: boolean | undefined;
  /** Its lots are added to what is held of the instrument; never 0. */
  readonly addedPosition?: Position | undefined;
}

export const NO_CHANGE: AccountChange = { removedAsset: 'USDC', removedAmount: 0n };

const LOTS_LIMIT = 1n << BigInt(LOTS_BITS - 1);
const QUOTE_LIMIT = 1n << BigInt(QUOTE_BITS - 1);

const isLots = (lots: bigint): boolean => lots >= -LOTS_LIMIT && lots < LOTS_LIMIT;

/** Throws `InvalidInput` unless the change has its one canonical form. */
export function checkChange(change: AccountChange): void {
  const { removedAsset, removedAmount, isCredited = false, addedPosition } = change;
  requireRule(
    removedAmount >= 0n && removedAmount < 1n << BigInt(REMOVED_AMOUNT_BITS),
    'change.removedAmount',
    `must be from 0 to 2^${REMOVED_AMOUNT_BITS} - 1`,
  );
  requireRule(
    removedAmount > 0n || removedAsset === 'USDC',
    'change.removedAsset',
    'must be USDC where nothing is removed',
  );
  requireRule(
    !isCredited || (removedAmount > 0n && removedAsset === 'USDC'),
    'change.isCredited',
    'must credit an amount of USDC',
  );
  if (addedPosition === undefined) return;
  requireRule(addedPosition.lots !== 0n, 'change.addedPosition.lots', 'must not be 0');
  requireRule(
    isLots(addedPosition.lots),
    'change.addedPosition.lots',
    'must be from -2^26 to 2^26 - 1',
  );
}

/** The place of an instrument among positions in ledger order, or where it would be inserted. */
export function placeOf(
  positions: readonly Position[],
  added: Position,
): { readonly place: number; readonly isHeld: boolean } {
  const key = instrumentKey(added.instrument);
  const place = positions.findIndex(({ instrument }) => instrumentKey(instrument) >= key);
  if (place < 0) return { place: positions.length, isHeld: false };
  return { place, isHeld: instrumentKey(positions[place]!.instrument) === key };
}

function withPosition(positions: readonly Position[], added: Position): readonly Position[] {
  const { place, isHeld } = placeOf(positions, added);
  if (!isHeld) {
    requireRule(
      positions.length < MAX_POSITIONS,
      'change.addedPosition',
      `must not be a ${MAX_POSITIONS + 1}th position`,
    );
    return positions.toSpliced(place, 0, added);
  }
  const lots = positions[place]!.lots + added.lots;
  requireRule(
    isLots(lots),
    'change.addedPosition.lots',
    `must leave from -2^26 to 2^26 - 1 lots of the instrument, would leave ${lots}`,
  );
  return positions.with(place, { ...added, lots });
}

/**
 * The account with the change applied: what `account-margin` measures. A position whose lots sum to
 * 0 stays, with lots 0. Throws `InvalidInput` naming the rule where no account would be left.
 */
export function accountAfter(account: Account, change: AccountChange): Account {
  checkChange(change);
  const { removedAsset, removedAmount, isCredited = false, addedPosition } = change;
  const removedOf = (symbol: BalanceSymbol): bigint =>
    symbol === removedAsset ? removedAmount : 0n;
  const quoteE6 = account.quoteE6 + (isCredited ? removedAmount : -removedOf('USDC'));
  requireRule(
    quoteE6 >= -QUOTE_LIMIT && quoteE6 < QUOTE_LIMIT,
    'change.removedAmount',
    'must leave a quote balance from -2^63 to 2^63 - 1',
  );
  const remaining = (asset: 0 | 1 | 2, symbol: BalanceSymbol): bigint => {
    const held = account.collateralE8[asset];
    const rest = held - removedOf(symbol);
    requireRule(
      rest >= 0n,
      'change.removedAmount',
      `must be at most the ${symbol} balance of ${held}`,
    );
    return rest;
  };
  const collateralE8: Triple<bigint> = [
    remaining(0, 'BTC'),
    remaining(1, 'ETH'),
    remaining(2, 'stETH'),
  ];
  const positions =
    addedPosition === undefined
      ? account.positions
      : withPosition(account.positions, addedPosition);
  return { ...account, quoteE6, collateralE8, positions };
}
