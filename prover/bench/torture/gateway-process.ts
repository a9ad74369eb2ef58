// SPDX-License-Identifier: GPL-3.0-or-later
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { isRunning, kill } from './killed-process.ts';

/**
 * A node as a service sees it, which is killed with SIGKILL: questions that are under way break off in the
 * middle, and new ones find nobody. What it stands before keeps the chain, as a node's disk would.
 */
export class GatewayProcess {
  readonly #node: string;
  #child: ChildProcess | undefined;
  url = 'http://127.0.0.1:0';

  constructor(node: string) {
    this.#node = node;
  }

  /** At the address it had before; one that stands is left alone. */
  async up(): Promise<void> {
    if (isRunning(this.#child)) return;
    const child = fork(new URL('./gateway.ts', import.meta.url), [
      this.#node,
      new URL(this.url).port || '0',
    ]);
    this.#child = child;
    const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
    this.url = url;
  }

  async kill(): Promise<void> {
    await kill(this.#child);
  }
}
