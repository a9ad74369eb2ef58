// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, ZeroHash, concat, keccak256 } from 'ethers';

import { PlimsollError } from '../core/errors.ts';

/** What became of one user message: its index in the lane and the amount that came in or left, in its unit. */
export interface StatedOutcome {
  readonly index: bigint;
  readonly applied: bigint;
}

/** Hashed twice, so that no leaf can pass for a node. */
function outcomeLeaf({ index, applied }: StatedOutcome): string {
  const encoded = AbiCoder.defaultAbiCoder().encode(['uint64', 'uint64'], [index, applied]);
  return keccak256(keccak256(encoded));
}

/** Children in ascending order: a path need not say which side it is on. */
function nodeOf(left: string, right: string): string {
  return keccak256(concat(BigInt(left) < BigInt(right) ? [left, right] : [right, left]));
}

/** Leaves first; a node without a sibling is carried up as it is. */
function levelsOf(outcomes: readonly StatedOutcome[]): readonly (readonly string[])[] {
  const levels: string[][] = [outcomes.map(outcomeLeaf)];
  for (let level = levels[0]!; level.length > 1;) {
    const nodes: string[] = [];
    for (let place = 0; place < level.length; place += 2) {
      const [left, right] = [level[place]!, level[place + 1]];
      nodes.push(right === undefined ? left : nodeOf(left, right));
    }
    levels.push(nodes);
    level = nodes;
  }
  return levels;
}

/** The Merkle root over the outcomes of the user messages that a ledger consumed; zero of none. */
export function outcomesRoot(outcomes: readonly StatedOutcome[]): string {
  return levelsOf(outcomes).at(-1)![0] ?? ZeroHash;
}

/** The siblings by which a contract finds the outcome at that place of the list under the root. */
export function outcomePath(outcomes: readonly StatedOutcome[], place: number): readonly string[] {
  if (outcomes[place] === undefined) {
    throw new PlimsollError('NO_SUCH_OUTCOME', `outcomePath: there is no outcome at ${place}`);
  }
  return levelsOf(outcomes)
    .slice(0, -1)
    .flatMap((level, height) => {
      const sibling = level[Math.floor(place / 2 ** height) ^ 1];
      return sibling === undefined ? [] : [sibling];
    });
}
