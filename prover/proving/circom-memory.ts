// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { fieldInverse, residue } from '../core/field.ts';
import { bigintFromLittleEndian, bigintToLittleEndian, SCALAR_FIELD } from './formats/r1cs.ts';

/**
 * How a witness generator written by circom 2.2 lays out its code and its memory: signal k (its
 * label, the first column of the `.sym` file) lies at base + 40·k, whether or not simplification
 * kept it in the witness.
 */
export const SIGNAL_BYTES = 40;

export const MEMORY_SECTION = 5;
const EXPORT_SECTION = 7;
export const CODE_SECTION = 10;
/** exceptionHandler, printErrorMessage, writeBufferMessage, showSharedRWMemory: in this order. */
export const IMPORTED_FUNCTIONS = 4;

const LONG_FLAG = 0x8000_0000;
const MONTGOMERY_FLAG = 0x4000_0000;

export class WasmReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  unsigned(): number {
    let [result, shift, byte] = [0, 0, 0];
    do {
      byte = this.bytes[this.offset++]!;
      result += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while ((byte & 0x80) !== 0);
    return result;
  }
}

export function splitSections(wasm: Uint8Array): [id: number, body: Uint8Array][] {
  const reader = new WasmReader(wasm, 8);
  const sections: [number, Uint8Array][] = [];
  while (reader.offset < wasm.length) {
    const id = wasm[reader.offset++]!;
    const length = reader.unsigned();
    sections.push([id, wasm.subarray(reader.offset, reader.offset + length)]);
    reader.offset += length;
  }
  return sections;
}

export function functionBodies(section: Uint8Array): Uint8Array[] {
  const reader = new WasmReader(section);
  return Array.from({ length: reader.unsigned() }, () => {
    const length = reader.unsigned();
    const body = section.subarray(reader.offset, reader.offset + length);
    reader.offset += length;
    return body;
  });
}

/** `getWitness` computes `label × 40 + base`; the base is the constant after the multiplication. */
export function findSignalBase(wasm: Uint8Array): number {
  const sections = splitSections(wasm);
  const exports = new WasmReader(sections.find(([id]) => id === EXPORT_SECTION)![1]);
  for (let left = exports.unsigned(); left > 0; left -= 1) {
    const length = exports.unsigned();
    const name = Buffer.from(
      exports.bytes.subarray(exports.offset, exports.offset + length),
    ).toString('latin1');
    exports.offset += length + 1;
    const index = exports.unsigned();
    if (name !== 'getWitness') continue;
    const body = functionBodies(sections.find(([id]) => id === CODE_SECTION)![1])[
      index - IMPORTED_FUNCTIONS
    ]!;
    const marker = Buffer.from(body).indexOf(Buffer.from([0x41, SIGNAL_BYTES, 0x6c, 0x41]));
    if (marker < 0) break;
    return new WasmReader(body, marker + 4).unsigned();
  }
  throw unexpected('getWitness');
}

export function unexpected(what: string): PlimsollError {
  return new PlimsollError('CIRCOM_LAYOUT', `${what} is not as circom 2.2.3 writes it`);
}

const MONTGOMERY_INVERSE = fieldInverse(1n << 256n);

export function decodeSignal(bytes: Uint8Array, offset: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, SIGNAL_BYTES);
  const flags = view.getUint32(4, true);
  if ((flags & LONG_FLAG) === 0) return residue(BigInt(view.getInt32(0, true)));
  const value = bigintFromLittleEndian(bytes, offset + 8);
  return (flags & MONTGOMERY_FLAG) === 0 ? value : (value * MONTGOMERY_INVERSE) % SCALAR_FIELD;
}

export function encodeSignal(bytes: Uint8Array, offset: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, SIGNAL_BYTES);
  view.setUint32(0, 0, true);
  view.setUint32(4, LONG_FLAG, true);
  bigintToLittleEndian(value, bytes, offset + 8);
}
