// SPDX-License-Identifier: GPL-3.0-or-later

/** One backend on one circuit in a process of its own, so that its memory is its own too. */
import { findNativeProver } from '../proving/backends/native-build.ts';
import { NativeBackend } from '../proving/backends/native-backend.ts';
import { BACKEND_NAMES, makeBackend } from '../proving/backends/backend-choice.ts';
import { findRapidsnark } from '../proving/backends/rapidsnark-backend.ts';
import { oneOf, parseValue } from '../core/schema.ts';
import { median } from '../core/statistics.ts';
import {
  OWN_TIME,
  TIME_OF_ENDED_CHILDREN,
  peakMemoryMiB,
  peakMemoryMiBOf,
  procCpuMs,
} from './measure.ts';
import { openSubject, SUBJECTS } from './prove-subject.ts';
import type { ProofRun } from './prove-subject.ts';

const WARM_UP = 2;

/** Of this process, of the worker that it keeps, and of the programs that it has run. */
function cpuMs(pid: number | undefined): number {
  const { user, system } = process.cpuUsage();
  const children = procCpuMs('self', TIME_OF_ENDED_CHILDREN);
  return (user + system) / 1000 + procCpuMs(pid, OWN_TIME) + children;
}

const [subjectName, backendName, runs] = process.argv.slice(2);
const name = parseValue(oneOf(BACKEND_NAMES), backendName, 'backend');
const programs = { native: findNativeProver(), rapidsnark: findRapidsnark() };
const backend = makeBackend(name, 'installed', programs);
const subject = await openSubject(
  parseValue(oneOf([...SUBJECTS]), subjectName, 'subject'),
  backend,
);

const workerPid = (): number | undefined =>
  backend instanceof NativeBackend ? backend.pid : undefined;

const results: (ProofRun & { readonly totalMs: number })[] = [];
let cpuBefore = 0;
for (let run = 0; run < WARM_UP + Number(runs); run += 1) {
  if (run === WARM_UP) cpuBefore = cpuMs(workerPid());
  const started = performance.now();
  const result = await subject();
  if (run >= WARM_UP) results.push({ ...result, totalMs: performance.now() - started });
}
const medianOf = (pick: (run: (typeof results)[number]) => number): number =>
  median(results.map(pick));
const figures = {
  constraints: results[0]!.constraints,
  totalMs: medianOf(({ totalMs }) => totalMs),
  witnessMs: medianOf(({ timings }) => timings.witnessMs),
  proveMs: medianOf(({ timings }) => timings.proveMs),
  verifyMs: medianOf(({ timings }) => timings.verifyMs),
  cpuMs: (cpuMs(workerPid()) - cpuBefore) / results.length,
  peakMemoryMiB: peakMemoryMiB(),
  workerPeakMemoryMiB: peakMemoryMiBOf(workerPid()),
};
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
