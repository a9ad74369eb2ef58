// SPDX-License-Identifier: GPL-3.0-or-later
import type { Curve } from 'ffjavascript';

import { bigintFromLittleEndian, bigintToLittleEndian, SCALAR_FIELD } from '../formats/r1cs.ts';

type Call = (...pointers: number[]) => number;

export const SCALAR_BYTES = 32;
const PAGE_BYTES = 65_536;
/** The library's own routines take scratch space without growing the memory. */
const HEADROOM_BYTES = 4 * 1024 * 1024;

/** What a thread needs to run the curve: ffjavascript itself refuses to load in a worker. */
export interface CurveCode {
  readonly code: Uint8Array;
  readonly pG1gen: number;
  readonly pG2gen: number;
}

export function curveCode(curve: Curve): CurveCode {
  const { code, pG1gen, pG2gen } = curve.tm;
  return { code, pG1gen, pG2gen };
}

/** BN254 from ffjavascript's WebAssembly, with its memory and its raw functions laid open. */
export class WasmCurve {
  readonly call: Record<string, Call>;
  readonly generator: { readonly g1: number; readonly g2: number };
  readonly #memory = new WebAssembly.Memory({ initial: 25 });

  constructor(source: CurveCode) {
    const module = new WebAssembly.Module(source.code);
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.call = instance.exports as Record<string, Call>;
    this.generator = { g1: source.pG1gen, g2: source.pG2gen };
  }

  /** A fresh view: growing the memory detaches earlier ones. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  allocate(length: number): number {
    const memory = this.#memory;
    const free = new Uint32Array(memory.buffer, 0, 1);
    const pointer = Math.ceil(free[0]! / 8) * 8;
    free[0] = pointer + length;
    const missing = pointer + length + HEADROOM_BYTES - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    return pointer;
  }

  /** Makes sure that a routine of the library finds this much scratch space. */
  reserve(length: number): void {
    const mark = this.mark();
    this.allocate(length);
    this.release(mark);
  }

  /** Everything allocated from here on is given back by `release`. */
  mark(): number {
    return new Uint32Array(this.#memory.buffer, 0, 1)[0]!;
  }

  release(mark: number): void {
    new Uint32Array(this.#memory.buffer, 0, 1)[0] = mark;
  }

  /** Puts a scalar into memory in Montgomery form, as the field functions take it. */
  storeScalar(value: bigint): number {
    const pointer = this.allocate(SCALAR_BYTES);
    bigintToLittleEndian(
      ((value % SCALAR_FIELD) + SCALAR_FIELD) % SCALAR_FIELD,
      this.bytes,
      pointer,
    );
    this.call['frm_toMontgomery']!(pointer, pointer);
    return pointer;
  }

  loadScalar(pointer: number): bigint {
    const plain = this.allocate(SCALAR_BYTES);
    this.call['frm_fromMontgomery']!(pointer, plain);
    return bigintFromLittleEndian(this.bytes, plain);
  }
}
