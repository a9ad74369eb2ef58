// SPDX-License-Identifier: GPL-3.0-or-later
import { readTextFile, writeFileAtomically } from '../../core/files.ts';
import { formatProof, parseProof, type ProofFile } from './proof-file.ts';

/** Throws `InvalidInput` as `parseProof` does, and where there is no such file. */
export function loadProof(path: string): ProofFile {
  return parseProof(readTextFile(path, 'proof'), path);
}

export function saveProof(path: string, file: ProofFile): void {
  writeFileAtomically(path, formatProof(file));
}
