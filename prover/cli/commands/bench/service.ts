// SPDX-License-Identifier: GPL-3.0-or-later
import { benchmarkService } from '../../../bench/service.ts';
import { loadSample } from '../../../sample/sample.ts';
import type { CommandContext } from '../../command.ts';
import { countOption } from './remargin.ts';

const DEFAULT_ACCOUNTS = 10_000;
const MOST_ACCOUNTS = 1_000_000;
const DEFAULT_TICKS = 5;
const MOST_TICKS = 1000;

/** A whole service on a synthetic venue; `--runs` are its ticks. */
export async function benchService(context: CommandContext): Promise<void> {
  const { calm, crash, rebound } = loadSample().snapshots;
  const benchmark = await benchmarkService(
    [calm, crash, rebound].map(({ snapshot }) => snapshot),
    {
      accounts: countOption(context, 'accounts', DEFAULT_ACCOUNTS, MOST_ACCOUNTS),
      ticks: countOption(context, 'runs', DEFAULT_TICKS, MOST_TICKS),
      proves: true,
    },
    context.note,
  );
  const { print } = context;
  print(benchmark.machine);
  print(`${benchmark.accounts} accounts put: ${(benchmark.putLedgerMs / 1000).toFixed(1)} s`);
  print(
    `${benchmark.changedPerTick} changed: ${benchmark.updateMs.toFixed(0)} ms (CPU ${benchmark.updateCpuMs.toFixed(0)})`,
  );
  print(
    `a snapshot to all margins published: ${benchmark.snapshotMs.toFixed(0)} ms (CPU ${benchmark.snapshotCpuMs.toFixed(0)})`,
  );
  print(
    `${benchmark.requests} margins asked meanwhile, ${benchmark.requestsPerSecond} a second, ${benchmark.proofs} proofs made: ` +
      `median ${benchmark.answerMedianMs.toFixed(1)} ms, p99 ${benchmark.answerP99Ms.toFixed(1)} ms, ` +
      `most ${benchmark.answerMostMs.toFixed(0)} ms (p99 without ticks and updates ${benchmark.quietP99Ms.toFixed(1)} ms)`,
  );
  if (benchmark.proofOverheadMs !== null && benchmark.proofsPerSecond !== null) {
    print(
      `${benchmark.proofsPerSecond.toFixed(2)} proofs a second while nothing else is asked, ` +
        `each ${benchmark.proofOverheadMs.toFixed(0)} ms beside witness and proof`,
    );
  }
  if (benchmark.toFirstProofMs !== null) {
    print(`a snapshot to the first proof at it: ${benchmark.toFirstProofMs.toFixed(0)} ms`);
  }
  print(`restarted in ${(benchmark.restartMs / 1000).toFixed(1)} s`);
  print(`${benchmark.transitions} transitions; peak memory ${benchmark.peakMemoryMiB} MiB`);
  context.printJson(benchmark);
}
