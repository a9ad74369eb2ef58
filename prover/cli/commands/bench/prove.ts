// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { buildCircuits } from '../../../toolchain/build-circuits.ts';
import type { CommandContext } from '../../command.ts';
import type { BackendName } from '../../../proving/backends/backend-choice.ts';
import { findNativeProver } from '../../../proving/backends/native-build.ts';
import { findRapidsnark } from '../../../proving/backends/rapidsnark-backend.ts';
import { REPOSITORY_ROOT } from '../../../core/root.ts';
import { machineLine } from '../../../bench/measure.ts';
import { buildChain, STATEMENT_SUBJECTS, SUBJECTS } from '../../../bench/prove-subject.ts';
import type { SubjectName } from '../../../bench/prove-subject.ts';
import { countOption } from './remargin.ts';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('../../../bench/prove-child.ts', import.meta.url));
const DEFAULT_RUNS = 5;
const MOST_RUNS = 100;

/** Medians in milliseconds; `proveMs` is the backend's part, as the program that asked sees it. */
interface Figures {
  readonly constraints: number;
  readonly totalMs: number;
  readonly witnessMs: number;
  readonly proveMs: number;
  readonly verifyMs: number;
  /** Processor time of a whole run, all threads: comparable even where the machine is shared. */
  readonly cpuMs: number;
  readonly peakMemoryMiB: number;
  /** Of the process that a backend keeps, which comes on top; 0 where it has none. */
  readonly workerPeakMemoryMiB: number;
}

interface Row extends Figures {
  readonly circuit: SubjectName;
  readonly backend: BackendName;
  /** How many times as fast as snarkjs the proof alone is. */
  readonly speedUp: number;
}

async function measure(circuit: SubjectName, backend: BackendName, runs: number): Promise<Figures> {
  const { stdout } = await run(process.execPath, [CHILD, circuit, backend, String(runs)], {
    cwd: REPOSITORY_ROOT,
  });
  return JSON.parse(stdout) as Figures;
}

const COLUMNS: readonly [title: string, width: number, show: (row: Row) => string][] = [
  ['circuit', 22, ({ circuit }) => circuit],
  ['constraints', 11, ({ constraints }) => String(constraints)],
  ['backend', 10, ({ backend }) => backend],
  ['total ms', 9, ({ totalMs }) => totalMs.toFixed(0)],
  ['witness', 8, ({ witnessMs }) => witnessMs.toFixed(0)],
  ['proof', 8, ({ proveMs }) => proveMs.toFixed(0)],
  ['verify', 7, ({ verifyMs }) => verifyMs.toFixed(0)],
  ['CPU ms', 7, ({ cpuMs }) => cpuMs.toFixed(0)],
  ['witness %', 9, ({ witnessMs, totalMs }) => ((100 * witnessMs) / totalMs).toFixed(0)],
  ['x snarkjs', 9, ({ speedUp }) => speedUp.toFixed(1)],
  ['MiB', 5, ({ peakMemoryMiB }) => String(peakMemoryMiB)],
  ['+ worker', 8, ({ workerPeakMemoryMiB: worker }) => (worker === 0 ? '' : String(worker))],
];

/** Every backend that is here on every circuit, warm, one after another. */
export async function benchProve(context: CommandContext): Promise<void> {
  const runs = countOption(context, 'runs', DEFAULT_RUNS, MOST_RUNS);
  const backends: BackendName[] = ['snarkjs'];
  if (findNativeProver() !== undefined) backends.push('native');
  if (findRapidsnark() !== undefined) backends.push('rapidsnark');
  context.note('building the circuits and their keys, once');
  await buildCircuits({ targets: STATEMENT_SUBJECTS });
  await buildChain();
  const rows: Row[] = [];
  for (const circuit of SUBJECTS) {
    let reference: number | undefined;
    for (const backend of backends) {
      context.note(`${circuit} with ${backend}`);
      const figures = await measure(circuit, backend, runs);
      reference ??= figures.proveMs;
      rows.push({ circuit, backend, ...figures, speedUp: reference / figures.proveMs });
    }
  }
  const machine = machineLine();
  context.print(`${machine}; medians of ${runs} runs after warm-up`);
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => cell[c === 0 ? 'padEnd' : 'padStart'](COLUMNS[c]![1])).join('  ');
  context.print(line(COLUMNS.map(([title]) => title)));
  for (const row of rows) context.print(line(COLUMNS.map(([, , show]) => show(row))));
  context.printJson({ machine, runs, rows });
}
