// SPDX-License-Identifier: GPL-3.0-or-later
import { BALANCE_SYMBOLS, type AccountChange } from '../commitments/account-change.ts';
import { KIND_CODES } from '../commitments/instrument.ts';

/** `AccountChange` of contracts/libraries/AccountChanges.sol. */
export interface ContractChange {
  readonly asset: number;
  readonly amount: bigint;
  readonly credited: boolean;
  readonly added: {
    readonly underlying: number;
    readonly kind: bigint;
    readonly expiry: bigint;
    readonly strikeE4: bigint;
    readonly lots: bigint;
  };
}

const NOTHING_ADDED: ContractChange['added'] = {
  underlying: 0,
  kind: 0n,
  expiry: 0n,
  strikeE4: 0n,
  lots: 0n,
};

/** A change as contracts take it; they refuse one that is not canonical. */
export function contractChange(change: AccountChange): ContractChange {
  const { removedAsset, removedAmount, isCredited = false, addedPosition } = change;
  const cash = {
    asset: BALANCE_SYMBOLS.indexOf(removedAsset),
    amount: removedAmount,
    credited: isCredited,
  };
  if (addedPosition === undefined) return { ...cash, added: NOTHING_ADDED };
  const { instrument, lots } = addedPosition;
  const { underlying, kind, expiry, strikeE4 } = instrument;
  return { ...cash, added: { underlying, kind: KIND_CODES[kind], expiry, strikeE4, lots } };
}
