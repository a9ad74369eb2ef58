// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import { answerInstead, isNodeFailure } from '../chain/node-failure.ts';
import { PlimsollError } from '../core/errors.ts';
import type { JoinedChain } from './join-chain.ts';

const FIRST_WAIT_MS = 1000;
const MOST_WAIT_MS = 60_000;

/** What anybody may be told of it: no address of a node, which may hold a key. */
function inWords(error: unknown): string {
  if (answerInstead(error) !== undefined)
    return 'the node answers with an error: the log says which';
  if (isNodeFailure(error)) return 'the node does not answer';
  if (error instanceof PlimsollError) return error.message;
  return 'the chain cannot be followed: the log says why';
}

/**
 * Joins a chain as soon as its node answers. A node that is down when a service starts is no reason not
 * to start: ledgers are taken and accounts are answered for meanwhile, and readiness says what is missing.
 */
export class Joining {
  readonly #join: () => Promise<JoinedChain>;
  readonly #told: (error: unknown) => void;
  readonly #ended = new AbortController();
  #joined: JoinedChain | undefined;
  #fault: string | undefined;
  #loop: Promise<void> | undefined;

  private constructor(join: () => Promise<JoinedChain>, told: (error: unknown) => void) {
    this.#join = join;
    this.#told = told;
  }

  /**
   * Throws what is wrong with the configuration where the first node that answers shows it; what comes
   * later is told, each once, and tried again.
   */
  static async start(
    join: () => Promise<JoinedChain>,
    told: (error: unknown) => void,
    firstWaitMs = FIRST_WAIT_MS,
  ): Promise<Joining> {
    const joining = new Joining(join, told);
    try {
      joining.#joined = await join();
    } catch (error) {
      if (!isNodeFailure(error)) throw error;
      joining.#note(error);
      joining.#loop = joining.#keepTrying(firstWaitMs);
    }
    return joining;
  }

  get joined(): JoinedChain | undefined {
    return this.#joined;
  }

  /** What keeps it from following the chain now. */
  get fault(): string | undefined {
    if (this.#joined === undefined) return this.#fault;
    const { fault } = this.#joined.link;
    return fault === undefined ? undefined : inWords(fault);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
    await this.#joined?.stop();
  }

  async #keepTrying(firstWaitMs: number): Promise<void> {
    const { signal } = this.#ended;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(MOST_WAIT_MS, 2 * waitMs)) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.#joined = await this.#join();
        return;
      } catch (error) {
        this.#note(error);
      }
    }
  }

  #note(error: unknown): void {
    const fault = inWords(error);
    if (fault !== this.#fault) this.#told(error);
    this.#fault = fault;
  }
}
