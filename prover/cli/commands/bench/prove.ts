// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { buildCircuits } from '../../../toolchain/build-circuits.ts';
import { stringOption, type CommandContext } from '../../command.ts';
import type { ProofEffort } from '../../../proving/backends/native-backend.ts';
import { BACKEND_NAMES } from '../../../proving/backends/backend-choice.ts';
import { findNativeProver } from '../../../proving/backends/native-build.ts';
import { findRapidsnark } from '../../../proving/backends/rapidsnark-backend.ts';
import { REPOSITORY_ROOT } from '../../../core/root.ts';
import { machineLine } from '../../../bench/measure.ts';
import { parsePeers, type Peer } from '../../../bench/peer-backend.ts';
import { buildChain, SERVICE, STATEMENT_SUBJECTS, SUBJECTS } from '../../../bench/prove-subject.ts';
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
  /** Of it what the processes of the backend took; 0 where it proves in the one that asks. */
  readonly proverCpuMs: number;
  readonly peakMemoryMiB: number;
  /** Of the process that a backend keeps, which comes on top; 0 where it has none. */
  readonly workerPeakMemoryMiB: number;
  /** Of the native worker alone: how many multiplications a proof takes, and how long one does. */
  readonly effort: ProofEffort | null;
}

interface Row extends Figures {
  readonly circuit: SubjectName;
  readonly backend: string;
  /** How many times as fast as snarkjs the proof alone is. */
  readonly speedUp: number;
  /** The processor time of the native backend's whole run as a share of this one's; null without it. */
  readonly nativeShare: number | null;
}

/** A backend of ours, or a peer, of which the program is named. */
type Contender = { readonly name: string } & Partial<Peer>;

async function measure(circuit: SubjectName, by: Contender, runs: number): Promise<Figures> {
  const program = by.program === undefined ? [] : [by.program];
  const { stdout } = await run(
    process.execPath,
    [CHILD, circuit, by.name, String(runs), ...program],
    { cwd: REPOSITORY_ROOT },
  );
  return JSON.parse(stdout) as Figures;
}

const million = (count: number): string => (count / 1e6).toFixed(1);

/** How far a proof is from the time of its multiplications alone. */
function distanceLine({
  circuit,
  proverCpuMs,
  effort,
}: Row & { readonly effort: ProofEffort }): string {
  const { arithmetic, vectorMultiplications: vector, scalarMultiplications: scalar } = effort;
  const { vectorNanoseconds, scalarNanoseconds } = effort;
  const floorMs = (vector * vectorNanoseconds + scalar * scalarNanoseconds) / 1e6;
  return (
    `${circuit}: ${million(vector)} M multiplications x ${vectorNanoseconds.toFixed(1)} ns (${arithmetic}) ` +
    `+ ${million(scalar)} M x ${scalarNanoseconds.toFixed(1)} ns = ${floorMs.toFixed(0)} ms; ` +
    `the worker took ${proverCpuMs.toFixed(0)}, ${(proverCpuMs / floorMs).toFixed(1)} times as much`
  );
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
  ['prover', 7, ({ proverCpuMs }) => (proverCpuMs === 0 ? '' : proverCpuMs.toFixed(0))],
  ['native/this', 11, ({ nativeShare }) => nativeShare?.toFixed(2) ?? ''],
  ['witness %', 9, ({ witnessMs, totalMs }) => ((100 * witnessMs) / totalMs).toFixed(0)],
  ['x snarkjs', 9, ({ speedUp }) => speedUp.toFixed(1)],
  ['MiB', 5, ({ peakMemoryMiB }) => String(peakMemoryMiB)],
  ['+ worker', 8, ({ workerPeakMemoryMiB: worker }) => (worker === 0 ? '' : String(worker))],
];

/** Every backend that is here on every circuit, warm, one after another. */
export async function benchProve(context: CommandContext): Promise<void> {
  const runs = countOption(context, 'runs', DEFAULT_RUNS, MOST_RUNS);
  const contenders: Contender[] = [{ name: 'snarkjs' }];
  if (findNativeProver() !== undefined) contenders.push({ name: 'native' }, { name: SERVICE });
  if (findRapidsnark() !== undefined) contenders.push({ name: 'rapidsnark' });
  const peers = stringOption(context, 'peers');
  if (peers !== undefined) contenders.push(...parsePeers(peers, [...BACKEND_NAMES, SERVICE]));
  context.note('building the circuits and their keys, once');
  await buildCircuits({ targets: STATEMENT_SUBJECTS });
  await buildChain();
  const rows: Row[] = [];
  for (const circuit of SUBJECTS) {
    const measured: [string, Figures][] = [];
    for (const contender of contenders) {
      // The chain is no statement: a service proves none of it.
      if (contender.name === SERVICE && circuit === 'poseidon-chain') continue;
      context.note(`${circuit} with ${contender.name}`);
      measured.push([contender.name, await measure(circuit, contender, runs)]);
    }
    const figuresOf = new Map(measured);
    const [snarkjs, native] = [figuresOf.get('snarkjs')!, figuresOf.get('native')];
    for (const [backend, figures] of measured) {
      const speedUp = snarkjs.proveMs / figures.proveMs;
      const nativeShare = native === undefined ? null : native.cpuMs / figures.cpuMs;
      rows.push({ circuit, backend, ...figures, speedUp, nativeShare });
    }
  }
  const machine = machineLine();
  context.print(`${machine}; medians of ${runs} runs after warm-up`);
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => cell[c === 0 ? 'padEnd' : 'padStart'](COLUMNS[c]![1])).join('  ');
  context.print(line(COLUMNS.map(([title]) => title)));
  for (const row of rows) context.print(line(COLUMNS.map(([, , show]) => show(row))));
  for (const row of rows) {
    const { effort } = row;
    if (effort !== null) context.print(distanceLine({ ...row, effort }));
  }
  context.printJson({ machine, runs, rows });
}
