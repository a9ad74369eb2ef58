// SPDX-License-Identifier: GPL-3.0-or-later

/** One backend on one circuit in a process of its own, so that its memory is its own too. */
import { findNativeProver } from '../proving/backends/native-build.ts';
import { NativeBackend } from '../proving/backends/native-backend.ts';
import { BACKEND_NAMES, makeBackend } from '../proving/backends/backend-choice.ts';
import type { ProvingBackend } from '../proving/backends/backend.ts';
import { findRapidsnark } from '../proving/backends/rapidsnark-backend.ts';
import { oneOf, parseValue } from '../core/schema.ts';
import { median } from '../core/statistics.ts';
import {
  OWN_TIME,
  TIME_OF_ENDED_CHILDREN,
  childProcesses,
  peakMemoryMiB,
  peakMemoryMiBOf,
  procCpuMs,
} from './measure.ts';
import { PeerBackend } from './peer-backend.ts';
import { openSubject, SERVICE, SUBJECTS } from './prove-subject.ts';
import type { ProofRun } from './prove-subject.ts';

const WARM_UP = 2;

/** Of the processes that a backend has: the one that it keeps, and those that it has run. */
const cpuMsOfProver = (pid: number | undefined): number =>
  procCpuMs(pid, OWN_TIME) + procCpuMs('self', TIME_OF_ENDED_CHILDREN);

/** Of this process and all that it has started: a witness program runs children of its own. */
function cpuMsOfAll(): number {
  const { user, system } = process.cpuUsage();
  const running = childProcesses().map(
    (pid) => procCpuMs(pid, OWN_TIME) + procCpuMs(pid, TIME_OF_ENDED_CHILDREN),
  );
  const ended = procCpuMs('self', TIME_OF_ENDED_CHILDREN);
  return (user + system) / 1000 + running.reduce((total, ms) => total + ms, ended);
}

/** A peer where a program is named, else one of ours. */
function backendOf(name: string | undefined, program: string | undefined): ProvingBackend {
  if (program !== undefined) return new PeerBackend({ name: name!, program });
  const programs = { native: findNativeProver(), rapidsnark: findRapidsnark() };
  const own = name === SERVICE ? 'native' : name;
  return makeBackend(parseValue(oneOf(BACKEND_NAMES), own, 'backend'), 'installed', programs);
}

const [subjectName, backendName, runs, program] = process.argv.slice(2);
const backend = backendOf(backendName, program);
const subject = await openSubject(
  parseValue(oneOf([...SUBJECTS]), subjectName, 'subject'),
  backend,
  backendName === SERVICE ? 'first' : 'each',
);

const workerPid = (): number | undefined =>
  backend instanceof NativeBackend || backend instanceof PeerBackend ? backend.pid : undefined;

const results: (ProofRun & { readonly totalMs: number })[] = [];
let before = { all: 0, prover: 0 };
for (let run = 0; run < WARM_UP + Number(runs); run += 1) {
  if (run === WARM_UP) before = { all: cpuMsOfAll(), prover: cpuMsOfProver(workerPid()) };
  const started = performance.now();
  const result = await subject();
  if (run >= WARM_UP) results.push({ ...result, totalMs: performance.now() - started });
}
const medianOf = (pick: (run: (typeof results)[number]) => number): number =>
  median(results.map(pick));
const proverCpuMs = (cpuMsOfProver(workerPid()) - before.prover) / results.length;
const figures = {
  constraints: results[0]!.constraints,
  totalMs: medianOf(({ totalMs }) => totalMs),
  witnessMs: medianOf(({ timings }) => timings.witnessMs),
  proveMs: medianOf(({ timings }) => timings.proveMs),
  verifyMs: medianOf(({ timings }) => timings.verifyMs),
  cpuMs: (cpuMsOfAll() - before.all) / results.length,
  proverCpuMs,
  peakMemoryMiB: peakMemoryMiB(),
  workerPeakMemoryMiB: peakMemoryMiBOf(workerPid()),
  effort: backend instanceof NativeBackend ? await backend.effort() : null,
};
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
