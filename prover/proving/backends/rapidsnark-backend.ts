// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { findProgram, isExecutable } from '../../core/programs.ts';
import { readArtifactFile } from '../artifacts.ts';
import type { Artifact } from '../artifacts.ts';
import { parseSnarkjsProof } from './backend.ts';
import type { BackendProof, ProvingBackend } from './backend.ts';
import { SCALAR_FIELD } from '../formats/r1cs.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { writeWitness } from '../formats/witness-file.ts';

const run = promisify(execFile);
const ENVIRONMENT_VARIABLE = 'PLIMSOLL_RAPIDSNARK';
const TIMEOUT_MS = 300_000;

/**
 * The configured prover, or one named `rapidsnark` on the PATH, or none. A configured one that
 * cannot be run is an error: falling back would hide the mistake.
 */
export function findRapidsnark(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const configured = environment[ENVIRONMENT_VARIABLE];
  if (configured !== undefined && configured !== '') {
    const path = isAbsolute(configured) ? configured : resolve(configured);
    if (!isExecutable(path))
      throw new InvalidInput(ENVIRONMENT_VARIABLE, `must be an executable file, got ${configured}`);
    return path;
  }
  return findProgram(['rapidsnark'], environment);
}

function parsePublicSignals(document: unknown): bigint[] {
  if (!Array.isArray(document)) throw new InvalidInput('publicSignals', 'must be a list');
  return document.map((value: unknown, index) => {
    if (
      typeof value !== 'string' ||
      !/^(0|[1-9][0-9]*)$/.test(value) ||
      BigInt(value) >= SCALAR_FIELD
    ) {
      throw new InvalidInput(
        `publicSignals[${index}]`,
        'must be a canonical decimal string below the scalar field',
      );
    }
    return BigInt(value);
  });
}

/** An external program with rapidsnark's interface: `prover key.zkey witness.wtns proof.json public.json`. */
export class RapidsnarkBackend implements ProvingBackend {
  readonly name = 'rapidsnark';
  readonly version = 'external';
  readonly #binary: string;
  /** Keys whose bytes have been compared with the artifact manifest. */
  readonly #checkedKeys = new Set<string>();

  constructor(binary: string) {
    this.#binary = binary;
  }

  async prove(artifact: Artifact, witness: Uint8Array): Promise<BackendProof> {
    const { zkey } = artifact.files;
    if (!this.#checkedKeys.has(zkey.sha256)) {
      readArtifactFile(zkey);
      this.#checkedKeys.add(zkey.sha256);
    }
    // The witness is the account's private data: readable by this user only, and removed at once.
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-witness-'));
    try {
      const path = (name: string): string => join(folder, name);
      writeFileSync(path('witness.wtns'), writeWitness(witness), { mode: 0o600 });
      const key = resolve(REPOSITORY_ROOT, zkey.path);
      const files = [key, path('witness.wtns'), path('proof.json'), path('public.json')];
      await run(this.#binary, files, { timeout: TIMEOUT_MS }).catch((cause: unknown) => {
        throw new PlimsollError('BACKEND_FAILED', `${this.#binary}: the prover failed`, { cause });
      });
      // rapidsnark ends its files with a zero byte.
      const read = (name: string): unknown =>
        JSON.parse(readFileSync(path(name), 'utf8').replace(/\0+$/, ''));
      return {
        proof: parseSnarkjsProof(read('proof.json')),
        publicSignals: parsePublicSignals(read('public.json')),
      };
    } catch (cause) {
      if (!(cause instanceof SyntaxError) && (cause as NodeJS.ErrnoException).code !== 'ENOENT')
        throw cause;
      throw new PlimsollError('BACKEND_FAILED', `${this.#binary}: wrote no readable proof`, {
        cause,
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    this.#checkedKeys.clear();
    await Promise.resolve();
  }
}
