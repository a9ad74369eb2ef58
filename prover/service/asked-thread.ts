// SPDX-License-Identifier: GPL-3.0-or-later
import { Worker, type Transferable } from 'node:worker_threads';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { keepWasmCode } from '../core/wasm-code.ts';
import type { ThreadAnswer, ThreadFault } from './answering-thread.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What was thrown there, as the error that it was: a copy has the words and not the class. */
function thrown({ error, isOwn, fields }: ThreadFault): Error {
  const { field, rule, code } = fields;
  if (!isOwn || code === undefined) return Object.assign(error, fields);
  return field === undefined || rule === undefined
    ? new PlimsollError(code, error.message, { cause: error })
    : new InvalidInput(field, rule, { cause: error });
}

/**
 * A thread that does what would keep the answers of the API waiting. What it throws is thrown to whoever
 * asked; a thread that ends unasked ends the process, which the journal brings back.
 */
export class AskedThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #isClosing = false;

  constructor(script: URL) {
    keepWasmCode();
    this.#worker = new Worker(script, { execArgv: [] });
    // It keeps the process for an answer alone.
    this.#worker.unref();
    this.#worker.on('message', ({ id, ...answer }: ThreadAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if ('value' in answer) waiting?.resolve(answer.value);
      else waiting?.reject(thrown(answer));
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('exit', () => {
      const error = new PlimsollError('THREAD_ENDED', 'a thread of the service has ended');
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
      if (!this.#isClosing) throw error;
    });
  }

  /** The answer to a question, which the thread takes up in the order of asking. */
  async ask<Answer>(question: unknown, transfer: readonly Transferable[] = []): Promise<Answer> {
    const id = this.#next;
    this.#next += 1;
    return await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, question }, transfer);
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#worker.terminate();
  }
}
