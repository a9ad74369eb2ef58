// SPDX-License-Identifier: GPL-3.0-or-later
import type { CommandContext } from '../../command.ts';
import { TREE_CAPACITY } from '../../../commitments/widths.ts';
import { loadSample } from '../../../sample/sample.ts';
import { benchmarkLedgerTree } from '../../../bench/ledger-tree.ts';
import { countOption } from './remargin.ts';

const DEFAULT_ACCOUNTS = 10_000;

/** The ledger tree over a synthetic venue. */
export async function benchLedgerTree(context: CommandContext): Promise<void> {
  const accounts = countOption(context, 'accounts', DEFAULT_ACCOUNTS, TREE_CAPACITY);
  const { snapshot } = loadSample().snapshots.calm;
  const benchmark = await benchmarkLedgerTree(snapshot, accounts, context.note);
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  context.print(benchmark.machine);
  context.print(
    `tree of ${benchmark.accounts} accounts: ${seconds(benchmark.buildMs)} s ` +
      `(${seconds(benchmark.leavesMs)} s of it the leaves), ` +
      `${benchmark.microsecondsPerAccount.toFixed(0)} µs an account (${benchmark.hasher}, ${benchmark.processes} processes)`,
  );
  context.print(
    `${benchmark.manyUpdates} accounts at once: ${seconds(benchmark.manyUpdatesMs)} s; ` +
      `the tree from kept bytes: ${seconds(benchmark.restoreMs)} s`,
  );
  context.print(
    `one account's update: ${benchmark.updateMs.toFixed(2)} ms; checking its path: ` +
      `${benchmark.pathCheckMs.toFixed(2)} ms (medians of ${benchmark.updates})`,
  );
  context.print(`peak memory ${benchmark.peakMemoryMiB} MiB`);
  context.printJson(benchmark);
}
