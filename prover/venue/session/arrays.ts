// SPDX-License-Identifier: GPL-3.0-or-later
import { chunksOf } from '../../core/chunks.ts';
import { fieldPowers, residue } from '../../core/field.ts';
import { FIRST_ARRAYS_STATE, type RowNets } from '../../commitments/session/arrays-state.ts';
import { rowWords, type SessionRow } from '../../commitments/session/session-row.ts';
import {
  chunkNets,
  chunkRows,
  NET_COUNT,
  type Challenges,
} from '../../commitments/session/session-words.ts';
import { PAGES } from '../../commitments/widths.ts';
import { keyLane, slotNets } from './accept-batch.ts';
import type { BatchClaim } from '../../commitments/session/batch-claim.ts';

const NO_NETS: RowNets = new Array<bigint>(NET_COUNT).fill(0n);

/** The nets of every row, from the page units of all batches under their weights. */
export function sessionNets(
  claims: readonly BatchClaim[],
  rowCount: number,
  { alpha, lambda }: Pick<Challenges, 'alpha' | 'lambda'>,
): readonly RowNets[] {
  const nets = Array.from({ length: rowCount }, () => [...NO_NETS]);
  const links = fieldPowers(lambda, PAGES * 8);
  let start = 1n;
  for (const { profile, pages } of claims) {
    const powers = fieldPowers(alpha, profile.subtrees * profile.subtreeAccounts + 1);
    for (const { account, page, isHeavy, slots } of pages) {
      const weight = residue(start * powers[account]!);
      slots.forEach((slot, place) => {
        const keyWeight = residue(weight * keyLane(links, page, place));
        const row = nets[slot.row];
        if (row === undefined) return;
        slotNets(slot, isHeavy, weight, keyWeight).forEach((net, n) => {
          row[n] = residue(row[n]! + net);
        });
      });
    }
    start = residue(start * powers.at(-1)!);
  }
  return nets;
}

/** The chain over the rows, chunk by chunk. */
export const rowsRoot = (rows: readonly SessionRow[], chunkSize: number): bigint =>
  chunksOf(rows, chunkSize).reduce(
    (chain, chunk) => chunkRows(chain, chunk.flatMap(rowWords)),
    FIRST_ARRAYS_STATE.rowsChain,
  );

/** The chain over their nets. */
export const netsRoot = (nets: readonly RowNets[], chunkSize: number): bigint =>
  chunksOf(nets, chunkSize).reduce(
    (chain, chunk) => chunkNets(chain, chunk.flat()),
    FIRST_ARRAYS_STATE.netsChain,
  );
