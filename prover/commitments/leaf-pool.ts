// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';

import { PlimsollError } from '../core/errors.ts';
import type { Account } from './account.ts';
import type { LeafAnswer } from './leaf-process.ts';

const BATCH = 512;
const MAX_PROCESSES = 8;
/** Batches in flight by process: one under way and one waiting, so that memory stays bounded. */
const AHEAD = 2;

/**
 * Hashes accounts beside this process; answers arrive in the order of the questions. A process and
 * no thread, because the library of the hash takes every thread for one that it started itself.
 */
class LeafProcess {
  readonly #process = fork(new URL('./leaf-process.ts', import.meta.url), {
    serialization: 'advanced',
    execArgv: [],
  });
  readonly #waiting: {
    readonly done: (leaves: readonly bigint[]) => void;
    readonly failed: (error: unknown) => void;
  }[] = [];

  constructor() {
    this.#process.on('message', (answer: LeafAnswer) => {
      const asked = this.#waiting.shift();
      if ('leaves' in answer) asked?.done(answer.leaves);
      else asked?.failed(new PlimsollError(answer.code, answer.message));
    });
    const end = (): void => {
      const error = new PlimsollError('LEAF_PROCESS', 'hashLeaves: a hashing process ended');
      for (const { failed } of this.#waiting.splice(0)) failed(error);
    };
    this.#process.on('error', end);
    this.#process.on('exit', end);
  }

  hash(accounts: readonly Account[]): Promise<readonly bigint[]> {
    const leaves = new Promise<readonly bigint[]>((done, failed) => {
      this.#waiting.push({ done, failed });
    });
    this.#process.send(accounts);
    // A failure is thrown where the leaves are awaited, which may be later than it happens.
    leaves.catch(() => {});
    return leaves;
  }

  close(): void {
    this.#process.kill();
  }
}

function* batches(accounts: Iterable<Account>): Generator<Account[]> {
  let batch: Account[] = [];
  for (const account of accounts) {
    batch.push(account);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/**
 * The leaves of many accounts, in order, hashed on all cores. Takes accounts as it needs them: a
 * million need not be in memory at once.
 */
export async function hashLeaves(
  accounts: Iterable<Account>,
  {
    processes = Math.min(availableParallelism(), MAX_PROCESSES),
    report = () => {},
  }: { readonly processes?: number; readonly report?: (hashed: number) => void } = {},
): Promise<bigint[]> {
  const workers = Array.from({ length: processes }, () => new LeafProcess());
  const leaves: bigint[] = [];
  const pending: Promise<readonly bigint[]>[] = [];
  const collect = async (): Promise<void> => {
    leaves.push(...((await pending.shift()) ?? []));
    report(leaves.length);
  };
  try {
    let turn = 0;
    for (const batch of batches(accounts)) {
      if (pending.length >= processes * AHEAD) await collect();
      pending.push(workers[turn % processes]!.hash(batch));
      turn += 1;
    }
    while (pending.length > 0) await collect();
  } finally {
    for (const worker of workers) worker.close();
  }
  return leaves;
}
