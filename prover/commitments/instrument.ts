// SPDX-License-Identifier: GPL-3.0-or-later
import type { Instrument, InstrumentKind, Position } from '../model/types.ts';
import { biased, packFields } from './pack.ts';

/** Bit 0: occupied, bit 1: future or put, bit 2: option. Zero is an empty slot. */
export const KIND_CODES: Readonly<Record<InstrumentKind, bigint>> = {
  perpetual: 1n,
  future: 3n,
  call: 5n,
  put: 7n,
};

export const INSTRUMENT_BITS = 79;
export const LOTS_BITS = 27;
export const SLOT_BITS = INSTRUMENT_BITS + LOTS_BITS;

/** Orders the positions of an account: its strict increase leaves no room for a second entry. */
export function instrumentKey(instrument: Instrument): bigint {
  return packFields([
    ['strikeE4', 40, instrument.strikeE4],
    ['expiry', 32, instrument.expiry],
    ['kind', 3, KIND_CODES[instrument.kind]],
    ['underlying', 4, BigInt(instrument.underlying)],
  ]);
}

export function slotWord(position: Position): bigint {
  return packFields([
    ['instrumentKey', INSTRUMENT_BITS, instrumentKey(position.instrument)],
    ['lots', LOTS_BITS, biased(position.lots, LOTS_BITS)],
  ]);
}

/** Instrument key 0 and no lots. */
export const EMPTY_SLOT = packFields([
  ['instrumentKey', INSTRUMENT_BITS, 0n],
  ['lots', LOTS_BITS, biased(0n, LOTS_BITS)],
]);
