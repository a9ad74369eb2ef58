// SPDX-License-Identifier: GPL-3.0-or-later
import { residue } from '../../core/field.ts';
import { hashWords, TAG } from '../hash-words.ts';
import { NET_COUNT } from './session-words.ts';

/** What the chunks of rows have added up to so far; field elements but for the count. */
export interface ArraysState {
  readonly rowsChain: bigint;
  readonly netsChain: bigint;
  /** Number of the next row. */
  readonly nextRow: bigint;
  /** The rows' side of the identity. */
  readonly identity: bigint;
  /** Σ key · its weight. */
  readonly keys: bigint;
  /** Σ net/(β − row), in the order of `NETS`. */
  readonly poles: readonly bigint[];
}

export const FIRST_ARRAYS_STATE: ArraysState = {
  rowsChain: 0n,
  netsChain: 0n,
  nextRow: 0n,
  identity: 0n,
  keys: 0n,
  poles: new Array<bigint>(NET_COUNT).fill(0n),
};

export const arraysStateWords = (state: ArraysState): readonly bigint[] =>
  [state.rowsChain, state.netsChain, state.nextRow, state.identity, state.keys, ...state.poles].map(
    residue,
  );

export const arraysStateHash = (state: ArraysState): bigint =>
  hashWords(TAG.arraysState, arraysStateWords(state));
