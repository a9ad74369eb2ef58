// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { zKey } from 'snarkjs';
import type { SnarkjsVerificationKey } from 'snarkjs';

import type { Artifact } from '../../../prover/proving/artifacts.ts';
import { sha256 } from '../../../prover/core/hash.ts';
import { findNativeProver } from '../../../prover/proving/backends/native-build.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';

export const NATIVE_BINARY = findNativeProver();
/** Said in the report of a run that could not test the worker. */
export const NEEDS_WORKER =
  NATIVE_BINARY === undefined ? ' (SKIPPED: the native worker is not built, Go is missing)' : '';

/** Files that exist as long as the folder does; a backend reads keys by path and hash. */
export class KeyFolder {
  readonly path: string;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'plimsoll-native-'));
  }

  /** As much of an artifact as a backend looks at. */
  artifact(name: string, zkey: Uint8Array): Artifact {
    const path = join(this.path, name);
    writeFileSync(path, zkey);
    const listed = {
      path: relative(REPOSITORY_ROOT, path),
      sha256: sha256(zkey),
      bytes: zkey.length,
    };
    return { files: { zkey: listed } } as Artifact;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function verificationKey(zkey: Uint8Array): Promise<SnarkjsVerificationKey> {
  return await zKey.exportVerificationKey({ type: 'mem', data: zkey });
}
