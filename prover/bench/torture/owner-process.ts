// SPDX-License-Identifier: GPL-3.0-or-later
import { fork, type ChildProcess } from 'node:child_process';

import { PlimsollError } from '../../core/errors.ts';

const START_MS = 120_000;

/** A service in a process of its own, which is killed without a word. */
export class OwnerProcess {
  readonly #config: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  url = '';

  constructor(config: string, environment: NodeJS.ProcessEnv) {
    this.#config = config;
    this.#environment = environment;
  }

  get alive(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const child = fork(new URL('./owner.ts', import.meta.url), [this.#config], {
      env: this.#environment,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    const answer = await new Promise<{ url: string }>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new PlimsollError('TORTURE', 'the service does not start'));
      }, START_MS);
      child.once('message', (message) => {
        clearTimeout(timer);
        resolve(message as { url: string });
      });
      child.once('exit', () => {
        clearTimeout(timer);
        reject(new PlimsollError('TORTURE', 'the service ended before it answered'));
      });
    });
    this.url = answer.url;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.alive) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
