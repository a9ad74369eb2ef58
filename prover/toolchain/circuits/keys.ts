// SPDX-License-Identifier: GPL-3.0-or-later
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { zKey } from 'snarkjs';
import type { SnarkjsVerificationKey } from 'snarkjs';

import type { ArtifactFile } from '../../proving/artifacts.ts';
import { sha256, sha256File } from '../../core/hash.ts';
import { findNativeProver } from '../../proving/backends/native-build.ts';
import { ARTIFACTS_DIRECTORY } from '../../core/root.ts';
import { createDevelopmentKey } from '../../proving/keys/development-key.ts';
import { parseVerificationKey } from '../../proving/formats/verification-key.ts';
import { withLock } from '../lock.mjs';
import { say } from '../progress.mjs';
import { makeWorkDirectory } from './compile.ts';
import type { CompiledCircuit } from './compile.ts';
import { compiledFile } from './compile.ts';

const require = createRequire(import.meta.url);
/** Raised whenever the same circuit would get another key. */
const FORMAT = 1;
/** The warning travels with the file wherever it is copied. */
const ZKEY_NAME = 'INSECURE-development.zkey';
const VERIFICATION_KEY_NAME = 'INSECURE-development.vkey.json';

interface KeyStamp {
  readonly insecure: string;
  readonly milliseconds: number;
  readonly files: Record<string, string>;
}

export interface DevelopmentKey {
  readonly zkey: ArtifactFile;
  readonly verificationKey: ArtifactFile;
  readonly verifying: SnarkjsVerificationKey;
  readonly milliseconds: number;
  readonly cached: boolean;
}

export function toolVersion(name: string): string {
  // ffjavascript hides its package.json from `require`, so it is looked for above its entry.
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const description = JSON.parse(readFileSync(path, 'utf8')) as {
      name?: string;
      version: string;
    };
    if (description.name === name) return description.version;
  }
}

function listed(root: string, directory: string, name: string, hash: string): ArtifactFile {
  const path = join(directory, name);
  return { path, sha256: hash, bytes: statSync(join(root, path)).size };
}

function readKey(root: string, directory: string, cached: boolean): DevelopmentKey | undefined {
  const stampPath = join(root, directory, 'key.json');
  if (!existsSync(stampPath)) return undefined;
  const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as KeyStamp;
  const intact = Object.entries(stamp.files).every(([name, hash]) => {
    const path = join(root, directory, name);
    return existsSync(path) && sha256File(path) === hash;
  });
  if (!intact) return undefined;
  const vkey = readFileSync(join(root, directory, VERIFICATION_KEY_NAME), 'utf8');
  return {
    zkey: listed(root, directory, ZKEY_NAME, stamp.files[ZKEY_NAME]!),
    verificationKey: listed(
      root,
      directory,
      VERIFICATION_KEY_NAME,
      stamp.files[VERIFICATION_KEY_NAME]!,
    ),
    verifying: parseVerificationKey(vkey, { setup: 'insecure-development' }),
    milliseconds: stamp.milliseconds,
    cached,
  };
}

async function makeKey(
  root: string,
  circuit: CompiledCircuit,
  directory: string,
  report: (fraction: number) => void,
): Promise<void> {
  const started = performance.now();
  const work = makeWorkDirectory(root, `key-${circuit.name}-${circuit.files.r1cs.slice(0, 16)}`);
  try {
    const r1cs = readFileSync(compiledFile(root, circuit, 'r1cs'));
    const native = findNativeProver();
    const zkey = await createDevelopmentKey(r1cs, { report, native, note: say });
    const verifying = await zKey.exportVerificationKey({ type: 'mem', data: zkey });
    const vkey = `${JSON.stringify(verifying, null, 1)}\n`;
    writeFileSync(join(root, work, ZKEY_NAME), zkey);
    writeFileSync(join(root, work, VERIFICATION_KEY_NAME), vkey);
    const stamp: KeyStamp = {
      insecure: 'the toxic waste of this key is public: never use it for value',
      milliseconds: Math.round(performance.now() - started),
      files: { [ZKEY_NAME]: sha256(zkey), [VERIFICATION_KEY_NAME]: sha256(vkey) },
    };
    writeFileSync(join(root, work, 'key.json'), JSON.stringify(stamp, null, 2));
    rmSync(join(root, directory), { recursive: true, force: true });
    renameSync(join(root, work), join(root, directory));
  } finally {
    rmSync(join(root, work), { recursive: true, force: true });
  }
}

/** The development key of a compiled circuit, made or from the cache. */
export async function developmentKey(
  root: string,
  circuit: CompiledCircuit,
  report: (fraction: number) => void,
): Promise<DevelopmentKey> {
  const version = JSON.stringify([
    FORMAT,
    circuit.files.r1cs,
    toolVersion('ffjavascript'),
    toolVersion('snarkjs'),
  ]);
  const name = `${circuit.name}-${sha256(version).slice(0, 16)}`;
  const directory = join(ARTIFACTS_DIRECTORY, 'keys', name);
  return await withLock(join(root, ARTIFACTS_DIRECTORY, 'locks', `key-${name}`), async () => {
    const found = readKey(root, directory, true);
    if (found !== undefined) return found;
    mkdirSync(join(root, ARTIFACTS_DIRECTORY, 'keys'), { recursive: true });
    await makeKey(root, circuit, directory, report);
    return readKey(root, directory, false)!;
  });
}
