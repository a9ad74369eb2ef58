// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../core/errors.ts';
import type { CircuitInput, CircuitInputs } from '../statements/circuit-input.ts';
import { decodeSignal, findSignalBase, SIGNAL_BYTES } from './circom-memory.ts';
import { bigintFromLittleEndian, bigintToLittleEndian, SCALAR_FIELD } from './formats/r1cs.ts';
import type { SymbolTable } from './formats/symbols.ts';

/** Value of a signal by name, also of signals that simplification left out of the witness. */
export type ReadSignal = (name: string) => bigint;

/** The witness generator refused the inputs: some constraint would not hold. */
export class UnsatisfiedCircuit extends PlimsollError {
  constructor(message: string) {
    super('UNSATISFIED_CIRCUIT', message);
  }
}

export interface CircomExports {
  readonly memory: WebAssembly.Memory;
  getSharedRWMemoryStart(): number;
  writeSharedRWMemory(word: number, value: number): void;
  init(sanityCheck: number): void;
  setInputSignal(hashHigh: number, hashLow: number, position: number): void;
  getInputSignalSize(hashHigh: number, hashLow: number): number;
  getInputSize(): number;
  getWitnessSize(): number;
  getWitness(wire: number): void;
  getMessageChar(): number;
}

const EXCEPTIONS: Record<number, string> = {
  1: 'signal not found',
  2: 'too many signals set',
  3: 'signal already set',
  4: 'assertion failed',
  5: 'out of memory',
  6: 'input array is longer than the signal',
  7: 'array index out of bounds',
};

const FIELD_BYTES = 32;
const ENTRY_BYTES = 8 + 4 + FIELD_BYTES;

interface PreparedInput {
  readonly hash: readonly [high: number, low: number];
  readonly values: readonly bigint[];
}

/** Signal name → the two halves of its FNV-1a hash, by which the generator finds inputs. */
function signalHash(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name, 'utf8')) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  }
  return [Number(hash >> 32n) | 0, Number(hash & 0xffff_ffffn) | 0];
}

function isNumber(input: CircuitInput): input is bigint | number {
  return typeof input === 'bigint' || typeof input === 'number';
}

/** One flat list of values per signal; bus fields are named `bus.field` as circom names them. */
function flattenInputs(
  path: string,
  input: CircuitInput,
  into: Map<string, (bigint | number)[]>,
): void {
  if (isNumber(input)) {
    const values = into.get(path);
    if (values === undefined) into.set(path, [input]);
    else values.push(input);
  } else if (Array.isArray(input)) {
    const list = input as readonly CircuitInput[];
    const holdsBuses = list.some((item) => !isNumber(item) && !Array.isArray(item));
    list.forEach((item, index) =>
      flattenInputs(holdsBuses ? `${path}[${index}]` : path, item, into),
    );
  } else if (typeof input === 'object' && input !== null) {
    for (const [field, value] of Object.entries(input))
      flattenInputs(`${path}.${field}`, value, into);
  } else {
    throw new InvalidInput(path, `must be a bigint, an array or an object, got ${typeof input}`);
  }
}

function flattened(inputs: CircuitInputs): Map<string, (bigint | number)[]> {
  const flat = new Map<string, (bigint | number)[]>();
  for (const [name, input] of Object.entries(inputs)) flattenInputs(name, input, flat);
  return flat;
}

/** A small negative value stands for its residue; anything else must be canonical. */
function toResidue(name: string, value: bigint | number): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new InvalidInput(name, `must be an integer, got ${value}`);
  }
  const integer = BigInt(value);
  if (integer >= SCALAR_FIELD || integer <= -SCALAR_FIELD) {
    throw new InvalidInput(name, 'must be smaller in size than the scalar field');
  }
  return integer < 0n ? integer + SCALAR_FIELD : integer;
}

function readWitness(exports: CircomExports): Uint8Array {
  const size = exports.getWitnessSize();
  const source = exports.getSharedRWMemoryStart();
  const witness = new Uint8Array(size * FIELD_BYTES);
  const memory = new Uint8Array(exports.memory.buffer);
  for (let wire = 0; wire < size; wire += 1) {
    exports.getWitness(wire);
    witness.set(memory.subarray(source, source + FIELD_BYTES), wire * FIELD_BYTES);
  }
  return witness;
}

function toValues(bytes: Uint8Array): bigint[] {
  return Array.from({ length: bytes.length / FIELD_BYTES }, (_, wire) =>
    bigintFromLittleEndian(bytes, wire * FIELD_BYTES),
  );
}

/** Runs a circom witness generator in process; the module is compiled once and kept warm. */
export class WitnessCalculator {
  readonly #module: WebAssembly.Module;
  readonly #signalBase: number;
  readonly #symbols: SymbolTable | undefined;
  readonly #hashes = new Map<string, [number, number]>();
  #instance: CircomExports | undefined;
  #messages = '';
  /** Called by the generator's logging hook; the forging toolkit of the tests listens here. */
  protected onLog: () => void = () => undefined;

  /** `symbols` is needed only to `observe` signals by name. */
  constructor(wasm: Uint8Array, symbols?: SymbolTable) {
    this.#module = new WebAssembly.Module(wasm);
    this.#signalBase = findSignalBase(wasm);
    this.#symbols = symbols;
  }

