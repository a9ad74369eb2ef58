// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';
import { sha256, sha256File } from '../../core/hash.ts';
import type { InspectAllowance } from '../../statements/manifest.ts';
import { readR1csHeader } from '../../proving/formats/r1cs.ts';
import { ARTIFACTS_DIRECTORY } from '../../core/root.ts';
import { refusedWarnings } from './inspect.ts';
import { withLock } from '../lock.mjs';
import { collectSources, LIBRARY_PATHS } from './sources.ts';

const require = createRequire(import.meta.url);
/** Raised whenever a change here makes older cache entries unusable. */
const FORMAT = 2;

export interface CircuitSpec {
  readonly name: string;
  readonly file: string;
  readonly template: string;
  readonly parameters: readonly number[];
  readonly publicInputs: readonly string[];
}

export interface CompileOptions {
  readonly root: string;
  readonly inspectAllowances: readonly InspectAllowance[];
  /** 2 is what ships; 0 keeps one constraint per source line, for naming them in tests. */
  readonly simplification?: 0 | 2;
}

/** The stamp of a compiled circuit: written last, so its presence means the folder is whole. */
export interface CompileStamp {
  readonly format: number;
  readonly name: string;
  readonly sourcesHash: string;
  readonly sources: Record<string, string>;
  readonly tools: Record<string, string>;
  readonly options: readonly string[];
  readonly constraints: number;
  /** What the compilation took, for reports on a set-up that found it cached. */
  readonly milliseconds: number;
  readonly files: Record<'r1cs' | 'wasm' | 'sym', string>;
}

export interface CompiledCircuit extends CompileStamp {
  /** Relative to the repository root, as every path of the pipeline. */
  readonly directory: string;
  readonly cached: boolean;
}

export function mainSource(spec: CircuitSpec): string {
  const publicInputs =
    spec.publicInputs.length > 0 ? ` {public [${spec.publicInputs.join(', ')}]}` : '';
  return [
    'pragma circom 2.2.0;',
    `include "${spec.file}";`,
    `component main${publicInputs} = ${spec.template}(${spec.parameters.join(', ')});`,
    '',
  ].join('\n');
}

export function circomVersion(): Record<string, string> {
  const packagePath = require.resolve('circom2/package.json');
  const { version } = JSON.parse(readFileSync(packagePath, 'utf8')) as { version: string };
  return { circom2: version, circomWasm: sha256File(join(dirname(packagePath), 'circom.wasm')) };
}

export function runCircom(
  root: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const cli = join(dirname(require.resolve('circom2/package.json')), 'cli.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      // circom colours its messages even in a pipe.
      const output = Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\u001b\[[0-9;]*m/g, '');
      resolve({ code, output });
    });
  });
}

