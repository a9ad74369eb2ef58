// SPDX-License-Identifier: GPL-3.0-or-later
import type { CommandContext, OptionSpec } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { loadDefaultParameters } from '../../../documents/parameters-document.ts';
import { loadSample } from '../../../sample/sample.ts';
import {
  benchmarkRemargin,
  type RemarginBenchmark,
  type RemarginFigures,
} from '../../../bench/remargin.ts';

/** The flags of `bench remargin` and `bench ledger`. */
export const COUNT_OPTIONS = {
  accounts: { type: 'string', placeholder: 'N', describe: 'accounts' },
  runs: { type: 'string', placeholder: 'N', describe: 'runs; medians are reported' },
} as const satisfies Record<string, OptionSpec>;

export function countOption(
  context: CommandContext,
  name: string,
  fallback: number,
  most: number,
): number {
  const text = stringOption(context, name);
  if (text === undefined) return fallback;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > most) {
    throw new InvalidInput(`--${name}`, `must be a whole number from 1 to ${most}, got ${text}`);
  }
  return count;
}

const DEFAULT_ACCOUNTS = 100_000;
const MOST_ACCOUNTS = 2_000_000;
const DEFAULT_RUNS = 9;
const MOST_RUNS = 1000;

const COLUMNS: readonly [string, (figures: RemarginFigures) => string][] = [
  ['accounts', ({ accounts }) => String(accounts)],
  ['up to 16 ms', ({ remarginMs }) => remarginMs.toFixed(1)],
  ['CPU ms', ({ remarginCpuMs }) => remarginCpuMs.toFixed(1)],
  ['16 each ms', ({ remarginFullMs }) => remarginFullMs.toFixed(1)],
  ['CPU ms', ({ remarginFullCpuMs }) => remarginFullCpuMs.toFixed(1)],
  ['wide', ({ wide }) => String(wide)],
  ['band', ({ band }) => String(band)],
  ['liquidatable', ({ liquidatable }) => String(liquidatable)],
  ['update µs', ({ updateMicroseconds }) => updateMicroseconds.toFixed(1)],
  ['exact µs/account', ({ exactMicrosecondsPerAccount: x }) => x.toFixed(1)],
  ['definition µs/account', ({ definitionMicrosecondsPerAccount: x }) => x.toFixed(1)],
  ['differences', ({ disagreements }) => String(disagreements)],
];

function printReport(context: CommandContext, benchmark: RemarginBenchmark): void {
  context.print(benchmark.machine);
  context.print(
    `risk arrays of ${benchmark.instruments} instruments x 33: ${benchmark.riskArraysMs.toFixed(1)} ms ` +
      `(the first: ${benchmark.riskArraysFirstMs.toFixed(1)} ms); medians of ${benchmark.runs} runs`,
  );
  const rows = [
    COLUMNS.map(([title]) => title),
    ...benchmark.scaling.map((figures) => COLUMNS.map(([, show]) => show(figures))),
  ];
  for (const row of rows) {
    context.print(row.map((cell, c) => cell.padStart(COLUMNS[c]![0].length)).join('  '));
  }
  context.print(`peak memory ${benchmark.peakMemoryMiB} MiB`);
}

/** Array margin of a synthetic venue in the calm market of the sample. */
export function benchRemargin(context: CommandContext): void {
  const benchmark = benchmarkRemargin({
    snapshot: loadSample().snapshots.calm.snapshot,
    parameters: loadDefaultParameters().parameters,
    accounts: countOption(context, 'accounts', DEFAULT_ACCOUNTS, MOST_ACCOUNTS),
    runs: countOption(context, 'runs', DEFAULT_RUNS, MOST_RUNS),
    progress: context.note,
  });
  printReport(context, benchmark);
  context.printJson(benchmark);
}
