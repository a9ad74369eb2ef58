// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The part of the set-up that must run on any Node >= 18 with nothing installed: the pinned
 * runtime, then the dependencies under that runtime. Plain JavaScript, built-in modules only.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { linkCommand } from './link-command.mjs';
import { withLock } from './lock.mjs';
import { withProgress } from './progress.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STATE = join(ROOT, '.plimsoll');
const TOOLS = join(STATE, 'tools');
const RUNTIME_MANIFEST = join(ROOT, 'prover', 'toolchain', 'runtime');
const NODE_VERSION = /** @type {{ version: string }} */ (
  JSON.parse(readFileSync(join(RUNTIME_MANIFEST, 'package.json'), 'utf8'))
).version;
const RUNTIME_HOME = join(TOOLS, `node-${NODE_VERSION}`);
const DEPENDENCIES_STAMP = join(ROOT, 'node_modules', '.plimsoll-stamp');
const STEP_TIMES = join(STATE, 'step-times.json');

/** The pinned interpreter; the running one where it is newer and no pinned build exists. */
export function runtimePath() {
  const pinned = join(RUNTIME_HOME, 'bin', 'node');
  return existsSync(pinned) || !usesOwnRuntime() ? pinned : process.execPath;
}

function usesOwnRuntime() {
  const packaged = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  return !packaged && Number.parseInt(process.versions.node, 10) >= 24;
}

/**
 * Environment in which `node` is the pinned one for every process below, npm's included: npm under
 * an older Node skips Hardhat's native part without a word, and Hardhat then dies.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function runtimeEnvironment() {
  return {
    ...process.env,
    PATH: [join(runtimePath(), '..'), process.env['PATH'] ?? ''].join(delimiter),
    HARDHAT_CONFIG: join(ROOT, 'hardhat.config.ts'),
    HARDHAT_DISABLE_TELEMETRY: 'true',
    // Set before a process starts, so that even its first module is neither stripped of types nor
    // compiled anew: three quarters of what `plimsoll --help` would cost.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(STATE, 'compile-cache'),
  };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function execute(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    const terminate = () => child.kill('SIGTERM');
    // A terminal sends Ctrl-C to the child as well: we only stay to report how it ended.
    const outlive = () => undefined;
    process.on('SIGTERM', terminate);
    process.on('SIGINT', outlive);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (/** @type {Buffer} */ data) => (output += data.toString()));
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGTERM', terminate);
      process.off('SIGINT', outlive);
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 143), output });
    });
  });
}

/**
 * `npm ci` in `cwd`, by the npm that called us where there is one, without lifecycle scripts:
 * nothing here needs them, and a dependency's install script is code nobody reviewed.
 *
 * @param {string} cwd
 * @param {string} node
 * @param {NodeJS.ProcessEnv} environment
 */
export async function npmCi(cwd, node, environment) {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const cli = process.env['npm_execpath'];
  const byPath = cli !== undefined && basename(cli) === 'npm-cli.js';
  const { npm_config_local_prefix: _prefix, ...rest } = environment;
  const { code, output } = await execute(byPath ? node : 'npm', byPath ? [cli, ...args] : args, {
    cwd,
    env: rest,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (code !== 0) throw new Error(`npm ci failed in ${cwd} (exit ${code}):\n${output.trim()}`);
}

async function installRuntime() {
  const draft = join(TOOLS, `.installing-${process.pid}`);
  for (const entry of existsSync(TOOLS) ? readdirSync(TOOLS) : []) {
    // Left behind by a set-up that was cut short; the lock is ours, so nobody is using it.
    if (entry.startsWith('.installing-')) rmSync(join(TOOLS, entry), { recursive: true });
  }
  mkdirSync(join(draft, 'bin'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(RUNTIME_MANIFEST, file), join(draft, file));
  }
  await npmCi(draft, process.execPath, process.env);
  const packageName = `node-${process.platform}-${process.arch}`;
  const binary = join('node_modules', packageName, 'bin', 'node');
  if (!existsSync(join(draft, binary))) {
    throw new Error(
      `no pinned Node.js ${NODE_VERSION} for ${process.platform} ${process.arch}; ` +
        'run this with Node.js 24 or newer instead',
    );
  }
  symlinkSync(join('..', binary), join(draft, 'bin', 'node'));
  const { code, output } = await execute(join(draft, 'bin', 'node'), ['--version'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (code !== 0 || output.trim() !== `v${NODE_VERSION}`) {
    throw new Error(`the pinned Node.js does not run here: ${output.trim()}`);
  }
  rmSync(RUNTIME_HOME, { recursive: true, force: true });
  renameSync(draft, RUNTIME_HOME);
}

function dependenciesFingerprint() {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return createHash('sha256')
    .update(JSON.stringify([NODE_VERSION, manifest.dependencies, manifest.devDependencies]))
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
}

function dependenciesReady() {
  return (
    existsSync(DEPENDENCIES_STAMP) &&
    readFileSync(DEPENDENCIES_STAMP, 'utf8') === dependenciesFingerprint()
  );
}

/** True when runtime and dependencies are those that the lock files name. */
export function bootstrapped() {
  return existsSync(runtimePath()) && dependenciesReady();
}

function countPackages() {
  const root = join(ROOT, 'node_modules');
  if (!existsSync(root)) return 0;
  return readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .reduce((sum, name) => {
      return sum + (name.startsWith('@') ? readdirSync(join(root, name)).length : 1);
    }, 0);
}

/** @param {(event: import('./progress.mjs').ProgressEvent) => void} report */
async function installDependencies(report) {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const total = Object.keys(lock.packages).filter((path) =>
    /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path),
  ).length;
  const timer = setInterval(() => {
    try {
      report({ message: 'packages unpacked', done: countPackages(), total });
    } catch {
      // npm moves folders while we count them; the next look will do.
    }
  }, 1000);
  try {
    await npmCi(ROOT, runtimePath(), runtimeEnvironment());
  } finally {
    clearInterval(timer);
  }
  linkCommand();
  writeFileSync(DEPENDENCIES_STAMP, dependenciesFingerprint());
}

/**
 * Milliseconds each step took when it last did its work.
 *
 * @returns {Record<string, number>}
 */
export function readStepTimes() {
  try {
    return JSON.parse(readFileSync(STEP_TIMES, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * @param {string} step
 * @param {number} ms
 */
export function recordStepTime(step, ms) {
  writeAtomically(STEP_TIMES, JSON.stringify({ ...readStepTimes(), [step]: Math.round(ms) }));
}

/**
 * A reader sees the old content or the new, never a part.
 *
 * @param {string} path
 * @param {string} content
 */
export function writeAtomically(path, content) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/** Installs what is missing; a finished bootstrap costs two reads. */
export async function bootstrap() {
  if (bootstrapped()) return;
  await withLock(join(STATE, 'bootstrap.lock'), async () => {
    if (!existsSync(runtimePath())) {
      const { ms } = await withProgress(`Node.js ${NODE_VERSION}`, installRuntime);
      recordStepTime('runtime', ms);
    }
    if (!dependenciesReady()) {
      const { ms } = await withProgress('dependencies', installDependencies);
      recordStepTime('dependencies', ms);
    }
  });
}
