// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { accountLeaf, type Account } from '../../../prover/commitments/account.ts';
import { TAG, hashWords } from '../../../prover/commitments/hash-words.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { leafRows } from '../../../prover/commitments/leaf-rows.ts';
import {
  PLAIN_HASHER,
  WORD_BYTES,
  readWord,
  writeWord,
} from '../../../prover/commitments/row-hasher.ts';
import { QuaternaryTree } from '../../../prover/commitments/tree.ts';
import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';
import { fastestHasher } from '../../../prover/proving/backends/native-hasher.ts';
import { findNativeProver } from '../../../prover/proving/backends/native-build.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

const native = findNativeProver();
const hashers = [PLAIN_HASHER, ...(native === undefined ? [] : [fastestHasher(native)])];
const sample = loadSample().ledgers.crash;
const many: readonly Account[] = Array.from({ length: 80 }, (_, index) => ({
  ...sample[index % sample.length]!,
  owner: BigInt(index + 1),
}));

describe.each(hashers.map((hasher) => [hasher.name, hasher] as const))(
  'rows hashed by %s',
  (_, hasher) => {
    it('hash as hashWords does, for every number of words', async () => {
      for (let words = 1; words <= 15; words += 1) {
        const values = Array.from(
          { length: 5 * words },
          (_, index) => (SCALAR_FIELD - BigInt(1 + index * index)) >> BigInt(index % 3 ? 0 : 100),
        );
        const rows = new Uint8Array(values.length * WORD_BYTES);
        for (const [index, value] of values.entries()) writeWord(rows, index, value);
        const hashes = await hasher.hashRows(TAG.slices, words, rows);
        for (let row = 0; row < 5; row += 1) {
          const expected = hashWords(TAG.slices, values.slice(row * words, (row + 1) * words));
          expect(readWord(hashes, row), `${words} words`).toBe(expected);
        }
      }
    });

    it('give the leaves of accounts, in order', async () => {
      const leaves = await leafRows(many, hasher);
      expect(many.map((_, index) => readWord(leaves, index))).toEqual(many.map(accountLeaf));
      expect(await leafRows([], hasher)).toHaveLength(0);
    });

    it('refuse a word that is no field element: it would be a second content of one hash', async () => {
      const row = new Uint8Array(WORD_BYTES);
      writeWord(row, 0, SCALAR_FIELD);
      await expect(hasher.hashRows(TAG.node, 1, row)).rejects.toMatchObject({ code: 'HASH_RANGE' });
    });

    it('give the ledger that is built one account at a time, and keep it in place', async () => {
      const ledger = await Ledger.build(many.slice(0, 67), hasher);
      expect(ledger.root).toBe(new Ledger(many.slice(0, 67)).root);
      const changed = { ...many[3]!, quoteE6: 5n };
      await ledger.apply(
        [
          { index: 3, account: changed },
          { index: 66, account: many[1]! },
          ...many.slice(67).map((account, at) => ({ index: 67 + at, account })),
        ],
        hasher,
      );
      const expected = many.with(3, changed).with(66, many[1]!);
      const whole = new Ledger(expected);
      expect(ledger.root).toBe(whole.root);
      expect(ledger.open(79)).toEqual(whole.open(79));
      const again = QuaternaryTree.restore(ledger.tree.levels());
      expect(new Ledger(expected, again).root).toBe(whole.root);
    });
  },
);

describe('a tree that is changed in many places', () => {
  it('stays as it was where an index has a gap before it, or hashing fails', async () => {
    const ledger = new Ledger(many.slice(0, 5));
    const { root } = ledger;
    const gap = [{ index: 6, account: many[0]! }];
    await expect(ledger.apply(gap, PLAIN_HASHER)).rejects.toMatchObject({ code: 'NO_SUCH_LEAF' });
    let calls = 0;
    const failing = {
      name: 'failing',
      hashRows: async (...args: Parameters<typeof PLAIN_HASHER.hashRows>) => {
        calls += 1;
        if (calls > 6) throw new Error('died');
        return await PLAIN_HASHER.hashRows(...args);
      },
    };
    const change = [{ index: 2, account: many[9]! }];
    await expect(ledger.apply(change, failing)).rejects.toThrow('died');
    expect(ledger.root).toBe(root);
    expect(ledger.account(2)).toEqual(many[2]);
  });

  it('is restored from all of its levels or not at all', () => {
    const levels = new Ledger(many.slice(0, 9)).tree.levels();
    expect(() => QuaternaryTree.restore(levels.slice(0, 3))).toThrow(/level 3 must hold 1 nodes/);
    expect(() => QuaternaryTree.restore(levels.with(0, levels[0]!.slice(32)))).toThrow(/level 1/);
  });
});
