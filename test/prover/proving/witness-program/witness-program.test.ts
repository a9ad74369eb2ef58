// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: compiles C++ of a circuit.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import type { Artifact } from '../../../../prover/proving/artifacts.ts';
import { SCALAR_FIELD } from '../../../../prover/proving/formats/r1cs.ts';
import { UnsatisfiedCircuit, WitnessCalculator } from '../../../../prover/proving/witness.ts';
import {
  WitnessProgram,
  WitnessSource,
  witnessFolder,
  witnessMode,
} from '../../../../prover/proving/witness-program/witness-program.ts';
import {
  compiledFile,
  type CompiledCircuit,
} from '../../../../prover/toolchain/circuits/compile.ts';
import { compileHarnessCircuit } from '../../../../prover/toolchain/circuits/open.ts';
import {
  buildWitnessProgram,
  witnessTools,
} from '../../../../prover/toolchain/circuits/witness-program.ts';

const tools = witnessTools();
const missing = 'missing' in tools ? ` (SKIPPED: needs ${tools.missing})` : '';

/** What a listed circuit says of itself, as far as a witness asks. */
const artifactOf = (wasmSha256: string): Artifact =>
  ({
    statement: 'pipeline',
    profile: 'any',
    files: { wasm: { sha256: wasmSha256 } },
  }) as unknown as Artifact;

describe.skipIf(missing !== '')(`the generator in C++${missing}`, () => {
  let circuit: CompiledCircuit;
  let calculator: WitnessCalculator;
  let program: WitnessProgram;
  const folders: string[] = [];

  beforeAll(async () => {
    circuit = await compileHarnessCircuit('pipeline');
    calculator = new WitnessCalculator(
      readFileSync(compiledFile(REPOSITORY_ROOT, circuit, 'wasm')),
    );
    program = new WitnessProgram(await buildWitnessProgram(REPOSITORY_ROOT, circuit));
  }, 300_000);

  afterAll(() => {
    program.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    [0n, 0n],
    [1n, SCALAR_FIELD - 1n],
    [65_535n, 1n << 253n],
    [40_000n, -7n],
  ])('makes the same bytes as the one in WebAssembly: %d, %d', async (secret, context) => {
    const inputs = { secret, context };
    const made = await program.calculate(calculator.entries(inputs));
    expect(made.equals(calculator.calculateBytes(inputs))).toBe(true);
  });

  test('refuses what breaks a constraint, and serves what comes after', async () => {
    const entries = calculator.entries({ secret: 65_536n, context: 1n });
    await expect(program.calculate(entries)).rejects.toThrow('a constraint does not hold');
    const { pid } = program;
    const inputs = { secret: 3n, context: 1n };
    const made = await program.calculate(calculator.entries(inputs));
    expect(made.equals(calculator.calculateBytes(inputs))).toBe(true);
    expect(program.pid).toBe(pid);
  });

  test('refuses inputs that are too few', async () => {
    const entries = calculator.entries({ secret: 3n, context: 1n });
    const few = entries.subarray(0, entries.length / 2);
    await expect(program.calculate(few)).rejects.toThrow('a constraint does not hold');
  });

  test('is what a witness comes from once it is here; what it refuses is named by the other', async () => {
    const source = new WitnessSource(artifactOf(circuit.files.wasm), calculator, undefined);
    const inputs = { secret: 5n, context: 9n };
    const known = calculator.calculateBytes(inputs);
    const other = vi.spyOn(calculator, 'calculateBytes');
    try {
      expect(Buffer.from(await source.calculateBytes(inputs)).equals(known)).toBe(true);
      // The first is compared; from the second on the program alone is asked.
      expect(other).toHaveBeenCalledTimes(1);
      expect(Buffer.from(await source.calculateBytes(inputs)).equals(known)).toBe(true);
      expect(other).toHaveBeenCalledTimes(1);
      const broken = source.calculateBytes({ secret: 65_536n, context: 9n });
      await expect(broken).rejects.toThrow(UnsatisfiedCircuit);
      expect(other).toHaveBeenCalledTimes(2);
    } finally {
      other.mockRestore();
      source.close();
    }
  });

  test('is not used where it is of another circuit', async () => {
    const digest = 'f0'.repeat(32);
    const folder = witnessFolder(digest);
    folders.push(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'circuit.dat'), '');
    // Answers every request with a witness of zeros.
    writeFileSync(
      join(folder, 'witness'),
      `#!${process.execPath}
const size = ${calculator.calculateBytes({ secret: 1n, context: 1n }).length};
const head = Buffer.alloc(5);
head.writeUInt32LE(size + 1);
process.stdin.on('data', () => process.stdout.write(Buffer.concat([head, Buffer.alloc(size)])));
`,
    );
    chmodSync(join(folder, 'witness'), 0o755);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const source = new WitnessSource(artifactOf(digest), calculator, undefined);
    try {
      for (const secret of [1n, 2n]) {
        const inputs = { secret, context: 1n };
        const made = Buffer.from(await source.calculateBytes(inputs));
        expect(made.equals(calculator.calculateBytes(inputs))).toBe(true);
      }
      expect(warned).toHaveBeenCalledTimes(1);
    } finally {
      warned.mockRestore();
      source.close();
    }
  });
});

test('PLIMSOLL_WITNESS is wasm or build, or is not set', () => {
  expect(witnessMode({})).toBeUndefined();
  expect(witnessMode({ PLIMSOLL_WITNESS: 'build' })).toBe('build');
  expect(() => witnessMode({ PLIMSOLL_WITNESS: 'native' })).toThrow('PLIMSOLL_WITNESS');
});
