// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';

import { findProgram, firstLinesOf } from '../../core/programs.ts';
import { sha256 } from '../../core/hash.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';

const run = promisify(execFile);
const SOURCES = 'prover/native';
const BINARIES = '.plimsoll/native';
const NAME = 'plimsoll-prover';
const TIMEOUT_MS = 180_000;

export type NativeBuild =
  | { readonly state: 'present' | 'built'; readonly binary: string }
  | { readonly state: 'unavailable'; readonly reason: string };

/** Everything the worker is made of; its tests are not. */
function sources(root: string): string[] {
  return readdirSync(join(root, SOURCES), { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => /^go\.(mod|sum)$/.test(name) || /(?<!_test)\.go$/.test(name))
    .sort();
}

/** SHA-256 over the worker's sources: names its binary, so that none is ever out of date. */
export function nativeFingerprint(root = REPOSITORY_ROOT): string {
  const content = sources(root).map((name) => [
    name,
    readFileSync(join(root, SOURCES, name), 'utf8'),
  ]);
  return sha256(JSON.stringify(content));
}

function binaryPath(root: string): string {
  return join(root, BINARIES, nativeFingerprint(root).slice(0, 16), NAME);
}

/** The worker's binary, if it has been built from the sources as they are now. */
export function findNativeProver(root = REPOSITORY_ROOT): string | undefined {
  const path = binaryPath(root);
  return existsSync(path) ? path : undefined;
}

/** The Go tool on the PATH, or none. */
export function findGo(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return findProgram(['go'], environment);
}

/**
 * Builds the worker where Go is installed. Never rejects: what it makes is optional, and without it
 * snarkjs proves.
 */
export async function buildNativeProver(
  root = REPOSITORY_ROOT,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<NativeBuild> {
  const binary = binaryPath(root);
  if (existsSync(binary)) return { state: 'present', binary };
  const go = findGo(environment);
  if (go === undefined) return { state: 'unavailable', reason: 'Go is not on the PATH' };
  const work = join(root, BINARIES, `work-${process.pid}`);
  try {
    mkdirSync(work, { recursive: true });
    const args = [
      'build',
      '-mod=readonly',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags=-s -w',
      '-o',
      join(work, NAME),
    ];
    const cwd = join(root, SOURCES);
    await run(go, [...args, '.'], {
      cwd,
      env: { ...environment, CGO_ENABLED: '0' },
      timeout: TIMEOUT_MS,
    });
    const folder = join(binary, '..');
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    return { state: 'built', binary };
  } catch (error) {
    return { state: 'unavailable', reason: `go build failed: ${firstLinesOf(error)}` };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
