// SPDX-License-Identifier: GPL-3.0-or-later
import { fieldInverse, fieldPowers, residue } from '../../core/field.ts';
import { hashWords, TAG } from '../hash-words.ts';
import {
  rowColumns,
  rowWords,
  type ColumnRates,
  type GrossRates,
  type SessionRow,
} from './session-row.ts';
import { chunkNets, chunkRows, COLUMNS, NET_COUNT, type Challenges } from './session-words.ts';

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

/** What is summed over the positions of one row, in the order of `NETS`. */
export type RowNets = readonly bigint[];

const weighed = (
  columns: ReadonlyMap<number, ColumnRates>,
  powers: readonly bigint[],
  part: keyof ColumnRates,
): bigint => {
  let total = 0n;
  for (const [column, rates] of columns) total += powers[column]! * rates[part];
  return residue(total);
};

/**
 * Adds a chunk of rows and of their nets to the rows' side: what `risk-arrays` proves, beside that the
 * rows are those of snapshot and parameters.
 *
 * @param rates the rate of concentration below the first band
 */
export function acceptArrays(
  rows: readonly SessionRow[],
  nets: readonly RowNets[],
  { rho, session }: Pick<Challenges, 'rho' | 'session'>,
  rates: GrossRates,
  state: ArraysState,
): ArraysState {
  const powers = fieldPowers(rho, COLUMNS);
  let { identity, keys } = state;
  const poles = [...state.poles];
  rows.forEach((row, place) => {
    const [lots, short, heavyLots, heavyShort, keyWeight] = nets[place]!;
    const { light, heavy } = rowColumns(row, rates);
    identity = residue(
      identity +
        weighed(light, powers, 'perLot') * lots! +
        weighed(light, powers, 'perShortLot') * short! +
        weighed(heavy, powers, 'perLot') * heavyLots! +
        weighed(heavy, powers, 'perShortLot') * heavyShort!,
    );
    keys = residue(keys + row.key * keyWeight!);
    const inverse = fieldInverse(session - state.nextRow - BigInt(place));
    nets[place]!.forEach((net, n) => {
      poles[n] = residue(poles[n]! + net * inverse);
    });
  });
  return {
    rowsChain: chunkRows(state.rowsChain, rows.flatMap(rowWords)),
    netsChain: chunkNets(state.netsChain, nets.flat()),
    nextRow: state.nextRow + BigInt(rows.length),
    identity,
    keys,
    poles,
  };
}
