// SPDX-License-Identifier: GPL-3.0-or-later
import { PLAIN_HASHER, WORD_BYTES, firstElement, writeWord } from '../../commitments/row-hasher.ts';
import type { RowHasher } from '../../commitments/row-hasher.ts';
import type { Tag } from '../../commitments/hash-words.ts';
import { PlimsollError } from '../../core/errors.ts';
import { findNativeProver } from './native-build.ts';
import { WorkerDied } from './framed-process.ts';
import { NativeWorker } from './native-worker.ts';

/** No question exceeds the frames of the worker, nor keeps it long from the next one. */
const MOST_BYTES = 2 ** 24;

/**
 * Hashes rows in a worker of its own, on all processors, so that no proof waits behind it. A worker
 * that dies is started anew and asked once more.
 */
export class NativeHasher implements RowHasher {
  readonly name = 'native';
  readonly #binary: string;
  #worker: NativeWorker | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(binary: string) {
    this.#binary = binary;
  }

  async hashRows(tag: Tag, words: number, rows: Uint8Array): Promise<Uint8Array> {
    const first = new Uint8Array(WORD_BYTES);
    writeWord(first, 0, firstElement(tag, words));
    const rowBytes = words * WORD_BYTES;
    const hashes = new Uint8Array(rows.length / words);
    const step = Math.floor(MOST_BYTES / rowBytes) * rowBytes;
    const turns: Promise<void>[] = [];
    for (let start = 0; start < rows.length; start += step) {
      const part = rows.subarray(start, start + step);
      const turn = this.#tail.then(async () => {
        const reply = await this.#askOrRetry(first, words, part);
        if (reply.length !== part.length / words) {
          throw new PlimsollError('BACKEND_FAILED', 'native: the worker wrote no readable hashes');
        }
        hashes.set(reply, start / words);
      });
      this.#tail = turn.catch(() => undefined);
      turns.push(turn);
    }
    await Promise.all(turns);
    return hashes;
  }

  close(): void {
    this.#worker?.close();
  }

  async #askOrRetry(first: Uint8Array, words: number, rows: Uint8Array): Promise<Buffer> {
    try {
      return await this.#ask(first, words, rows);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      return await this.#ask(first, words, rows);
    }
  }

  async #ask(first: Uint8Array, words: number, rows: Uint8Array): Promise<Buffer> {
    if (this.#worker?.alive !== true) this.#worker = new NativeWorker(this.#binary);
    return await this.#worker.hash(first, words, rows);
  }
}

/** The worker where the set-up has built it, the library's own hash elsewhere: the same bits. */
export function fastestHasher(binary = findNativeProver()): RowHasher {
  return binary === undefined ? PLAIN_HASHER : new NativeHasher(binary);
}
