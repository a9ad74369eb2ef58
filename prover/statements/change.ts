// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccountChange } from '../commitments/account-change.ts';
import {
  BALANCE_SYMBOLS,
  REMOVED_AMOUNT_BITS,
  checkChange,
} from '../commitments/account-change.ts';
import {
  EMPTY_SLOT,
  KIND_CODES,
  LOTS_BITS,
  SLOT_BITS,
  slotWord,
} from '../commitments/instrument.ts';
import { packFields, unbiased, unpackFields } from '../commitments/pack.ts';
import type { InstrumentKind, Position } from '../model/types.ts';
import { requireRule } from '../core/errors.ts';

const ASSET_BITS = 2;
const WIDTHS = [SLOT_BITS, REMOVED_AMOUNT_BITS, ASSET_BITS, 1] as const;
const CHANGE_BITS = WIDTHS.reduce((sum, bits) => sum + bits, 0);

/** The `change` signal of `account-margin` (docs/spec.md §6). */
export function packChange(change: AccountChange): bigint {
  checkChange(change);
  const { removedAsset, removedAmount, isCredited = false, addedPosition } = change;
  return packFields([
    ['addedSlot', SLOT_BITS, addedPosition === undefined ? EMPTY_SLOT : slotWord(addedPosition)],
    ['removedAmount', REMOVED_AMOUNT_BITS, removedAmount],
    ['removedAsset', ASSET_BITS, BigInt(BALANCE_SYMBOLS.indexOf(removedAsset))],
    ['credited', 1, isCredited ? 1n : 0n],
  ]);
}

/** The position of an occupied slot in its one canonical encoding. */
function positionOf(slot: bigint): Position {
  const fields = unpackFields(slot, [40, 32, 3, 4, LOTS_BITS]);
  const [strikeE4, expiry, code, underlying, lots] = fields as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const kinds = Object.entries(KIND_CODES) as [InstrumentKind, bigint][];
  const kind = kinds.find(([, known]) => known === code)?.[0];
  const isOption = kind === 'call' || kind === 'put';
  const isCanonical =
    kind !== undefined &&
    underlying <= 1n &&
    strikeE4 > 0n === isOption &&
    expiry > 0n === (kind !== 'perpetual');
  requireRule(isCanonical, 'change.addedSlot', 'must be a canonical instrument');
  return {
    instrument: { underlying: underlying === 0n ? 0 : 1, kind: kind!, expiry, strikeE4 },
    lots: unbiased(lots, LOTS_BITS),
  };
}

/** The inverse of `packChange`; throws `InvalidInput` for a word that no change packs to. */
export function unpackChange(word: bigint): AccountChange {
  requireRule(
    word >= 0n && word >> BigInt(CHANGE_BITS) === 0n,
    'change',
    `must fit ${CHANGE_BITS} bits`,
  );
  const fields = unpackFields(word, WIDTHS);
  const [slot, removedAmount, asset, credited] = fields as [bigint, bigint, bigint, bigint];
  const change = {
    removedAsset: BALANCE_SYMBOLS[Number(asset)]!,
    removedAmount,
    isCredited: credited === 1n,
    ...(slot === EMPTY_SLOT ? {} : { addedPosition: positionOf(slot) }),
  };
  checkChange(change);
  return change;
}
