// SPDX-License-Identifier: GPL-3.0-or-later
import { residue } from '../../prover/core/field.ts';
import { PlimsollError } from '../../prover/core/errors.ts';
import { decodeSignal, encodeSignal, SIGNAL_BYTES } from '../../prover/proving/circom-memory.ts';
import type { SymbolTable } from '../../prover/proving/formats/symbols.ts';
import { WitnessCalculator } from '../../prover/proving/witness.ts';
import type { CircuitInputs } from '../../prover/statements/circuit-input.ts';
import type { CircomExports, ReadSignal } from '../../prover/proving/witness.ts';
import { patchWitnessGenerator } from './forge-wasm.ts';
import type { PatchedGenerator } from './forge-wasm.ts';

/** A forged value, or a function of the value the circuit just computed. */
export type Override = bigint | ((computed: bigint, read: ReadSignal) => bigint);
export type Overrides = { readonly [signal: string]: Override };

export interface ForgedRun {
  readonly witness: bigint[];
  /** Template and line of every check that the witness generator would have stopped at. */
  readonly failedAssertions: string[];
  /** How often each overridden signal was written (0: the override never took effect). */
  readonly writes: ReadonlyMap<string, number>;
  /** Any signal of the forged run, also those that simplification eliminated. */
  readonly read: ReadSignal;
}

const PAGE_BYTES = 65_536;

/**
 * Runs the *shipped* witness generator with chosen signals overridden at the moment they are
 * assigned, so that everything computed later follows from the forged value. Its checks are turned
 * into records instead of aborts. Nothing is recompiled: the layout is that of the shipped circuit.
 */
export class ForgingCalculator extends WitnessCalculator {
  readonly #layout: PatchedGenerator;
  readonly #symbols: SymbolTable;
  #overrides = new Map<number, { name: string; override: Override }>();
  #writes = new Map<string, number>();
  #running: CircomExports | undefined;

  constructor(wasm: Uint8Array, symbols: SymbolTable) {
    const layout = patchWitnessGenerator(wasm, symbols.labels);
    super(layout.wasm, symbols);
    this.#layout = layout;
    this.#symbols = symbols;
    this.onLog = () => this.#applyOverride();
  }

  forge(inputs: CircuitInputs, overrides: Overrides): ForgedRun {
    this.#overrides = new Map();
    this.#writes = new Map();
    for (const [name, override] of Object.entries(overrides)) {
      this.#overrides.set(this.#symbols.get(name).label, { name, override });
      this.#writes.set(name, 0);
    }
    const { witness, read } = this.observe(inputs);
    return { witness, read, failedAssertions: this.messages, writes: this.#writes };
  }

  protected override instance(): CircomExports {
    const exports = super.instance();
    const wanted = this.#layout.memoryEnd;
    const missing = Math.ceil((wanted - exports.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) exports.memory.grow(missing);
    const flags = new Uint8Array(
      exports.memory.buffer,
      this.#layout.flagBase,
      this.#layout.labels * 5,
    );
    flags.fill(0);
    for (const label of this.#overrides.keys()) flags[label * 5] = 1;
    this.#running = exports;
    return exports;
  }

  #applyOverride(): void {
    const { memory } = this.#running!;
    const address = new DataView(memory.buffer).getUint32(this.#layout.destinationSlot, true);
    const entry = this.#overrides.get((address - this.#layout.signalBase) / SIGNAL_BYTES);
    if (entry === undefined)
      throw new PlimsollError('FORGE_HOOK', `forge: no override at address ${address}`);
    this.#writes.set(entry.name, this.#writes.get(entry.name)! + 1);
    const bytes = new Uint8Array(memory.buffer);
    const read: ReadSignal = (name) =>
      decodeSignal(bytes, this.#layout.signalBase + SIGNAL_BYTES * this.#symbols.get(name).label);
    const value =
      typeof entry.override === 'bigint'
        ? entry.override
        : entry.override(decodeSignal(bytes, address), read);
    encodeSignal(bytes, address, residue(value));
  }
}
