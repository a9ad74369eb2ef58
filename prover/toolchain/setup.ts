// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The part of the set-up that runs under the pinned runtime: circuits with their keys, verifiers
 * and generated types, then the contracts. Idempotent; a step whose inputs did not change is skipped.
 * With `--test` also the circuits that only the tests need.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { SETUP_RECORD_PATH } from './setup-state.ts';
import { PlimsollError, reasonOf } from '../core/errors.ts';
import { ARTIFACT_MANIFEST_PATH, loadArtifactManifest } from '../proving/artifacts.ts';
import { loadManifest } from '../statements/manifest.ts';
import type { BuildLevel } from '../statements/manifest.ts';
import { buildNativeProver, findGo, findNativeProver } from '../proving/backends/native-build.ts';
import {
  ROOT,
  execute,
  readStepTimes,
  recordStepTime,
  runtimeEnvironment,
  runtimePath,
  writeAtomically,
} from './bootstrap.mjs';
import { buildCircuits } from './build-circuits.ts';
import { targetsOf } from './circuits/build.ts';
import type { BuildResult } from './circuits/build.ts';
import { SIGNAL_TYPES_PATH } from './circuits/generate.ts';
import { verifierName } from './circuits/verifier.ts';
import { withLock } from './lock.mjs';
import { formatDuration, say, withProgress } from './progress.mjs';

const STATE = join(ROOT, '.plimsoll');
const CIRCUITS_STAMP = join(STATE, 'circuits.stamp');
const CONTRACTS_STAMP = join(STATE, 'contracts.stamp');
const STEPS = ['runtime', 'dependencies', 'circuits', 'contracts'] as const;
/** Its time is recorded where it is built, and nothing depends on it. */
const OPTIONAL_STEP = 'native prover';

function filesUnder(folder: string, extensions: readonly string[]): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => extensions.some((extension) => file.endsWith(extension)))
    .map((file) => join(folder, file));
}

function fingerprintOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function readStamp(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Hash over everything that decides what the circuit step makes. */
function circuitsFingerprint(): string {
  return fingerprintOf([
    ...filesUnder('circuits', ['.circom', '.json']),
    ...filesUnder('prover/toolchain/circuits', ['.ts']),
    ...filesUnder('prover/proving', ['.ts']),
    'prover/statements/manifest.ts',
    'prover/toolchain/build-circuits.ts',
    'package-lock.json',
  ]);
}

/** Sizes only: the prover compares every artifact with its hash before it uses it. */
function artifactsPresent(level: BuildLevel): boolean {
  if (!existsSync(join(ROOT, ARTIFACT_MANIFEST_PATH))) return false;
  const { artifacts } = loadArtifactManifest();
  const built = new Set(artifacts.map(({ statement, profile }) => `${statement}-${profile}`));
  if (!targetsOf(loadManifest(ROOT), level).every((target) => built.has(target))) return false;
  const verifiers = artifacts.map(({ statement, profile }) =>
    join('contracts', 'verifiers', `${verifierName(statement, profile)}.sol`),
  );
  const listed = artifacts.flatMap(({ files }) => Object.values(files));
  return (
    existsSync(join(ROOT, SIGNAL_TYPES_PATH)) &&
    verifiers.every((path) => existsSync(join(ROOT, path))) &&
    listed.every(({ path, bytes }) => {
      return statSync(join(ROOT, path), { throwIfNoEntry: false })?.size === bytes;
    })
  );
}

async function setUpCircuits(level: BuildLevel): Promise<void> {
  const fingerprint = circuitsFingerprint();
  if (readStamp(CIRCUITS_STAMP) === fingerprint && artifactsPresent(level)) return;
  rmSync(CIRCUITS_STAMP, { force: true });
  const built = await withProgress<BuildResult>(
    'circuits and INSECURE development keys',
    async (report) => buildCircuits({ level, progress: report }),
  );
  const { artifacts, rebuilt } = built.result;
  if (level === 'setup' && rebuilt.length === artifacts.length) {
    recordStepTime('circuits', built.ms);
  } else if (readStepTimes()['circuits'] === undefined) {
    // Resumed after an interruption, or with the circuits of the tests: what each artifact of the
    // set-up cost when it was built, one after another.
    const targets = new Set(targetsOf(loadManifest(ROOT), 'setup'));
    const cost = artifacts
      .filter(({ statement, profile }) => targets.has(`${statement}-${profile}`))
      .map(({ buildMs }) => buildMs.compile + buildMs.key);
    const total = cost.reduce((sum, each) => sum + each, 0);
    recordStepTime('circuits', total);
  }
  writeAtomically(CIRCUITS_STAMP, fingerprint);
}

async function compileContracts(): Promise<void> {
  const cli = join(ROOT, 'node_modules', 'hardhat', 'dist', 'src', 'cli.js');
  const { code, output } = await execute(runtimePath(), [cli, 'build'], {
    cwd: ROOT,
    env: runtimeEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (code !== 0) throw new PlimsollError('CONTRACTS_FAILED', output.trim());
}

async function setUpContracts(): Promise<void> {
  const fingerprint = fingerprintOf([
    ...filesUnder('contracts', ['.sol']),
    'hardhat.config.ts',
    'prover/toolchain/solidity-settings.ts',
    'package-lock.json',
  ]);
  if (readStamp(CONTRACTS_STAMP) === fingerprint && existsSync(join(ROOT, 'artifacts'))) return;
  rmSync(CONTRACTS_STAMP, { force: true });
  const { ms } = await withProgress('contracts', async () => compileContracts());
  recordStepTime('contracts', ms);
  writeAtomically(CONTRACTS_STAMP, fingerprint);
}

/** What serves where the native prover is not built. */
const SUBSTITUTE = 'snarkjs proves, and TypeScript makes the keys';

/** Proofs and keys are made several times faster with it. */
async function setUpNativeProver(): Promise<void> {
  if (findNativeProver() !== undefined) return;
  if (findGo() === undefined) {
    return say(`${OPTIONAL_STEP}: not built, Go is not on the PATH; ${SUBSTITUTE}`);
  }
  const { result, ms } = await withProgress(OPTIONAL_STEP, async () => buildNativeProver());
  if (result.state !== 'unavailable') return recordStepTime(OPTIONAL_STEP, ms);
  say(`${OPTIONAL_STEP}: not built, ${result.reason}; ${SUBSTITUTE}`);
}

function writeRecord(): void {
  const times = readStepTimes();
  const steps = findNativeProver() === undefined ? STEPS : [...STEPS, OPTIONAL_STEP];
  const stepsMs = Object.fromEntries(steps.map((step) => [step, times[step] ?? 0]));
  const coldSetupMs = Object.values(stepsMs).reduce((sum, ms) => sum + ms, 0);
  const record = JSON.stringify({ stepsMs, coldSetupMs });
  if (existsSync(SETUP_RECORD_PATH) && readFileSync(SETUP_RECORD_PATH, 'utf8') === record) return;
  writeAtomically(SETUP_RECORD_PATH, record);
  const shares = steps.map((step) => `${step} ${formatDuration(stepsMs[step] ?? 0)}`);
  say(`set-up done; from nothing it takes ${formatDuration(coldSetupMs)}: ${shares.join(', ')}`);
}

/** Builds whatever is missing or out of date. Rejects with the first step that fails. */
export async function setUp(level: BuildLevel = 'setup'): Promise<void> {
  await withLock(join(STATE, 'setup.lock'), async () => {
    // First, because it makes the keys.
    await setUpNativeProver();
    await setUpCircuits(level);
    await setUpContracts();
    writeRecord();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await setUp(process.argv.includes('--test') ? 'test' : 'setup');
  } catch (error) {
    say(`plimsoll set-up: ${reasonOf(error)}`);
    process.exitCode = 1;
  }
}
