// SPDX-License-Identifier: GPL-3.0-or-later
import { SCALAR_BYTES } from './wasm-curve.ts';
import type { WasmCurve } from './wasm-curve.ts';

export type Group = 'g1' | 'g2';

/** 2¹² entries a window: the tables stay small and 20 additions replace 254 doublings. */
const WINDOW_BITS = 13;
const WINDOWS = Math.ceil(255 / WINDOW_BITS);
const HALF = 1 << (WINDOW_BITS - 1);
const COORDINATE_BYTES = { g1: 32, g2: 64 } as const;

export function affineBytes(group: Group): number {
  return 2 * COORDINATE_BYTES[group];
}

/** Writes the signed digits of a scalar, each within ±2¹², least significant first. */
function signedDigits(scalars: Uint8Array, offset: number, digits: Int32Array): void {
  let carry = 0;
  for (let window = 0; window < WINDOWS; window += 1) {
    const bit = window * WINDOW_BITS;
    const byte = offset + (bit >> 3);
    const end = offset + SCALAR_BYTES;
    const low = scalars[byte]!;
    const middle = byte + 1 < end ? scalars[byte + 1]! : 0;
    const high = byte + 2 < end ? scalars[byte + 2]! : 0;
    let digit = (((low | (middle << 8) | (high << 16)) >> (bit & 7)) & (2 * HALF - 1)) + carry;
    carry = digit > HALF ? 1 : 0;
    if (carry === 1) digit -= 2 * HALF;
    digits[window] = digit;
  }
}

/** Multiples of a group's generator, by additions only, from a table of its window multiples. */
export class FixedBase {
  readonly #curve: WasmCurve;
  readonly #group: Group;
  readonly #table: number;

  constructor(curve: WasmCurve, group: Group) {
    this.#curve = curve;
    this.#group = group;
    this.#table = curve.allocate(WINDOWS * HALF * affineBytes(group));
    this.#fillTable();
  }

  #fillTable(): void {
    const { call } = this.#curve;
    const affine = affineBytes(this.#group);
    const projective = 3 * COORDINATE_BYTES[this.#group];
    const row = this.#curve.allocate(HALF * projective);
    const next = this.#curve.allocate(projective);
    const base = this.#curve.allocate(affine);
    call[`${this.#group}m_toAffine`]!(this.#curve.generator[this.#group], base);
    const add = call[`${this.#group}m_addMixed`]!;
    for (let window = 0; window < WINDOWS; window += 1) {
      call[`${this.#group}m_toJacobian`]!(base, row);
      for (let entry = 1; entry < HALF; entry += 1) {
        add(row + (entry - 1) * projective, base, row + entry * projective);
      }
      call[`${this.#group}m_double`]!(row + (HALF - 1) * projective, next);
      call[`${this.#group}m_toAffine`]!(next, base);
      call[`${this.#group}m_batchToAffine`]!(row, HALF, this.#table + window * HALF * affine);
    }
  }

  /**
   * scalars: 32-byte little-endian, below the field. Returns affine points in the library's own
   * form (Montgomery, little-endian), the one that `.zkey` files hold; zero gives zero bytes.
   */
  multiply(scalars: Uint8Array): { affine: number; count: number } {
    const { call } = this.#curve;
    const affine = affineBytes(this.#group);
    const projective = 3 * COORDINATE_BYTES[this.#group];
    const count = scalars.length / SCALAR_BYTES;
    const sums = this.#curve.allocate(count * projective);
    const add = call[`${this.#group}m_addMixed`]!;
    const subtract = call[`${this.#group}m_subMixed`]!;
    const zero = call[`${this.#group}m_zero`]!;
    const digits = new Int32Array(WINDOWS);
    for (let index = 0; index < count; index += 1) {
      const sum = sums + index * projective;
      zero(sum);
      signedDigits(scalars, index * SCALAR_BYTES, digits);
      for (let window = 0; window < WINDOWS; window += 1) {
        const digit = digits[window]!;
        if (digit === 0) continue;
        const entry = this.#table + (window * HALF + Math.abs(digit) - 1) * affine;
        if (digit > 0) add(sum, entry, sum);
        else subtract(sum, entry, sum);
      }
    }
    call[`${this.#group}m_batchToAffine`]!(sums, count, sums);
    return { affine: sums, count };
  }

  /** The generator times each scalar; `uncompressed` is the big-endian form that snarkjs hashes. */
  points(scalars: Uint8Array, uncompressed: boolean): { affine: Uint8Array; hashed?: Uint8Array } {
    const mark = this.#curve.mark();
    const { affine: pointer, count } = this.multiply(scalars);
    const length = count * affineBytes(this.#group);
    const affine = this.#curve.bytes.slice(pointer, pointer + length);
    let hashed: Uint8Array | undefined;
    if (uncompressed) {
      this.#curve.call[`${this.#group}m_batchLEMtoU`]!(pointer, count, pointer);
      hashed = this.#curve.bytes.slice(pointer, pointer + length);
    }
    this.#curve.release(mark);
    return hashed === undefined ? { affine } : { affine, hashed };
  }
}
