// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import type { AccountChange } from '../commitments/account-change.ts';
import { BALANCE_SYMBOLS } from '../commitments/account-change.ts';
import { KIND_CODES } from '../commitments/instrument.ts';
import type { AccountOpening } from '../commitments/ledger.ts';
import type { ParameterWords } from '../commitments/parameters-words.ts';
import type { SnapshotWords } from '../commitments/snapshot-words.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { toFieldElement } from './field-element.ts';

/** The inputs of `AccountOpening(capacity)`: an empty slot is all zeros. */
export function accountInputs(opening: AccountOpening, capacity: number): CircuitInputs {
  const { account, index, accountCount, path } = opening;
  if (account.positions.length > capacity) {
    throw new PlimsollError(
      'PROFILE_TOO_SMALL',
      `accountInputs: expected at most ${capacity} positions, got ${account.positions.length}`,
    );
  }
  const slots = Array.from({ length: capacity }, (_, slot) => account.positions[slot]);
  return {
    owner: account.owner,
    nonce: account.settlementNonce,
    frozen: account.frozen ? 1n : 0n,
    riskReducingOnly: account.riskReducingOnly ? 1n : 0n,
    quoteE6: toFieldElement(account.quoteE6),
    balanceE8: [...account.collateralE8],
    underlying: slots.map((slot) => BigInt(slot?.instrument.underlying ?? 0)),
    kind: slots.map((slot) => (slot === undefined ? 0n : KIND_CODES[slot.instrument.kind])),
    expiry: slots.map((slot) => slot?.instrument.expiry ?? 0n),
    strikeE4: slots.map((slot) => slot?.instrument.strikeE4 ?? 0n),
    lots: slots.map((slot) => toFieldElement(slot?.lots ?? 0n)),
    leafIndex: BigInt(index),
    accountCount,
    children: path.children,
  };
}

/** The inputs of `MarketSnapshot`. */
export function snapshotInputs(words: SnapshotWords): CircuitInputs {
  return {
    timeWord: words.timeWord,
    underlyingWord: words.underlyingWords,
    collateralWord: words.collateralWord,
    sliceWord: words.sliceWords,
  };
}

/** What every statement opens of the parameter set; tenor and scenarios differ between them. */
export function parameterInputs(words: ParameterWords): CircuitInputs {
  return {
    generalWord: words.generalWord,
    concentrationWord: words.concentrationWord,
    assetWord: words.assetWords,
    volatilityWord: words.volatilityWords,
    documentWord: words.documentWord,
  };
}

/** Tenor table and both grids, of the statements that open them whole. */
export function gridInputs(words: ParameterWords): CircuitInputs {
  return { tenorWord: words.tenorWords, scenarioWord: words.scenarioWords };
}

/** The inputs of `ChangedAccount`, beside those of the account; `isInserted`: not held before. */
export function changeInputs(
  { removedAsset, removedAmount, isCredited = false, addedPosition }: AccountChange,
  isInserted: boolean,
): CircuitInputs {
  const instrument = addedPosition?.instrument;
  return {
    removedAsset: BigInt(BALANCE_SYMBOLS.indexOf(removedAsset)),
    removedAmount,
    isCredited: isCredited ? 1n : 0n,
    addedUnderlying: BigInt(instrument?.underlying ?? 0),
    addedKind: instrument === undefined ? 0n : KIND_CODES[instrument.kind],
    addedExpiry: instrument?.expiry ?? 0n,
    addedStrikeE4: instrument?.strikeE4 ?? 0n,
    addedLots: toFieldElement(addedPosition?.lots ?? 0n),
    isInserted: isInserted ? 1n : 0n,
  };
}
