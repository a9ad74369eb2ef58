// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { FramedProcess } from './framed-process.ts';

/** As in `prover/native/internal/worker/frames.go`. */
const OPERATION = { load: 1, prove: 2, hash: 3, effort: 4 } as const;

/** As in `prover/native/internal/lanes`. */
const ARITHMETIC_VARIABLE = 'PLIMSOLL_NATIVE_ARITHMETIC';

/**
 * All that a worker is told by its environment: which arithmetic to use, where the processor offers more
 * than one. Throws `InvalidInput` for anything but "library".
 */
export function workerEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const arithmetic = environment[ARITHMETIC_VARIABLE] ?? '';
  if (arithmetic !== '' && arithmetic !== 'library') {
    throw new InvalidInput(ARITHMETIC_VARIABLE, `must be library, or not set; got ${arithmetic}`);
  }
  return { GOTRACEBACK: 'none', ...(arithmetic !== '' && { [ARITHMETIC_VARIABLE]: arithmetic }) };
}

/** One worker of `prover/native`. */
export class NativeWorker extends FramedProcess {
  constructor(binary: string, environment: NodeJS.ProcessEnv = process.env) {
    super('native', binary, [], workerEnvironment(environment));
  }

  async load(digest: string, path: string): Promise<void> {
    await this.request(OPERATION.load, Buffer.from(digest, 'hex'), Buffer.from(path, 'utf8'));
  }

  /** The proof and the public signals as `prover/native/internal/worker/worker.go` writes them. */
  async prove(digest: string, wtns: Uint8Array): Promise<Buffer> {
    return await this.request(OPERATION.prove, Buffer.from(digest, 'hex'), wtns);
  }

  /** What `prover/native/internal/groth16/effort.go` says of the proof made last with a key, as JSON. */
  async effort(digest: string): Promise<string> {
    const reply = await this.request(OPERATION.effort, Buffer.from(digest, 'hex'));
    return reply.toString('utf8');
  }

  /** The hash of every row of so many words after the first element that they share, 32 bytes each. */
  async hash(first: Uint8Array, words: number, rows: Uint8Array): Promise<Buffer> {
    return await this.request(OPERATION.hash, Uint8Array.of(words), first, rows);
  }
}
