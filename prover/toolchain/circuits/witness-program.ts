// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PlimsollError } from '../../core/errors.ts';
import { sha256File } from '../../core/hash.ts';
import { findProgram, firstLinesOf } from '../../core/programs.ts';
import { SERVE_SOURCE, witnessFolder } from '../../proving/witness-program/witness-program.ts';
import { runCircom, type CompiledCircuit } from './compile.ts';
import { LIBRARY_PATHS } from './sources.ts';

const run = promisify(execFile);

/** What circom writes is hundreds of thousands of lines: more than this costs minutes, and gains nothing. */
const OPTIMISATION = '-O1';
const OURS = ['serve', 'calcwit', 'fr'] as const;
/** In circom's own `main.cpp`, which reads JSON and is not used: its reader of the generator's tables. */
const LOAD_CIRCUIT = /^Circom_Circuit\* loadCircuit\([\s\S]*?^\}$/m;

/** The programs that a build needs, or what is missing. */
export function witnessTools(
  environment: NodeJS.ProcessEnv = process.env,
): { readonly compiler: string; readonly assembler: string } | { readonly missing: string } {
  const compiler = findProgram(['g++', 'c++'], environment);
  const assembler = findProgram(['nasm'], environment);
  if (process.arch !== 'x64') return { missing: 'a processor with the instructions of x86-64' };
  if (compiler === undefined) return { missing: 'a C++ compiler (g++) on the PATH' };
  if (assembler === undefined) return { missing: 'nasm on the PATH' };
  const args = ['-E', '-x', 'c++', '-'];
  const { status } = spawnSync(compiler, args, { input: '#include <gmp.h>\n', env: environment });
  if (status !== 0) return { missing: 'the header of GMP (libgmp-dev)' };
  return { compiler, assembler };
}

function unbuildable(circuit: CompiledCircuit, reason: string): PlimsollError {
  return new PlimsollError('WITNESS_BUILD', `${circuit.name}: ${reason}`);
}

/**
 * The witness generator of a compiled circuit as a program, from circom's C++ output; needs a C++ compiler,
 * nasm and GMP. Made once for each circuit; its folder, absolute.
 */
export async function buildWitnessProgram(root: string, circuit: CompiledCircuit): Promise<string> {
  const folder = witnessFolder(circuit.files.wasm, root);
  if (existsSync(folder)) return folder;
  const tools = witnessTools();
  if ('missing' in tools) throw unbuildable(circuit, `needs ${tools.missing}`);
  for (const [file, digest] of Object.entries(circuit.sources)) {
    if (sha256File(join(root, file)) !== digest) {
      throw unbuildable(circuit, `${file} is not what was compiled: build the circuit again`);
    }
  }
  const work = `${folder}-${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    await generate(root, circuit, work);
    const cpp = join(work, 'circuit_cpp');
    const main = LOAD_CIRCUIT.exec(readFileSync(join(cpp, 'main.cpp'), 'utf8'));
    if (main === null) throw unbuildable(circuit, 'circom writes another main.cpp than 2.2.3');
    writeFileSync(join(cpp, 'load-circuit.inc'), `${main[0]}\n`);
    cpSync(join(root, SERVE_SOURCE), join(cpp, 'serve.cpp'));
    const compile = async (name: string): Promise<unknown> =>
      run(tools.compiler, ['-std=c++11', OPTIMISATION, '-I.', '-c', `${name}.cpp`], { cwd: cpp });
    await run(tools.assembler, ['-felf64', 'fr.asm', '-o', 'fr_asm.o'], { cwd: cpp });
    for (const name of [...OURS, 'circuit']) await compile(name);
    const objects = [...OURS, 'fr_asm', 'circuit'].map((name) => `${name}.o`);
    const link = [...objects, '-Wl,-z,noexecstack', '-pthread', '-lgmp', '-o', '../witness'];
    await run(tools.compiler, link, { cwd: cpp });
    renameSync(join(cpp, 'circuit.dat'), join(work, 'circuit.dat'));
    rmSync(cpp, { recursive: true });
    renameSync(work, folder);
    return folder;
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    // Another process may have finished the same meanwhile.
    if (existsSync(folder)) return folder;
    throw unbuildable(circuit, `the witness program is not built: ${firstLinesOf(error)}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function generate(root: string, circuit: CompiledCircuit, work: string): Promise<void> {
  const simplification = circuit.options.filter((option) => /^--O\d$/.test(option));
  const libraries = LIBRARY_PATHS.flatMap((path) => ['-l', path]);
  const source = join(circuit.directory, 'circuit.circom');
  const args = [source, ...simplification, '--c', ...libraries, '-o', work];
  const { code, output } = await runCircom(root, args);
  if (code !== 0) throw unbuildable(circuit, `circom failed\n${output}`);
}
