// SPDX-License-Identifier: GPL-3.0-or-later
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { keepWasmCode } from '../../core/wasm-code.ts';
import { affineBytes } from './fixed-base.ts';
import type { Group } from './fixed-base.ts';
import type { MultiplyTask } from './fixed-base.worker.ts';
import { SCALAR_BYTES } from './wasm-curve.ts';
import type { CurveCode } from './wasm-curve.ts';

const CHUNK = 1024;
const MAX_WORKERS = 8;

export interface Points {
  readonly affine: Uint8Array;
  /** The same points as snarkjs hashes them; only when asked for. */
  readonly hashed: Uint8Array | undefined;
}

interface Job {
  readonly task: MultiplyTask;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Multiplies the generators by many scalars on all cores; `close` ends its threads. */
export class MultiplierPool {
  readonly #workers: Worker[];
  readonly #waiting: Job[] = [];
  readonly #idle = new Set<Worker>();
  readonly #running = new Map<Worker, Job>();

  constructor(code: CurveCode, threads = Math.min(availableParallelism(), MAX_WORKERS)) {
    keepWasmCode();
    this.#workers = Array.from({ length: threads }, () => this.#start(code));
  }

  #start(code: CurveCode): Worker {
    const worker = new Worker(new URL('./fixed-base.worker.ts', import.meta.url), {
      workerData: code,
    });
    worker.on('message', () => {
      this.#running.get(worker)?.done();
      this.#running.delete(worker);
      this.#idle.add(worker);
      this.#dispatch();
    });
    worker.on('error', (error) => {
      this.#running.get(worker)?.failed(error);
      for (const job of this.#waiting.splice(0)) job.failed(error);
    });
    return worker;
  }

  #dispatch(): void {
    for (const worker of this.#idle) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#idle.delete(worker);
      this.#running.set(worker, job);
      worker.postMessage(job.task);
    }
  }

  /** scalars: 32-byte little-endian each, in shared memory. */
  async multiply(
    group: Group,
    scalars: SharedArrayBuffer,
    options: { readonly hashed: boolean; readonly report?: (points: number) => void },
  ): Promise<Points> {
    const total = scalars.byteLength / SCALAR_BYTES;
    const affine = new SharedArrayBuffer(total * affineBytes(group));
    const hashed = options.hashed ? new SharedArrayBuffer(affine.byteLength) : undefined;
    const jobs: Promise<void>[] = [];
    for (let first = 0; first < total; first += CHUNK) {
      const count = Math.min(CHUNK, total - first);
      const task = { group, scalars, first, count, affine, hashed };
      jobs.push(
        new Promise<void>((resolve, reject) => {
          const done = (): void => {
            options.report?.(count);
            resolve();
          };
          this.#waiting.push({ task, done, failed: reject });
        }),
      );
    }
    this.#dispatch();
    await Promise.all(jobs);
    return {
      affine: new Uint8Array(affine),
      hashed: hashed === undefined ? undefined : new Uint8Array(hashed),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
