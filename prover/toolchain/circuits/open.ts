// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { InvalidInput } from '../../core/errors.ts';
import { findProfile, findStatement, loadManifest } from '../../statements/manifest.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { SymbolTable } from '../../proving/formats/symbols.ts';
import { WitnessCalculator } from '../../proving/witness.ts';
import type { CircuitInputs } from '../../statements/circuit-input.ts';
import { compileCircuit, compiledFile } from './compile.ts';
import type { CircuitSpec, CompiledCircuit } from './compile.ts';

/** A compiled circuit with its witness generator kept warm and its signals named. */
export class OpenCircuit {
  readonly compiled: CompiledCircuit;
  readonly symbols: SymbolTable;
  protected readonly wasm: Uint8Array;
  readonly #calculator: WitnessCalculator;

  constructor(compiled: CompiledCircuit) {
    this.compiled = compiled;
    this.wasm = readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'wasm'));
    this.symbols = new SymbolTable(
      readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'sym'), 'utf8'),
    );
    this.#calculator = new WitnessCalculator(this.wasm, this.symbols);
  }

  get constraints(): number {
    return this.compiled.constraints;
  }

  /** The honest witness; throws `UnsatisfiedCircuit` (template and line) when a check fails. */
  witness(inputs: CircuitInputs): bigint[] {
    return this.#calculator.calculate(inputs);
  }

  /** Honest run, then one value per named signal, also of signals that were simplified away. */
  signals<Name extends string>(
    inputs: CircuitInputs,
    names: readonly Name[],
  ): Record<Name, bigint> {
    const read = this.#calculator.read(inputs);
    return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, bigint>;
  }
}

export type HarnessSpec = Omit<CircuitSpec, 'publicInputs'> & {
  readonly publicInputs?: readonly string[];
};

export interface OpenOptions {
  /** 2 (the default) is what ships; 0 keeps one constraint per line of source. */
  readonly simplification?: 0 | 2;
}

async function compile(spec: CircuitSpec, options: OpenOptions): Promise<CompiledCircuit> {
  const { inspectAllowances } = loadManifest(REPOSITORY_ROOT);
  const simplification = options.simplification ?? 2;
  return await compileCircuit(spec, { root: REPOSITORY_ROOT, inspectAllowances, simplification });
}

/**
 * Compiles a circuit that is not a statement, or takes it from the cache: the name of a
 * `harnesses` entry of the manifest, or a whole entry.
 */
export async function compileHarnessCircuit(
  harness: string | HarnessSpec,
  options: OpenOptions = {},
): Promise<CompiledCircuit> {
  if (typeof harness !== 'string') {
    return await compile({ ...harness, publicInputs: harness.publicInputs ?? [] }, options);
  }
  const { harnesses } = loadManifest(REPOSITORY_ROOT);
  const entry = harnesses.find((candidate) => candidate.name === harness);
  if (entry === undefined) {
    const known = harnesses.map((candidate) => candidate.name).join(', ');
    throw new InvalidInput('harness', `must be one of: ${known}; got ${harness}`);
  }
  return await compile(entry, options);
}

/** The circuit of a statement as it ships. */
export async function compileStatementCircuit(
  statement: string,
  profile: string,
  options: OpenOptions = {},
): Promise<CompiledCircuit> {
  const entry = findStatement(loadManifest(REPOSITORY_ROOT), statement);
  const { parameters } = findProfile(entry, profile);
  return await compile({ ...entry, name: `${statement}-${profile}`, parameters }, options);
}
