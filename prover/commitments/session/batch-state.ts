// SPDX-License-Identifier: GPL-3.0-or-later
import { residue } from '../../core/field.ts';
import type { Triple } from '../../model/types.ts';
import { hashWords, TAG } from '../hash-words.ts';
import { PACKED_SCENARIOS, PAIR_TOTALS } from './lanes.ts';
import { NET_COUNT } from './session-words.ts';

/** What the accounts so far owe and are short of. Amounts are E6 unless their name says otherwise. */
export interface SessionTotals {
  readonly quoteE6: bigint;
  readonly collateralE8: Triple<bigint>;
  /** Accounts that the gross bound does not show to be covered. */
  readonly heavy: bigint;
  /** Of them, those not shown to have their maintenance margin. */
  readonly uncovered: bigint;
  /** Notional of the uncovered ones, long and short alike. */
  readonly uncoveredNotionalE6: bigint;
  /** Σ max(0, −gross equity) at mark: all accounts', because one without a stress slot has none. */
  readonly deficitE6: bigint;
  /**
   * After scenario id 1…32 in both underlyings, undamped: Σ max(0, −equity), units of 2⁻⁸ E6. All accounts'
   * after a covered id, because one without a stress slot has none; after a disclosed tail of the others alone.
   */
  readonly shortfallsQ8: readonly bigint[];
  /**
   * The same after each of `TAIL_PAIRS`; last Σ max(0, −the least equity after any pair of covered ids that are no
   * tails), those of which one or both stand still among them.
   */
  readonly pairShortfallsQ8: readonly bigint[];
}

/** The state between two batches. */
export interface BatchState extends SessionTotals {
  /** The accounts' side of the identity. */
  readonly identity: bigint;
  readonly keys: bigint;
  /** In the order of `NETS`. */
  readonly poles: readonly bigint[];
  /** Σ lots/(β − row), unweighted: 0 when every instrument nets to nothing. */
  readonly balance: bigint;
  readonly chain: bigint;
  /** Number of the next account, a multiple of four. */
  readonly nextAccount: bigint;
  /** Weight of the next account. */
  readonly weight: bigint;
}

/** Where every session starts, whatever its challenges: a contract can know the hash of it. */
export const FIRST_BATCH_STATE: BatchState = {
  quoteE6: 0n,
  collateralE8: [0n, 0n, 0n],
  heavy: 0n,
  uncovered: 0n,
  uncoveredNotionalE6: 0n,
  deficitE6: 0n,
  shortfallsQ8: new Array<bigint>(PACKED_SCENARIOS).fill(0n),
  pairShortfallsQ8: new Array<bigint>(PAIR_TOTALS).fill(0n),
  identity: 0n,
  keys: 0n,
  poles: new Array<bigint>(NET_COUNT).fill(0n),
  balance: 0n,
  chain: 0n,
  nextAccount: 0n,
  weight: 1n,
};

export const batchStateWords = (state: BatchState): readonly bigint[] =>
  [
    state.quoteE6,
    ...state.collateralE8,
    state.heavy,
    state.uncovered,
    state.uncoveredNotionalE6,
    state.deficitE6,
    ...state.shortfallsQ8,
    state.identity,
    state.keys,
    ...state.poles,
    state.balance,
    state.chain,
    state.nextAccount,
    state.weight,
    ...state.pairShortfallsQ8,
  ].map(residue);

export const batchStateHash = (state: BatchState): bigint =>
  hashWords(TAG.batchState, batchStateWords(state));
