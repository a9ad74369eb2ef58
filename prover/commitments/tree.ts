// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { TAG, hashWords } from './hash-words.ts';
import { TREE_ARITY, TREE_CAPACITY, TREE_DEPTH } from './widths.ts';

/** What stands in the place of an absent leaf; no leaf hashes to it in feasible time. */
export const EMPTY_LEAF = 0n;

export type Children = readonly [bigint, bigint, bigint, bigint];
/** From the leaf up: the four children of every node above the leaf, the path's own among them. */
export interface TreePath {
  readonly index: number;
  readonly children: readonly Children[];
}

function hashChildren(children: Children): bigint {
  return hashWords(TAG.node, children);
}

function emptySubtrees(): readonly bigint[] {
  const nodes = [EMPTY_LEAF];
  for (let level = 1; level <= TREE_DEPTH; level += 1) {
    const below = nodes[level - 1] ?? EMPTY_LEAF;
    nodes.push(hashChildren([below, below, below, below]));
  }
  return nodes;
}

/** EMPTY_SUBTREES[k]: the root of an empty subtree of height k. */
export const EMPTY_SUBTREES = emptySubtrees();

/**
 * The quaternary tree over 2²⁴ leaves of which a prefix is present; the rest costs no memory.
 * Mutable: `update` rehashes one path.
 */
export class QuaternaryTree {
  /** levels[0] are the leaves; levels[k] holds the nodes of height k above a present leaf. */
  readonly #levels: bigint[][];

  /** Takes leaves one at a time, so that their accounts need not all be in memory. */
  constructor(leaves: Iterable<bigint>) {
    const present: bigint[] = [];
    for (const leaf of leaves) {
      if (present.length === TREE_CAPACITY) {
        throw new PlimsollError(
          'LEDGER_FULL',
          `QuaternaryTree: expected at most ${TREE_CAPACITY} leaves, got more`,
        );
      }
      present.push(leaf);
    }
    this.#levels = [present];
    for (let level = 1; level <= TREE_DEPTH; level += 1) {
      const count = Math.ceil((this.#levels[level - 1]?.length ?? 0) / TREE_ARITY);
      this.#levels.push(
        Array.from({ length: count }, (_, index) => hashChildren(this.#children(level, index))),
      );
    }
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  get root(): bigint {
    return this.#node(TREE_DEPTH, 0);
  }

  leaf(index: number): bigint {
    this.#assertPresent(index);
    return this.#node(0, index);
  }

  path(index: number): TreePath {
    this.#assertPresent(index);
    return this.place(index);
  }

  /** The path of any of the 2²⁴ places, one without a leaf too. */
  place(index: number): TreePath {
    const children: Children[] = [];
    for (let level = 1, position = index; level <= TREE_DEPTH; level += 1) {
      position = Math.floor(position / TREE_ARITY);
      children.push(this.#children(level, position));
    }
    return { index, children };
  }

  update(index: number, leaf: bigint): void {
    this.#assertPresent(index);
    this.#set(0, index, leaf);
    for (let level = 1, position = index; level <= TREE_DEPTH; level += 1) {
      position = Math.floor(position / TREE_ARITY);
      this.#set(level, position, hashChildren(this.#children(level, position)));
    }
  }

  #node(level: number, index: number): bigint {
    return this.#levels[level]?.[index] ?? EMPTY_SUBTREES[level] ?? EMPTY_LEAF;
  }

  #set(level: number, index: number, value: bigint): void {
    const nodes = this.#levels[level];
    if (nodes !== undefined) nodes[index] = value;
  }

  #children(level: number, index: number): Children {
    const first = index * TREE_ARITY;
    const below = level - 1;
    return [
      this.#node(below, first),
      this.#node(below, first + 1),
      this.#node(below, first + 2),
      this.#node(below, first + 3),
    ];
  }

  #assertPresent(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw new PlimsollError(
        'NO_SUCH_LEAF',
        `QuaternaryTree: expected an index below ${this.size}, got ${index}`,
      );
    }
  }
}

/** The root that a leaf and its path lead to; throws where the path does not hold the leaf. */
export function rootOfPath(leaf: bigint, path: TreePath): bigint {
  let node = leaf;
  let position = path.index;
  for (const [level, children] of path.children.entries()) {
    if (children[position % TREE_ARITY] !== node) {
      throw new PlimsollError('PATH_MISMATCH', `rootOfPath: level ${level} does not hold the node`);
    }
    node = hashChildren(children);
    position = Math.floor(position / TREE_ARITY);
  }
  return node;
}

/** The root of the tree in which the leaf stands at the path's place and all else is as it is. */
export function rootAfter(leaf: bigint, path: TreePath): bigint {
  let node = leaf;
  let position = path.index;
  for (const children of path.children) {
    const [first, second, third, fourth] = children.with(position % TREE_ARITY, node);
    node = hashChildren([first!, second!, third!, fourth!]);
    position = Math.floor(position / TREE_ARITY);
  }
  return node;
}
