// SPDX-License-Identifier: GPL-3.0-or-later

/** One backend on one circuit in a process of its own, so that its memory is its own too. */
import { readFileSync } from 'node:fs';

import { findNativeProver } from '../proving/native-build.ts';
import { NativeBackend } from '../proving/native-backend.ts';
import { BACKEND_NAMES, makeBackend } from '../proving/backend-choice.ts';
import { findRapidsnark } from '../proving/rapidsnark-backend.ts';
import { oneOf, parseValue } from '../schema.ts';
import { median, peakMemoryMiB } from './measure.ts';
import { openSubject, SUBJECTS } from './prove-subject.ts';
import type { ProofRun } from './prove-subject.ts';

const WARM_UP = 2;

/** What the worker held at most; only Linux tells. */
function workerPeakMiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** Clock ticks of `/proc`: a hundredth of a second on every Linux in use. */
const TICK_MS = 10;

/** What a worker has computed so far, which is not part of this process's own time. */
function workerCpuMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return TICK_MS * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return 0;
  }
}

function cpuMs(pid: number | undefined): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + workerCpuMs(pid);
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
// An external program's time is its own affair, and unknown here.
const cpu = name === 'rapidsnark' ? null : (cpuMs(workerPid()) - cpuBefore) / results.length;
const figures = {
  constraints: results[0]!.constraints,
  totalMs: medianOf(({ totalMs }) => totalMs),
  witnessMs: medianOf(({ timings }) => timings.witnessMs),
  proveMs: medianOf(({ timings }) => timings.proveMs),
  verifyMs: medianOf(({ timings }) => timings.verifyMs),
  cpuMs: cpu,
  peakMemoryMiB: peakMemoryMiB(),
  workerPeakMemoryMiB: workerPeakMiB(workerPid()),
};
process.stdout.write(JSON.stringify(figures), () => process.exit(0));
