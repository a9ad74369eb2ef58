// SPDX-License-Identifier: GPL-3.0-or-later
import { cpus, loadavg, totalmem } from 'node:os';

import { median } from '../core/statistics.ts';

export interface Timing {
  readonly wallMs: number;
  /** Of this process: what the run costs on a machine that others share. */
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

/** What the figures were measured on, and how busy it was. */
export function machineLine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]!.toFixed(2);
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${memory} GiB, Node ${process.version}, load ${load}`;
}

/** The most memory this process has held, in MiB. */
export const peakMemoryMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