function readStamp(root: string, directory: string): CompileStamp | undefined {
  const path = join(root, directory, 'build.json');
  if (!existsSync(path)) return undefined;
  const stamp = JSON.parse(readFileSync(path, 'utf8')) as CompileStamp;
  const intact = Object.entries(stamp.files).every(([extension, hash]) => {
    const file = join(root, directory, `circuit.${extension}`);
    return existsSync(file) && sha256File(file) === hash;
  });
  return intact ? stamp : undefined;
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what a killed build left behind: work folders of processes that no longer live. */
export function removeAbandonedWork(root: string): void {
  const work = join(root, ARTIFACTS_DIRECTORY, 'work');
  if (!existsSync(work)) return;
  for (const entry of readdirSync(work)) {
    const pid = Number(/-(\d+)$/.exec(entry)?.[1]);
    if (!isProcessAlive(pid)) rmSync(join(work, entry), { recursive: true, force: true });
  }
}

/** A folder of this process's own; what is finished in it is renamed into place. */
export function makeWorkDirectory(root: string, name: string): string {
  const directory = join(ARTIFACTS_DIRECTORY, 'work', `${name}-${process.pid}`);
  rmSync(join(root, directory), { recursive: true, force: true });
  mkdirSync(join(root, directory), { recursive: true });
  return directory;
}

async function compileInto(
  spec: CircuitSpec,
  options: CompileOptions,
  key: {
    sourcesHash: string;
    sources: Map<string, string>;
    tools: Record<string, string>;
    flags: string[];
  },
  directory: string,
): Promise<CompileStamp> {
  const { root } = options;
  const started = performance.now();
  const work = makeWorkDirectory(root, `${spec.name}-${key.sourcesHash.slice(0, 16)}`);
  try {
    writeFileSync(join(root, work, 'circuit.circom'), mainSource(spec));
    const libraries = LIBRARY_PATHS.flatMap((path) => ['-l', path]);
    const { code, output } = await runCircom(root, [
      join(work, 'circuit.circom'),
      ...key.flags,
      ...libraries,
      '-o',
      work,
    ]);
    if (code !== 0) {
      throw new PlimsollError('CIRCUIT_COMPILE', `${spec.name}: circom failed\n${output}`);
    }
    const refused = refusedWarnings(output, key.sources, options.inspectAllowances);
    if (refused.length > 0) {
      throw new PlimsollError(
        'CIRCUIT_WARNINGS',
        `${spec.name}: circom --inspect warns\n${refused.join('\n')}`,
      );
    }
    const after = collectSources(root, spec.file);
    if (JSON.stringify([...after]) !== JSON.stringify([...key.sources])) {
      throw new PlimsollError(
        'CIRCUIT_SOURCES_CHANGED',
        `${spec.name}: sources changed while circom read them; build again`,
      );
    }
    renameSync(join(root, work, 'circuit_js', 'circuit.wasm'), join(root, work, 'circuit.wasm'));
    rmSync(join(root, work, 'circuit_js'), { recursive: true });
    const files = {
      r1cs: sha256File(join(root, work, 'circuit.r1cs')),
      wasm: sha256File(join(root, work, 'circuit.wasm')),
      sym: sha256File(join(root, work, 'circuit.sym')),
    };
    const stamp: CompileStamp = {
      format: FORMAT,
      name: spec.name,
      sourcesHash: key.sourcesHash,
      sources: Object.fromEntries([...key.sources].map(([file, text]) => [file, sha256(text)])),
      tools: key.tools,
      options: key.flags,
      constraints: readR1csHeader(readFileSync(join(root, work, 'circuit.r1cs'))).constraints,
      milliseconds: Math.round(performance.now() - started),
      files,
    };
    writeFileSync(join(root, work, 'build.json'), JSON.stringify(stamp, null, 2));
    rmSync(join(root, directory), { recursive: true, force: true });
    renameSync(join(root, work), join(root, directory));
    return stamp;
  } finally {
    rmSync(join(root, work), { recursive: true, force: true });
  }
}

/** The lock is between processes; within this one, callers share one compilation. */
const inFlight = new Map<string, Promise<CompiledCircuit>>();

/**
 * Compiles one circuit, or finds it in the cache: the folder's name is a hash over the generated
 * main, every source it includes, the compiler and its options. circom runs in a child process, so
 * several circuits compile at once.
 */
export async function compileCircuit(
  spec: CircuitSpec,
  options: CompileOptions,
): Promise<CompiledCircuit> {
  const sources = collectSources(options.root, spec.file);
  const tools = circomVersion();
  const flags = [`--O${options.simplification ?? 2}`, '--r1cs', '--wasm', '--sym', '--inspect'];
  const sourcesHash = sha256(
    JSON.stringify([
      FORMAT,
      mainSource(spec),
      [...sources],
      tools,
      flags,
      LIBRARY_PATHS,
      options.inspectAllowances,
    ]),
  );
  const directory = join(
    ARTIFACTS_DIRECTORY,
    'compiled',
    `${spec.name}-${sourcesHash.slice(0, 16)}`,
  );
  const key = { sourcesHash, sources, tools, flags };
  const running = inFlight.get(directory);
  if (running !== undefined) return await running;
  const lock = join(
    options.root,
    ARTIFACTS_DIRECTORY,
    'locks',
    `${spec.name}-${sourcesHash.slice(0, 16)}`,
  );
  const work = withLock(lock, async () => {
    const stamp = readStamp(options.root, directory);
    if (stamp !== undefined) return { ...stamp, directory, cached: true };
    mkdirSync(join(options.root, ARTIFACTS_DIRECTORY, 'compiled'), { recursive: true });
    return { ...(await compileInto(spec, options, key, directory)), directory, cached: false };
  });
  inFlight.set(directory, work);
  try {
    return await work;
  } finally {
    inFlight.delete(directory);
  }
}

/** Absolute path of one output of a compiled circuit. */
export function compiledFile(
  root: string,
  circuit: CompiledCircuit,
  extension: 'r1cs' | 'wasm' | 'sym',
): string {
  return join(root, circuit.directory, `circuit.${extension}`);
}