  /** Full witness as canonical residues. Throws `UnsatisfiedCircuit` when a constraint fails. */
  calculate(inputs: CircuitInputs): bigint[] {
    return toValues(this.calculateBytes(inputs));
  }

  /** The witness as 32-byte little-endian values, the payload of a `.wtns` file. */
  calculateBytes(inputs: CircuitInputs): Uint8Array {
    return readWitness(this.run(inputs));
  }

  /** The witness together with every signal by name; `read` stays valid after later runs. */
  observe(inputs: CircuitInputs): { witness: bigint[]; read: ReadSignal } {
    const exports = this.run(inputs);
    return { witness: toValues(readWitness(exports)), read: this.#reader(exports) };
  }

  /** Every signal by name, without the cost of collecting a witness. */
  read(inputs: CircuitInputs): ReadSignal {
    return this.#reader(this.run(inputs));
  }

  #reader(exports: CircomExports): ReadSignal {
    const symbols = this.#symbols;
    if (symbols === undefined)
      throw new PlimsollError('NO_SYMBOLS', 'read: needs the symbol table');
    const end = this.#signalBase + SIGNAL_BYTES * symbols.labels;
    const signals = new Uint8Array(exports.memory.buffer).slice(this.#signalBase, end);
    return (name) => decodeSignal(signals, SIGNAL_BYTES * symbols.get(name).label);
  }

  /** Executes the circuit and leaves all its signals in the memory of the returned instance. */
  protected run(inputs: CircuitInputs): CircomExports {
    const flat = flattened(inputs);
    const exports = this.instance();
    try {
      exports.init(0);
      this.#setInputs(exports, flat);
    } catch (error) {
      // An aborted run leaves the generator's own stack pointer astray.
      this.#instance = undefined;
      throw error;
    }
    return exports;
  }

  protected instance(): CircomExports {
    this.#instance ??= this.#instantiate();
    this.#messages = '';
    return this.#instance;
  }

  /** Messages the generator printed in the last run: template and line of each failed check. */
  protected get messages(): string[] {
    return this.#messages.split('\n').filter((line) => line !== '');
  }

  #instantiate(): CircomExports {
    const readMessage = (): string => {
      let message = '';
      for (let code = exports.getMessageChar(); code !== 0; code = exports.getMessageChar()) {
        message += String.fromCharCode(code);
      }
      return message;
    };
    const { exports: raw } = new WebAssembly.Instance(this.#module, {
      runtime: {
        exceptionHandler: (code: number) => {
          const messages = this.messages.join('; ');
          const cause = EXCEPTIONS[code] ?? `error ${code}`;
          throw new UnsatisfiedCircuit(messages === '' ? cause : `${cause}: ${messages}`);
        },
        printErrorMessage: () => {
          this.#messages += `${readMessage()}\n`;
        },
        writeBufferMessage: () => {
          readMessage();
        },
        showSharedRWMemory: () => this.onLog(),
      },
    });
    const exports = raw as unknown as CircomExports;
    return exports;
  }

  /**
   * Every input with its value, checked: the signal's hash (8 bytes), the position within it (4) and the
   * canonical residue (32) each, least byte first.
   */
  entries(inputs: CircuitInputs): Uint8Array {
    const prepared = this.#prepared(this.instance(), flattened(inputs));
    const count = prepared.reduce((sum, { values }) => sum + values.length, 0);
    const entries = Buffer.alloc(count * ENTRY_BYTES);
    let at = 0;
    for (const { hash, values } of prepared) {
      for (const [position, value] of values.entries()) {
        entries.writeInt32LE(hash[1], at);
        entries.writeInt32LE(hash[0], at + 4);
        entries.writeUInt32LE(position, at + 8);
        bigintToLittleEndian(value, entries, at + 12);
        at += ENTRY_BYTES;
      }
    }
    return entries;
  }

  #prepared(
    exports: CircomExports,
    flat: ReadonlyMap<string, readonly (bigint | number)[]>,
  ): readonly PreparedInput[] {
    let given = 0;
    const prepared: PreparedInput[] = [];
    for (const [name, values] of flat) {
      let hash = this.#hashes.get(name);
      if (hash === undefined) this.#hashes.set(name, (hash = signalHash(name)));
      const size = exports.getInputSignalSize(...hash);
      if (size <= 0) throw new InvalidInput(name, 'the circuit has no such input');
      if (size !== values.length) {
        throw new InvalidInput(name, `must hold ${size} values, got ${values.length}`);
      }
      prepared.push({ hash, values: values.map((value) => toResidue(name, value)) });
      given += values.length;
    }
    if (given !== exports.getInputSize()) {
      throw new InvalidInput(
        'inputs',
        `the circuit takes ${exports.getInputSize()} values, got ${given}`,
      );
    }
    return prepared;
  }

  #setInputs(
    exports: CircomExports,
    flat: ReadonlyMap<string, readonly (bigint | number)[]>,
  ): void {
    for (const { hash, values } of this.#prepared(exports, flat)) {
      values.forEach((value, position) => {
        for (let word = 0; word < 8; word += 1) {
          exports.writeSharedRWMemory(
            word,
            Number((value >> BigInt(32 * word)) & 0xffff_ffffn) | 0,
          );
        }
        exports.setInputSignal(hash[0], hash[1], position);
      });
    }
  }
}
