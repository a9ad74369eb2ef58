// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, readdirSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

import { median } from '../core/statistics.ts';

export interface Timing {
  readonly wallMs: number;
  /** What the run costs on a machine that others share. */
  readonly cpuMs: number;
}

/** Each of `runs` runs, after `warmUp` that do not count. */
export function timeRuns(runs: number, warmUp: number, work: () => void): Timing[] {
  for (let run = 0; run < warmUp; run += 1) work();
  return Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    const started = performance.now();
    work();
    const wallMs = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    return { wallMs, cpuMs: (user + system) / 1000 };
  });
}

export const medianRun = (runs: readonly Timing[]): Timing => ({
  wallMs: median(runs.map(({ wallMs }) => wallMs)),
  cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
});

/** Processor time of this process and of those it has waited for. */
const cpuMsWithChildren = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + procCpuMs('self', TIME_OF_ENDED_CHILDREN);
};

/** What has passed since it was called, with the processor time of the processes started and waited for. */
export function stopwatch(): () => Timing {
  const [before, started] = [cpuMsWithChildren(), performance.now()];
  return () => ({ wallMs: performance.now() - started, cpuMs: cpuMsWithChildren() - before });
}

/** One run, with the processor time of the processes that it starts and waits for. */
export async function timed(work: () => Promise<unknown>): Promise<Timing> {
  const passed = stopwatch();
  await work();
  return passed();
}

/** What the figures were measured on, and how busy it was. */
export function machineLine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]!.toFixed(2);
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, Node ${process.version}, load ${load}`;
}

/** The most memory this process has held, in MiB. */
export const peakMemoryMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

function memoryOf(pid: number | undefined, field: 'VmHWM' | 'VmRSS'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, kiB = '0'] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    return Math.round(Number(kiB) / 1024);
  } catch {
    return 0;
  }
}

/** The most memory that another process has held, in MiB; 0 where there is no `/proc`, and of one that has ended. */
export const peakMemoryMiBOf = (pid: number | undefined): number => memoryOf(pid, 'VmHWM');

/** The processes that this one has started and that run; none where there is no `/proc`. */
export function childProcesses(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** What it holds now. */
export const memoryMiBOf = (pid: number | undefined): number => memoryOf(pid, 'VmRSS');

/** Clock ticks of `/proc`: a hundredth of a second on every Linux in use. */
const TICK_MS = 10;

export const OWN_TIME = [11, 12] as const;
export const TIME_OF_ENDED_CHILDREN = [13, 14] as const;

/** The processor time that `/proc` keeps of a process in two of its fields; 0 where there is none. */
export function procCpuMs(
  pid: number | 'self' | undefined,
  fields: readonly [number, number],
): number {
  try {
    const values = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return TICK_MS * (Number(values[fields[0]]) + Number(values[fields[1]]));
  } catch {
    return 0;
  }
}
