// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { TAG, hashWords } from './hash-words.ts';
import { WORD_BYTES, concatenated, readWord, writeWord, type RowHasher } from './row-hasher.ts';
import { TREE_ARITY, TREE_CAPACITY, TREE_DEPTH } from './widths.ts';

/** Nodes hashed with one question, so that memory stays bounded. */
const HASH_BATCH = 2 ** 16;

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

/** Nodes of one height, 32 bytes each, low byte first, with room to grow. */
class Level {
  #bytes: Uint8Array;
  count: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.count = bytes.length / WORD_BYTES;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.count * WORD_BYTES);
  }

  get(index: number): bigint {
    return readWord(this.#bytes, index);
  }

  grow(count: number): void {
    if (count * WORD_BYTES > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(count, 2 * this.count) * WORD_BYTES);
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.count = Math.max(this.count, count);
  }

  set(index: number, value: bigint): void {
    writeWord(this.#bytes, index, value);
  }

  setBytes(index: number, word: Uint8Array): void {
    this.#bytes.set(word, index * WORD_BYTES);
  }
}

/** Changes that are hashed and not made yet. */
export interface PlannedTree {
  readonly size: number;
  readonly root: bigint;
  readonly commit: () => void;
}

function requireCapacity(count: number): void {
  if (count <= TREE_CAPACITY) return;
  throw new PlimsollError(
    'LEDGER_FULL',
    `QuaternaryTree: expected at most ${TREE_CAPACITY} leaves, got more`,
  );
}

const EMPTY_WORDS = EMPTY_SUBTREES.map((node) => {
  const word = new Uint8Array(WORD_BYTES);
  writeWord(word, 0, node);
  return word;
});

/**
 * The quaternary tree over 2²⁴ leaves of which a prefix is present; the rest costs no memory.
 * Mutable: `update` rehashes one path, `replace` what is above many leaves.
 */
export class QuaternaryTree {
  /** levels[0] are the leaves; levels[k] holds the nodes of height k above a present leaf. */
  readonly #levels: Level[];

  /** Takes leaves one at a time, so that their accounts need not all be in memory. */
  constructor(leaves: Iterable<bigint>) {
    const present = new Level(new Uint8Array());
    for (const leaf of leaves) {
      requireCapacity(present.count + 1);
      present.grow(present.count + 1);
      present.set(present.count - 1, leaf);
    }
    this.#levels = [present];
    for (let level = 1; level <= TREE_DEPTH; level += 1) {
      const count = Math.ceil(this.#levels[level - 1]!.count / TREE_ARITY);
      const nodes = new Level(new Uint8Array(count * WORD_BYTES));
      for (let index = 0; index < count; index += 1) {
        nodes.set(index, hashChildren(this.#children(level, index)));
      }
      this.#levels.push(nodes);
    }
  }

  /** The tree over leaves of 32 bytes each, hashed many nodes at a time. */
  static async build(leaves: Uint8Array, hasher: RowHasher): Promise<QuaternaryTree> {
    const tree = new QuaternaryTree([]);
    const count = leaves.length / WORD_BYTES;
    await tree.replace(
      Array.from({ length: count }, (_, index) => index),
      leaves,
      hasher,
    );
    return tree;
  }

  /** A tree from the bytes of `levels()`: nothing is hashed, so they must come from where they were kept. */
  static restore(levels: readonly Uint8Array[]): QuaternaryTree {
    const tree = new QuaternaryTree([]);
    let expected = (levels[0]?.length ?? 0) / WORD_BYTES;
    for (let level = 0; level <= TREE_DEPTH; level += 1) {
      const bytes = levels[level];
      if (bytes?.length !== expected * WORD_BYTES) {
        throw new PlimsollError(
          'TREE_FORMAT',
          `QuaternaryTree: level ${level} must hold ${expected} nodes`,
        );
      }
      tree.#levels[level] = new Level(Uint8Array.from(bytes));
      expected = Math.ceil(expected / TREE_ARITY);
    }
    return tree;
  }

  /** The bytes of every level, which stay those of the tree. */
  levels(): readonly Uint8Array[] {
    return this.#levels.map(({ bytes }) => bytes);
  }

  get size(): number {
    return this.#levels[0]!.count;
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
    this.#levels[0]!.set(index, leaf);
    for (let level = 1, position = index; level <= TREE_DEPTH; level += 1) {
      position = Math.floor(position / TREE_ARITY);
      this.#levels[level]!.set(position, hashChildren(this.#children(level, position)));
    }
  }

  /**
   * Puts a leaf (32 bytes of `leaves`) at each index; those beyond the last must follow it without a
   * gap. Until the last hash is there nothing has changed: a hasher that fails leaves the tree as it was.
   */
  async replace(indices: readonly number[], leaves: Uint8Array, hasher: RowHasher): Promise<void> {
    (await this.plan(indices, leaves, hasher)).commit();
  }

  /** The same as a value: the root it leads to, and the step that takes it. One plan at a time. */
  async plan(
    indices: readonly number[],
    leaves: Uint8Array,
    hasher: RowHasher,
  ): Promise<PlannedTree> {
    let size = this.size;
    for (const index of indices) {
      if (index === size) size += 1;
      else this.#assertPresent(index, size);
    }
    requireCapacity(size);
    let words = new Map(
      indices.map((index, at) => [index, leaves.subarray(at * WORD_BYTES, (at + 1) * WORD_BYTES)]),
    );
    const written = [words];
    for (let level = 1; level <= TREE_DEPTH; level += 1) {
      const parents = [
        ...new Set([...words.keys()].map((index) => Math.floor(index / TREE_ARITY))),
      ];
      const hashes = await this.#hashParents(level, parents, words, hasher);
      words = new Map(
        parents.map((index, at) => [
          index,
          hashes.subarray(at * WORD_BYTES, (at + 1) * WORD_BYTES),
        ]),
      );
      written.push(words);
    }
    const top = words.get(0);
    return {
      size,
      root: top === undefined ? this.root : readWord(top, 0),
      commit: () => {
        for (const [level, nodes] of written.entries()) {
          this.#levels[level]!.grow(Math.ceil(size / TREE_ARITY ** level));
          for (const [index, word] of nodes) this.#levels[level]!.setBytes(index, word);
        }
      },
    };
  }

  async #hashParents(
    level: number,
    parents: readonly number[],
    changed: ReadonlyMap<number, Uint8Array>,
    hasher: RowHasher,
  ): Promise<Uint8Array> {
    const below = this.#levels[level - 1]!;
    const { bytes } = below;
    const parts: Uint8Array[] = [];
    for (let start = 0; start < parents.length; start += HASH_BATCH) {
      const some = parents.slice(start, start + HASH_BATCH);
      const rows = new Uint8Array(some.length * TREE_ARITY * WORD_BYTES);
      for (const [at, parent] of some.entries()) {
        for (let child = 0; child < TREE_ARITY; child += 1) {
          const index = parent * TREE_ARITY + child;
          const kept =
            index < below.count
              ? bytes.subarray(index * WORD_BYTES, (index + 1) * WORD_BYTES)
              : undefined;
          const word = changed.get(index) ?? kept ?? EMPTY_WORDS[level - 1]!;
          rows.set(word, (at * TREE_ARITY + child) * WORD_BYTES);
        }
      }
      parts.push(await hasher.hashRows(TAG.node, TREE_ARITY, rows));
    }
    return parts.length === 1 ? parts[0]! : concatenated(parts);
  }

  #node(level: number, index: number): bigint {
    const nodes = this.#levels[level]!;
    return index < nodes.count ? nodes.get(index) : EMPTY_SUBTREES[level]!;
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

  #assertPresent(index: number, size = this.size): void {
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new PlimsollError(
        'NO_SUCH_LEAF',
        `QuaternaryTree: expected an index below ${size}, got ${index}`,
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
