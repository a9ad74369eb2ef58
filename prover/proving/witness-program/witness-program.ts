// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sha256 } from '../../core/hash.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { oneOf, parseValue } from '../../core/schema.ts';
import type { CircuitInputs } from '../../statements/circuit-input.ts';
import type { Artifact } from '../artifacts.ts';
import { FramedProcess } from '../backends/framed-process.ts';
import type { WitnessCalculator } from '../witness.ts';

const FOLDER = '.plimsoll/witness';
export const SERVE_SOURCE = 'prover/proving/witness-program/serve.cpp';
const BUILDER = 'prover/toolchain/build-witness.ts';
const CALCULATE = 1;

const ENVIRONMENT_VARIABLE = 'PLIMSOLL_WITNESS';
/** `wasm`: no program is used; `build`: one that lacks is built in the background. */
export type WitnessMode = 'wasm' | 'build' | undefined;

/** What PLIMSOLL_WITNESS asks for; throws `InvalidInput` naming it for anything else. */
export function witnessMode(environment: NodeJS.ProcessEnv = process.env): WitnessMode {
  const value = environment[ENVIRONMENT_VARIABLE] ?? '';
  if (value === '') return undefined;
  return parseValue(oneOf(['wasm', 'build'] as const), value, ENVIRONMENT_VARIABLE);
}

/** Where the program of a circuit is or will be: named by its generator in WebAssembly and by how it serves. */
export function witnessFolder(wasmSha256: string, root = REPOSITORY_ROOT): string {
  const serve = readFileSync(join(root, SERVE_SOURCE), 'utf8');
  return join(root, FOLDER, sha256(JSON.stringify([wasmSha256, serve])).slice(0, 16));
}

/** circom's generator in C++, served by a process that stays. */
export class WitnessProgram extends FramedProcess {
  constructor(folder: string) {
    super('witness', join(folder, 'witness'), [join(folder, 'circuit.dat')], {});
  }

  /** Of `WitnessCalculator.entries`; throws where a constraint does not hold, without saying which. */
  async calculate(entries: Uint8Array): Promise<Buffer> {
    return await this.request(CALCULATE, entries);
  }
}

/**
 * Witnesses of one circuit: by its program where one was built, else by the generator in WebAssembly. The
 * first of a program is held against the other's, byte for byte; what it refuses, the other says why.
 */
export class WitnessSource {
  readonly #artifact: Artifact;
  readonly #calculator: WitnessCalculator;
  readonly #mode: WitnessMode;
  /** Of the program, which may not be there yet; undefined where none is used. */
  #folder: string | undefined;
  #program: WitnessProgram | undefined;
  #isCompared = false;
  #isBuilding = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(artifact: Artifact, calculator: WitnessCalculator, mode = witnessMode()) {
    this.#artifact = artifact;
    this.#calculator = calculator;
    this.#mode = mode;
    // A package has circuits and no sources.
    const isUsed = mode !== 'wasm' && existsSync(join(REPOSITORY_ROOT, SERVE_SOURCE));
    this.#folder = isUsed ? witnessFolder(artifact.files.wasm.sha256) : undefined;
  }

  async calculateBytes(inputs: CircuitInputs): Promise<Uint8Array> {
    const folder = this.#folder;
    if (folder === undefined) return this.#calculator.calculateBytes(inputs);
    if (!existsSync(folder)) {
      if (this.#mode === 'build' && !this.#isBuilding) this.#build();
      return this.#calculator.calculateBytes(inputs);
    }
    const entries = this.#calculator.entries(inputs);
    // One at a time: a process serves no more.
    const asked = this.#tail.then(async () => this.#started(folder).calculate(entries));
    this.#tail = asked.catch(() => undefined);
    const made = await asked.catch(() => undefined);
    if (made !== undefined && this.#isCompared) return made;
    const known = this.#calculator.calculateBytes(inputs);
    if (made !== undefined) {
      if (!made.equals(known)) {
        this.#folder = undefined;
        const { statement, profile } = this.#artifact;
        process.emitWarning(`${folder}: is not of ${statement} ${profile}: not used`);
      }
      this.#isCompared = true;
    }
    return known;
  }

  close(): void {
    this.#program?.close();
    this.#program = undefined;
  }

  #started(folder: string): WitnessProgram {
    if (this.#program?.alive !== true) this.#program = new WitnessProgram(folder);
    return this.#program;
  }

  /** By a process that outlives this one, behind everything else; a failure leaves what there is. */
  #build(): void {
    this.#isBuilding = true;
    const { statement, profile } = this.#artifact;
    const child = spawn(
      process.execPath,
      [join(REPOSITORY_ROOT, BUILDER), `${statement}-${profile}`],
      { cwd: REPOSITORY_ROOT, detached: true, stdio: 'ignore' },
    );
    child.on('error', () => undefined);
    child.unref();
  }
}
