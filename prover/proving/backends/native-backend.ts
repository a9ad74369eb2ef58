// SPDX-License-Identifier: GPL-3.0-or-later
import { basename, dirname, resolve } from 'node:path';

import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { parseValue } from '../../core/schema.ts';
import type { Artifact } from '../artifacts.ts';
import type { BackendProof, ProvingBackend } from './backend.ts';
import { WorkerDied } from './framed-process.ts';
import { NativeWorker } from './native-worker.ts';
import { BASE_FIELD } from '../../core/bn254.ts';
import { SCALAR_FIELD } from '../formats/r1cs.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { writeWitness } from '../formats/witness-file.ts';

const FIELD_BYTES = 32;
const COORDINATES = 8;

/** 32-byte big-endian numbers: the coordinates of A, B (real part first) and C, then the signals. */
export function parseNativeProof(reply: Buffer): BackendProof {
  const count = reply.length / FIELD_BYTES;
  if (!Number.isInteger(count) || count < COORDINATES) {
    throw new PlimsollError('BACKEND_FAILED', 'native: the worker wrote no readable proof');
  }
  const values = Array.from({ length: count }, (_, index) => {
    const word = reply.subarray(index * FIELD_BYTES, (index + 1) * FIELD_BYTES);
    const value = BigInt(`0x${word.toString('hex')}`);
    if (value >= (index < COORDINATES ? BASE_FIELD : SCALAR_FIELD)) {
      throw new PlimsollError('BACKEND_FAILED', 'native: the worker wrote a number out of range');
    }
    return value;
  });
  const [ax, ay, bx0, bx1, by0, by1, cx, cy] = values as [
    ...[bigint, bigint, bigint, bigint],
    ...[bigint, bigint, bigint, bigint],
  ];
  return {
    proof: {
      a: [ax, ay],
      b: [
        [bx0, bx1],
        [by0, by1],
      ],
      c: [cx, cy],
    },
    publicSignals: values.slice(COORDINATES),
  };
}

/** As in `prover/native/internal/groth16/effort.go`, which says what is counted. */
export const effortSchema = z.strictObject({
  arithmetic: z.enum(['52-bit', 'library']),
  vectorMultiplications: z.int().nonnegative(),
  scalarMultiplications: z.int().nonnegative(),
  vectorNanoseconds: z.number().nonnegative(),
  scalarNanoseconds: z.number().nonnegative(),
});
export type ProofEffort = z.infer<typeof effortSchema>;

/**
 * The worker of `prover/native`: started with the first proof, kept with its keys, started anew when
 * it dies. A request that it dies under is tried once more.
 */
export class NativeBackend implements ProvingBackend {
  readonly name = 'native';
  readonly verifies = true;
  /** Which sources the worker was built from. */
  readonly version: string;
  readonly #binary: string;
  readonly #environment: NodeJS.ProcessEnv;
  #worker: NativeWorker | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** The key of the proof that was made last. */
  #last: string | undefined;

  constructor(binary: string, environment: NodeJS.ProcessEnv = process.env) {
    this.#binary = binary;
    this.#environment = environment;
    this.version = basename(dirname(binary));
  }

  /** The worker's process, while there is one. */
  get pid(): number | undefined {
    return this.#worker?.alive === true ? this.#worker.pid : undefined;
  }

  async prove(artifact: Artifact, witness: Uint8Array): Promise<BackendProof> {
    const wtns = writeWitness(witness);
    // One after another: a proof takes all cores anyhow.
    const turn = this.#tail.then(async () => this.#proveOrRetry(artifact, wtns));
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }

  /** How many multiplications the proof made last took, and how long one takes; only after a proof. */
  async effort(): Promise<ProofEffort> {
    if (this.#worker === undefined || this.#last === undefined)
      throw new PlimsollError('BACKEND_FAILED', 'native: no proof has been made yet');
    const reply = await this.#worker.effort(this.#last);
    return parseValue(effortSchema, JSON.parse(reply), 'effort');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#worker?.close();
    await this.#tail;
  }

  async #proveOrRetry(artifact: Artifact, wtns: Uint8Array): Promise<BackendProof> {
    try {
      return await this.#proveOnce(artifact, wtns);
    } catch (error) {
      if (!(error instanceof WorkerDied) || this.#closed) throw error;
      return await this.#proveOnce(artifact, wtns);
    }
  }

  async #proveOnce(artifact: Artifact, wtns: Uint8Array): Promise<BackendProof> {
    if (this.#closed) throw new PlimsollError('BACKEND_CLOSED', 'native: the backend is closed');
    if (this.#worker?.alive !== true)
      this.#worker = new NativeWorker(this.#binary, this.#environment);
    const { sha256, path } = artifact.files.zkey;
    // The worker compares the hash itself, and keeps the key: asking again costs nothing.
    await this.#worker.load(sha256, resolve(REPOSITORY_ROOT, path));
    const proof = parseNativeProof(await this.#worker.prove(sha256, wtns));
    this.#last = sha256;
    return proof;
  }
}
