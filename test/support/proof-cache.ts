// SPDX-License-Identifier: GPL-3.0-or-later
// A proof that was made once is kept by what it proves and by its key: a test of the contracts is not
// about how long a proof takes. What is kept is a proof like any other, and a contract verifies it.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { sha256 } from '../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { findArtifact, loadArtifactManifest } from '../../prover/proving/artifacts.ts';
import { formatProof, type ProofFile } from '../../prover/proving/formats/proof-file.ts';
import { loadProof } from '../../prover/proving/formats/saved-proof.ts';
import type { Prover } from '../../prover/proving/prover.ts';
import type { StatementInstance } from '../../prover/statements/instance.ts';

const DIRECTORY = join(REPOSITORY_ROOT, '.plimsoll', 'test-proofs');

const text = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

/** The proof of an instance under the key that is built now. */
export async function proofOf(
  prover: () => Prover,
  instance: StatementInstance,
): Promise<ProofFile> {
  const { statement, profile, inputs } = instance;
  const { zkey } = findArtifact(loadArtifactManifest(), statement, profile).files;
  const id = sha256(JSON.stringify([statement, profile, zkey.sha256, inputs], text));
  const path = join(DIRECTORY, `${id}.json`);
  if (existsSync(path)) return loadProof(path);
  const { file } = await prover().prove({ statement, profile, inputs });
  mkdirSync(DIRECTORY, { recursive: true });
  // Whole or not at all: another test may ask for it meanwhile.
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, formatProof(file));
  renameSync(partial, path);
  return file;
}
