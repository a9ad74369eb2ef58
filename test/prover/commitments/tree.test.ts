// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EMPTY_SUBTREES, QuaternaryTree, rootOfPath } from '../../../prover/commitments/tree.ts';
import { TREE_DEPTH } from '../../../prover/commitments/widths.ts';

const leaves = fc.array(fc.bigInt(1n, 2n ** 250n), { minLength: 1, maxLength: 70 });
const treeAndIndex = leaves.chain((values) =>
  fc.tuple(fc.constant(values), fc.nat({ max: values.length - 1 })),
);

describe('quaternary tree', () => {
  it('has the empty subtree as its root when nothing is in it', () => {
    expect(new QuaternaryTree([]).root).toBe(EMPTY_SUBTREES[TREE_DEPTH]);
  });

  it('verifies the path of every leaf', () => {
    const values = Array.from({ length: 67 }, (_, index) => BigInt(index + 1));
    const tree = new QuaternaryTree(values);
    values.forEach((leaf, index) => {
      expect(tree.path(index).children).toHaveLength(TREE_DEPTH);
      expect(rootOfPath(leaf, tree.path(index))).toBe(tree.root);
    });
  });

  it('refuses a path of another leaf', () => {
    const tree = new QuaternaryTree([1n, 2n, 3n, 4n, 5n]);
    expect(() => rootOfPath(2n, tree.path(4))).toThrow(/level 0 does not hold the node/);
  });

  it('gives the same root after an update as when built anew', () => {
    fc.assert(
      fc.property(treeAndIndex, fc.bigInt(1n, 2n ** 250n), ([values, index], leaf) => {
        const tree = new QuaternaryTree(values);
        tree.update(index, leaf);
        expect(tree.root).toBe(new QuaternaryTree(values.with(index, leaf)).root);
      }),
      { numRuns: 20 },
    );
  });

  it('touches one path only: children outside it stay as they were', () => {
    const values = Array.from({ length: 64 }, (_, index) => BigInt(index + 1));
    const tree = new QuaternaryTree(values);
    const before = values.map((_, index) => tree.path(index));
    tree.update(21, 999n);
    values.forEach((_, index) => {
      const after = tree.path(index);
      after.children.forEach((children, level) => {
        const shared = Math.floor(index / 4 ** (level + 1)) === Math.floor(21 / 4 ** (level + 1));
        const own = Math.floor(21 / 4 ** level) % 4;
        children.forEach((node, child) => {
          const touched = shared && child === own;
          expect(node !== before[index]?.children[level]?.[child]).toBe(touched);
        });
      });
    });
  });

  it('refuses an index beyond the last leaf', () => {
    const tree = new QuaternaryTree([1n]);
    expect(() => tree.path(1)).toThrow(/expected an index below 1, got 1/);
    expect(() => tree.update(-1, 5n)).toThrow(/expected an index below 1, got -1/);
    expect(() => tree.leaf(0.5)).toThrow(/expected an index below 1, got 0.5/);
  });
});
