// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: it starts processes that each load a hash function.
import { describe, expect, it } from 'vitest';

import { accountLeaf } from '../../../prover/commitments/account.ts';
import { hashLeaves } from '../../../prover/commitments/leaf-pool.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

describe('leaves hashed by several processes', () => {
  const accounts = loadSample().ledgers.calm;

  it('are those of one process, in the same order, over several batches', async () => {
    const many = Array.from({ length: 1300 }, (_, index) => ({
      ...accounts[index % accounts.length]!,
      owner: BigInt(index + 1),
    }));
    const counts: number[] = [];
    const leaves = await hashLeaves(many, { processes: 2, report: (count) => counts.push(count) });
    expect(leaves).toEqual(many.map(accountLeaf));
    expect(counts).toEqual([512, 1024, 1300]);
  });

  it('are none for no account', async () => {
    expect(await hashLeaves([], { processes: 1 })).toEqual([]);
  });

  it('fail where an account does not fit its leaf', async () => {
    const broken = { ...accounts[0]!, settlementNonce: 2n ** 32n };
    await expect(hashLeaves([broken], { processes: 2 })).rejects.toThrow(/settlementNonce/);
  });
});
