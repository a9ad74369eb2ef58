// SPDX-License-Identifier: GPL-3.0-or-later
import { benchmarkSoak } from '../../../bench/soak.ts';
import { loadSample } from '../../../sample/sample.ts';
import type { CommandContext } from '../../command.ts';
import { countOption } from './remargin.ts';

const DEFAULT_ACCOUNTS = 10_000;
const MOST_ACCOUNTS = 1_000_000;
const DEFAULT_MINUTES = 60;
const MOST_MINUTES = 10_000;

/** What a service holds over time; `--runs` are minutes. */
export async function benchSoak(context: CommandContext): Promise<void> {
  const benchmark = await benchmarkSoak(
    loadSample().snapshots.calm.snapshot,
    {
      accounts: countOption(context, 'accounts', DEFAULT_ACCOUNTS, MOST_ACCOUNTS),
      minutes: countOption(context, 'runs', DEFAULT_MINUTES, MOST_MINUTES),
    },
    context.note,
  );
  const { print } = context;
  print(benchmark.machine);
  print(
    `${benchmark.accounts} accounts, ${benchmark.minutes} minutes: ${benchmark.ticks} ticks, ` +
      `${benchmark.requests} requests, ${benchmark.proofs} proofs, ${benchmark.cpuSeconds.toFixed(0)} s of the processor`,
  );
  print(
    `memory grew by ${benchmark.growthMiBPerHour.toFixed(1)} MiB an hour, the heap by ` +
      `${benchmark.heapGrowthMiBPerHour.toFixed(1)}; peak ${benchmark.peakMemoryMiB} MiB`,
  );
  context.printJson(benchmark);
}
