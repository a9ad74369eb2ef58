// SPDX-License-Identifier: GPL-3.0-or-later
import { benchmarkAdmission } from '../../../bench/admission.ts';
import { loadDefaultParameters } from '../../../documents/parameters-document.ts';
import { loadSample } from '../../../sample/sample.ts';
import { jointScenarios } from '../../../venue/solvency/joint-scenarios.ts';
import type { CommandContext } from '../../command.ts';
import { countOption } from './remargin.ts';

const DEFAULT_ACCOUNTS = 100_000;
const MOST_ACCOUNTS = 1_000_000;
const DEFAULT_TRADES = 20_000;
const MOST_TRADES = 10_000_000;
/** Large enough that the rules of the account decide most trades, not the fund. */
const FUND_E6 = 10n ** 14n;
const ADD_ON_BPS = 10_000n;

/** `--runs` counts trades. */
export function benchAdmission(context: CommandContext): void {
  const set = loadDefaultParameters();
  const figures = benchmarkAdmission({
    snapshot: loadSample().snapshots.calm.snapshot,
    parameters: set.parameters,
    scenarios: jointScenarios(set.document.stress),
    accounts: countOption(context, 'accounts', DEFAULT_ACCOUNTS, MOST_ACCOUNTS),
    trades: countOption(context, 'runs', DEFAULT_TRADES, MOST_TRADES),
    fundE6: FUND_E6,
    addOnBps: ADD_ON_BPS,
    progress: context.note,
  });
  context.print(figures.machine);
  context.print(
    `${figures.accounts} accounts, ${figures.instruments} instruments, ${figures.coveredScenarios} ` +
      `covered joint scenarios: a new tick ${figures.tickMs.toFixed(0)} ms`,
  );
  context.print(
    `${figures.trades} trades between two accounts, ${figures.admitted} admitted: median ` +
      `${figures.medianMs.toFixed(3)} ms, p99 ${figures.p99Ms.toFixed(3)} ms, largest ` +
      `${figures.largestMs.toFixed(1)} ms; ${figures.peakMemoryMiB} MiB at most`,
  );
  context.printJson(figures);
}
