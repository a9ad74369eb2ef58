// SPDX-License-Identifier: GPL-3.0-or-later
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { PlimsollError } from '../../core/errors.ts';
import { isRunning, kill } from './killed-process.ts';

const START_MS = 120_000;

/** What a first start takes beside its code, as far as nobody has measured it. */
const FIRST_START_MS = 3000;

type Word = { readonly isLoaded: true } | { readonly url: string };

/** A service in a process of its own, which is killed without a word. */
export class OwnerProcess {
  readonly #config: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  /** Of the last start that ended well, from its code to its first answer. */
  #startMs = FIRST_START_MS;
  url = '';

  constructor(config: string, environment: NodeJS.ProcessEnv) {
    this.#config = config;
    this.#environment = environment;
  }

  get alive(): boolean {
    return isRunning(this.#child);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const child = this.#fork();
    await wordOf(child, 'isLoaded');
    const loaded = performance.now();
    const { url } = await wordOf(child, 'url');
    this.#startMs = performance.now() - loaded;
    this.url = url;
  }

  /**
   * Starts it and kills it in the middle: once its code is loaded, after this share of what its last
   * start took. `before` is done to what it needs at that moment.
   */
  async killStarting(share: number, before: () => Promise<unknown>): Promise<void> {
    await wordOf(this.#fork(), 'isLoaded');
    await sleep(share * this.#startMs);
    await before();
    await this.kill();
  }

  async kill(): Promise<void> {
    await kill(this.#child);
  }

  #fork(): ChildProcess {
    this.#child = fork(new URL('./owner.ts', import.meta.url), [this.#config], {
      env: this.#environment,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return this.#child;
  }
}

/** What a service says about this; an error where it ends before it does. */
async function wordOf<Key extends 'isLoaded' | 'url'>(
  child: ChildProcess,
  about: Key,
): Promise<Extract<Word, Record<Key, unknown>>> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new PlimsollError('TORTURE', 'the service does not start'));
    }, START_MS);
    const ended = (): void => {
      clearTimeout(timer);
      reject(new PlimsollError('TORTURE', 'the service ended before it answered'));
    };
    child.on('message', function listen(message) {
      if (!(about in (message as Word))) return;
      clearTimeout(timer);
      child.off('message', listen);
      child.off('exit', ended);
      resolve(message as Extract<Word, Record<Key, unknown>>);
    });
    child.once('exit', ended);
  });
}
