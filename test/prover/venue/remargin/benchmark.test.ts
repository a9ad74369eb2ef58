// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a benchmark of every engine takes several seconds of processor time.
import { describe, expect, it } from 'vitest';

import { benchmarkLedgerTree } from '../../../../prover/bench/ledger-tree.ts';
import { median } from '../../../../prover/core/statistics.ts';
import { benchmarkRemargin } from '../../../../prover/bench/remargin.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';

const { snapshot } = loadSample().snapshots.crash;

describe('the benchmarks', () => {
  it('re-margin a venue on which engine and definition agree', () => {
    const { scaling, instruments } = benchmarkRemargin({
      snapshot,
      parameters: loadDefaultParameters().parameters,
      accounts: 1500,
      runs: 1,
      progress: () => {},
    });
    expect(instruments).toBe(800);
    expect(scaling.map(({ accounts }) => accounts)).toEqual([1000, 1500]);
    for (const figures of scaling) {
      expect(figures.disagreements).toBe(0);
      expect(figures.positions).toBeGreaterThan(7 * figures.accounts);
      // A venue without whales or without breaches would measure too little.
      expect(figures.wide).toBeGreaterThan(0);
      expect(figures.liquidatable).toBeGreaterThan(0);
    }
  });

  it('build a ledger tree whose updated paths lead to its root', async () => {
    expect(await benchmarkLedgerTree(snapshot, 40, () => {})).toMatchObject({
      accounts: 40,
      updates: 40,
    });
  });

  it('report medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
