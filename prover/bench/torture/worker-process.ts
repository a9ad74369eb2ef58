// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../../core/root.ts';
import { isRunning, kill } from './killed-process.ts';

/** `plimsoll worker` in a process of its own, which is killed without a word. */
export class WorkerProcess {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** What runs already is left alone. */
  start(): void {
    if (isRunning(this.#child)) return;
    const main = join(REPOSITORY_ROOT, 'prover/cli/main.ts');
    this.#child = spawn(process.execPath, [main, 'worker', '--folder', this.#folder], {
      env: this.#environment,
      stdio: 'ignore',
    });
  }

  async kill(): Promise<void> {
    await kill(this.#child);
  }
}

/**
 * Kills what a process has started by this script; false where nothing of it runs, or where the system
 * does not tell (Linux alone does).
 */
export function killChild(pid: number, script: string): boolean {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const children = tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
    const found = children.find((child) =>
      readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(script),
    );
    if (found === undefined) return false;
    process.kill(Number(found), 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
