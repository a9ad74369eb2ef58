// SPDX-License-Identifier: GPL-3.0-or-later
import { availableParallelism } from 'node:os';

import { PlimsollError } from '../core/errors.ts';
import { accountLeaf, type Account } from '../commitments/account.ts';
import { instrumentKey } from '../commitments/instrument.ts';
import { hashLeaves } from '../commitments/leaf-pool.ts';
import { leafRows } from '../commitments/leaf-rows.ts';
import { WORD_BYTES, writeWord } from '../commitments/row-hasher.ts';
import { fastestHasher } from '../proving/backends/native-hasher.ts';
import { QuaternaryTree, rootOfPath } from '../commitments/tree.ts';
import type { Instrument, MarketSnapshot } from '../model/types.ts';
import { median } from '../core/statistics.ts';
import { machineLine, peakMemoryMiB } from './measure.ts';
import { listInstruments, seeded } from './venue.ts';

const INSTRUMENTS = 800;
const UPDATES = 200;
const MANY_UPDATES = 1000;

export interface LedgerTreeBenchmark {
  readonly machine: string;
  readonly accounts: number;
  readonly hasher: string;
  readonly processes: number;
  /** Hashing the accounts; and that with the tree over their leaves. */
  readonly leavesMs: number;
  readonly buildMs: number;
  readonly microsecondsPerAccount: number;
  /** So many accounts replaced at once; and the whole tree taken from bytes that were kept. */
  readonly manyUpdates: number;
  readonly manyUpdatesMs: number;
  readonly restoreMs: number;
  readonly updates: number;
  /** One account replaced: its leaf and its path rehashed, and the new path checked. */
  readonly updateMs: number;
  readonly pathCheckMs: number;
  /** Of this process, without the hashing ones. */
  readonly peakMemoryMiB: number;
}

function* accounts(instruments: readonly Instrument[], count: number): Generator<Account> {
  const random = seeded(20_260_205);
  const below = (n: number): number => Math.floor(random() * n);
  for (let account = 0; account < count; account += 1) {
    const places = new Set(Array.from({ length: 1 + below(16) }, () => below(instruments.length)));
    yield {
      owner: BigInt(account + 1),
      settlementNonce: 0n,
      frozen: false,
      riskReducingOnly: false,
      quoteE6: BigInt(below(2e12)),
      collateralE8: [BigInt(below(1e9)), 0n, 0n],
      positions: [...places]
        .sort((a, b) => a - b)
        .map((place) => ({ instrument: instruments[place]!, lots: BigInt(1 + below(1000)) })),
    };
  }
}

function* counted<T>(items: Iterable<T>, report: (count: number) => void): Generator<T> {
  let count = 0;
  for (const item of items) {
    yield item;
    count += 1;
    report(count);
  }
}

function rowsOf(leaves: readonly bigint[]): Uint8Array {
  const rows = new Uint8Array(leaves.length * WORD_BYTES);
  for (const [index, leaf] of leaves.entries()) writeWord(rows, index, leaf);
  return rows;
}

/** Builds the ledger tree over a synthetic venue, account by account, and updates some. */
export async function benchmarkLedgerTree(
  snapshot: MarketSnapshot,
  count: number,
  progress: (line: string) => void,
): Promise<LedgerTreeBenchmark> {
  const machine = machineLine();
  const instruments = listInstruments(snapshot, INSTRUMENTS).sort((a, b) =>
    instrumentKey(a) < instrumentKey(b) ? -1 : 1,
  );
  const processes = availableParallelism();
  const every = Math.max(1, Math.floor(count / 10));
  let reported = 0;
  const hasher = fastestHasher();
  const started = performance.now();
  const report = (hashed: number): void => {
    if (hashed < reported + every) return;
    reported = hashed;
    progress(`${hashed} of ${count} accounts hashed`);
  };
  const many = accounts(instruments, count);
  const leaves =
    hasher.name === 'native'
      ? await leafRows(counted(many, report), hasher)
      : rowsOf(await hashLeaves(many, { processes, report }));
  const leavesMs = performance.now() - started;
  const tree = await QuaternaryTree.build(leaves, hasher);
  const buildMs = performance.now() - started;

  const changed = Math.min(MANY_UPDATES, count);
  const indices = [...new Set(Array.from({ length: changed }, (_, i) => (i * 7919) % count))];
  const replaced = performance.now();
  const news = await leafRows([...accounts(instruments, indices.length)].reverse(), hasher);
  await tree.replace(indices, news, hasher);
  const manyUpdatesMs = performance.now() - replaced;
  const kept = tree.levels().map((bytes) => Uint8Array.from(bytes));
  const restored = performance.now();
  QuaternaryTree.restore(kept);
  const restoreMs = performance.now() - restored;

  const updateTimes: number[] = [];
  const checkTimes: number[] = [];
  const replacements = [...accounts(instruments, Math.min(UPDATES, count))].reverse();
  for (const [turn, account] of replacements.entries()) {
    const index = (turn * 7919) % count;
    const begun = performance.now();
    const leaf = accountLeaf({ ...account, settlementNonce: 1n });
    tree.update(index, leaf);
    const updated = performance.now();
    if (rootOfPath(leaf, tree.path(index)) !== tree.root) {
      throw new PlimsollError('PATH_MISMATCH', `the path of ${index} does not lead to the root`);
    }
    updateTimes.push(updated - begun);
    checkTimes.push(performance.now() - updated);
  }
  return {
    machine,
    accounts: count,
    hasher: hasher.name,
    processes,
    leavesMs,
    buildMs,
    microsecondsPerAccount: (buildMs * 1000) / count,
    manyUpdates: indices.length,
    manyUpdatesMs,
    restoreMs,
    updates: updateTimes.length,
    updateMs: median(updateTimes),
    pathCheckMs: median(checkTimes),
    peakMemoryMiB: peakMemoryMiB(),
  };
}
