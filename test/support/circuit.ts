// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { PlimsollError } from '../../prover/core/errors.ts';
import { readR1cs, violatedConstraints } from '../../prover/proving/formats/r1cs.ts';
import type { LinearTerms, R1cs } from '../../prover/proving/formats/r1cs.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import type { CircuitInputs } from '../../prover/statements/circuit-input.ts';
import type { ReadSignal } from '../../prover/proving/witness.ts';
import { compiledFile } from '../../prover/toolchain/circuits/compile.ts';
import {
  compileHarnessCircuit,
  compileStatementCircuit,
  OpenCircuit,
} from '../../prover/toolchain/circuits/open.ts';
import type { HarnessSpec, OpenOptions } from '../../prover/toolchain/circuits/open.ts';
import { ForgingCalculator } from './forge.ts';
import type { Overrides } from './forge.ts';

export interface ForgeAttempt {
  readonly inputs: CircuitInputs;
  readonly overrides?: Overrides;
}

export interface Forgery {
  readonly witness: bigint[];
  /** Constraints of the shipped R1CS that refuse the forgery; none means it is accepted. */
  readonly violated: number[];
  /** `violated`, each written out with signal names. */
  readonly reasons: string[];
  /** Template and line of each check at which an honest prover would have stopped. */
  readonly failedAssertions: string[];
  readonly read: ReadSignal;
}

/** A compiled circuit opened for tests: witnesses, its R1CS with names, and forgeries. */
export class CircuitUnderTest extends OpenCircuit {
  #r1cs: R1cs | undefined;
  #forger: ForgingCalculator | undefined;

  get r1cs(): R1cs {
    return (this.#r1cs ??= readR1cs(
      readFileSync(compiledFile(REPOSITORY_ROOT, this.compiled, 'r1cs')),
    ));
  }

  check(witness: readonly bigint[]): number[] {
    return violatedConstraints(this.r1cs, witness);
  }

  /**
   * Overrides chosen signals as they are assigned, lets everything else follow, and asks the
   * shipped R1CS. Works on any signal: a hint, a component's input, an output.
   */
  forge(attempt: ForgeAttempt): Forgery {
    this.#forger ??= new ForgingCalculator(this.wasm, this.symbols);
    const run = this.#forger.forge(attempt.inputs, attempt.overrides ?? {});
    for (const [name, count] of run.writes) {
      if (count === 0)
        throw new PlimsollError('FORGE_INEFFECTIVE', `forge: ${name} is never assigned`);
    }
    const violated = this.check(run.witness);
    return { ...run, violated, reasons: violated.map((constraint) => this.describe(constraint)) };
  }

  /** `#index: (A) * (B) = (C)` with the names of the signals in each part, without coefficients. */
  describe(constraint: number): string {
    const side = (terms: LinearTerms): string =>
      this.#wiresOf(terms, constraint)
        .map((wire) => this.symbols.nameOfWire(wire))
        .join(' + ') || '0';
    const { a, b, c } = this.r1cs;
    return `#${constraint}: (${side(a)}) * (${side(b)}) = (${side(c)})`;
  }

  /** Constraints in which the named signal takes part; empty for one that was simplified away. */
  constraintsOf(name: string): number[] {
    const { wire } = this.symbols.get(name);
    const { a, b, c, constraints } = this.r1cs;
    return Array.from({ length: constraints }, (_, constraint) => constraint).filter((constraint) =>
      [a, b, c].some((terms) => this.#wiresOf(terms, constraint).includes(wire)),
    );
  }

  #wiresOf(terms: LinearTerms, constraint: number): number[] {
    return [...terms.wire.subarray(terms.start[constraint], terms.start[constraint + 1])];
  }
}

/** A harness circuit (manifest entry by name, or a whole entry), compiled or from the cache. */
export async function compileHarness(
  harness: string | HarnessSpec,
  options: OpenOptions = {},
): Promise<CircuitUnderTest> {
  return new CircuitUnderTest(await compileHarnessCircuit(harness, options));
}

/** The shipped circuit of a statement, opened for tests. */
export async function openStatement(
  statement: string,
  profile: string,
  options: OpenOptions = {},
): Promise<CircuitUnderTest> {
  return new CircuitUnderTest(await compileStatementCircuit(statement, profile, options));
}
