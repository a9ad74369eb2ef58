// SPDX-License-Identifier: GPL-3.0-or-later
import type { LinearTerms, R1cs } from '../formats/r1cs.ts';
import type { Trapdoor } from './trapdoor.ts';
import { SCALAR_BYTES } from './wasm-curve.ts';
import type { WasmCurve } from './wasm-curve.ts';

const COEFFICIENT_BYTES = 12 + SCALAR_BYTES;

/** Exponents of every point of the key: 32-byte little-endian residues in shared memory. */
export interface QapScalars {
  readonly a: SharedArrayBuffer;
  readonly b: SharedArrayBuffer;
  /** β·A + α·B + C per wire, public wires first, before the division by δ. */
  readonly k: SharedArrayBuffer;
  /** `k` of the private wires, divided by δ. */
  readonly kDelta: SharedArrayBuffer;
  /** Odd Lagrange values of the doubled domain, divided by δ. */
  readonly hDelta: SharedArrayBuffer;
  /** τ^(N+i) − τ^i, by which snarkjs identifies the powers of τ in its circuit hash. */
  readonly powersOfTau: SharedArrayBuffer;
}

export interface Qap {
  readonly scalars: QapScalars;
  /** Payload of the coefficient section: A and B of every constraint, in Montgomery form twice. */
  readonly coefficients: Uint8Array;
}

/** snarkjs's rule: one row for each constraint and one for each public signal and the constant. */
export function domainPower(
  r1cs: Pick<R1cs, 'constraints' | 'publicInputs' | 'publicOutputs'>,
): number {
  const rows = r1cs.constraints + r1cs.publicInputs + r1cs.publicOutputs;
  return 32 - Math.clz32(rows);
}

/** Field arithmetic on arrays in the curve's memory. */
class FieldArrays {
  readonly #curve: WasmCurve;
  readonly #multiply: (left: number, right: number, out: number) => number;

  constructor(curve: WasmCurve) {
    this.#curve = curve;
    this.#multiply = curve.call['frm_mul']!;
  }

  zeros(count: number): number {
    const pointer = this.#curve.allocate(count * SCALAR_BYTES);
    this.#curve.bytes.fill(0, pointer, pointer + count * SCALAR_BYTES);
    return pointer;
  }

  /** first, first·ratio, first·ratio², … */
  powers(first: number, ratio: number, count: number): number {
    const out = this.#curve.allocate(count * SCALAR_BYTES);
    this.#curve.bytes.copyWithin(out, first, first + SCALAR_BYTES);
    for (let index = 1; index < count; index += 1) {
      this.#multiply(out + (index - 1) * SCALAR_BYTES, ratio, out + index * SCALAR_BYTES);
    }
    return out;
  }

  /** Lagrange values of the domain of 2^power roots of unity at τ. */
  lagrange(root: Uint8Array, power: number, tau: number): number {
    const { call } = this.#curve;
    const count = 2 ** power;
    const one = this.#curve.storeScalar(1n);
    const ratio = this.#curve.allocate(SCALAR_BYTES);
    this.#curve.bytes.set(root, ratio);
    const roots = this.powers(one, ratio, count);
    const values = this.#curve.allocate(count * SCALAR_BYTES);
    for (let index = 0; index < count; index += 1) {
      call['frm_sub']!(tau, roots + index * SCALAR_BYTES, values + index * SCALAR_BYTES);
    }
    this.#curve.reserve(count * SCALAR_BYTES);
    call['frm_batchInverse']!(values, SCALAR_BYTES, count, values, SCALAR_BYTES);
    // (τ^n − 1)/n
    const scale = this.#curve.allocate(SCALAR_BYTES);
    this.#curve.bytes.copyWithin(scale, tau, tau + SCALAR_BYTES);
    for (let square = 0; square < power; square += 1) call['frm_square']!(scale, scale);
    call['frm_sub']!(scale, one, scale);
    const inverseSize = this.#curve.storeScalar(BigInt(count));
    call['frm_inverse']!(inverseSize, inverseSize);
    this.#multiply(scale, inverseSize, scale);
    for (let index = 0; index < count; index += 1) {
      const value = values + index * SCALAR_BYTES;
      this.#multiply(value, roots + index * SCALAR_BYTES, value);
      this.#multiply(value, scale, value);
    }
    return values;
  }

  scale(from: number, factor: number, count: number, stride = 1, offset = 0): number {
    const out = this.#curve.allocate(count * SCALAR_BYTES);
    for (let index = 0; index < count; index += 1) {
      const source = from + (index * stride + offset) * SCALAR_BYTES;
      this.#multiply(source, factor, out + index * SCALAR_BYTES);
    }
    return out;
  }

  /** Out of Montgomery form and out of this memory. */
  exportPlain(from: number, count: number): SharedArrayBuffer {
    const out = this.#curve.allocate(count * SCALAR_BYTES);
    this.#curve.call['frm_batchFromMontgomery']!(from, count, out);
    const shared = new SharedArrayBuffer(count * SCALAR_BYTES);
    new Uint8Array(shared).set(this.#curve.bytes.subarray(out, out + count * SCALAR_BYTES));
    return shared;
  }
}

/** Evaluates the circuit's polynomials at τ in the field, where the trapdoor makes it cheap. */
export function evaluateQap(
  curve: WasmCurve,
  r1cs: R1cs,
  trapdoor: Trapdoor,
  rootsOfUnity: readonly Uint8Array[],
): Qap {
  const { call } = curve;
  const arrays = new FieldArrays(curve);
  const power = domainPower(r1cs);
  const domainSize = 2 ** power;
  const publicSignals = r1cs.publicOutputs + r1cs.publicInputs;
  const tau = curve.storeScalar(trapdoor.tau);
  const values = arrays.lagrange(rootsOfUnity[power]!, power, tau);

  const [a, b, c] = [arrays.zeros(r1cs.wires), arrays.zeros(r1cs.wires), arrays.zeros(r1cs.wires)];
  const montgomery = curve.allocate(r1cs.coefficients.length * SCALAR_BYTES);
  const twice = curve.allocate(r1cs.coefficients.length * SCALAR_BYTES);
  r1cs.coefficients.forEach((coefficient, index) => {
    const stored = curve.storeScalar(coefficient);
    curve.bytes.copyWithin(montgomery + index * SCALAR_BYTES, stored, stored + SCALAR_BYTES);
    call['frm_toMontgomery']!(stored, twice + index * SCALAR_BYTES);
  });

  const product = curve.allocate(SCALAR_BYTES);
  const [multiply, add] = [call['frm_mul']!, call['frm_add']!];
  const accumulate = (terms: LinearTerms, into: number): void => {
    for (let row = 0; row < r1cs.constraints; row += 1) {
      for (let term = terms.start[row]!; term < terms.start[row + 1]!; term += 1) {
        const target = into + terms.wire[term]! * SCALAR_BYTES;
        multiply(
          montgomery + terms.coefficient[term]! * SCALAR_BYTES,
          values + row * SCALAR_BYTES,
          product,
        );
        add(target, product, target);
      }
    }
  };
  accumulate(r1cs.a, a);
  accumulate(r1cs.b, b);
  accumulate(r1cs.c, c);
  // snarkjs's extra rows keep the public wires' polynomials independent.
  for (let wire = 0; wire <= publicSignals; wire += 1) {
    const target = a + wire * SCALAR_BYTES;
    add(target, values + (r1cs.constraints + wire) * SCALAR_BYTES, target);
  }

  const [alpha, beta] = [curve.storeScalar(trapdoor.alpha), curve.storeScalar(trapdoor.beta)];
  const inverseDelta = curve.storeScalar(trapdoor.delta);
  call['frm_inverse']!(inverseDelta, inverseDelta);
  const k = arrays.scale(a, beta, r1cs.wires);
  for (let wire = 0; wire < r1cs.wires; wire += 1) {
    const target = k + wire * SCALAR_BYTES;
    multiply(b + wire * SCALAR_BYTES, alpha, product);
    add(target, product, target);
    add(target, c + wire * SCALAR_BYTES, target);
  }
  const privateWires = r1cs.wires - publicSignals - 1;
  const kDelta = arrays.scale(k + (publicSignals + 1) * SCALAR_BYTES, inverseDelta, privateWires);
  const doubled = arrays.lagrange(rootsOfUnity[power + 1]!, power + 1, tau);
  const hDelta = arrays.scale(doubled, inverseDelta, domainSize, 2, 1);

  return {
    scalars: {
      a: arrays.exportPlain(a, r1cs.wires),
      b: arrays.exportPlain(b, r1cs.wires),
      k: arrays.exportPlain(k, r1cs.wires),
      kDelta: arrays.exportPlain(kDelta, privateWires),
      hDelta: arrays.exportPlain(hDelta, domainSize),
      powersOfTau: hashedPowers(curve, arrays, tau, power),
    },
    coefficients: coefficientSection(curve, r1cs, publicSignals, twice),
  };
}

/** snarkjs hashes these in chunks of 2¹⁴ and rounds the last one up: one point more when larger. */
export function hashedPowerCount(power: number): number {
  return power > 14 ? 2 ** power : 2 ** power - 1;
}

function hashedPowers(
  curve: WasmCurve,
  arrays: FieldArrays,
  tau: number,
  power: number,
): SharedArrayBuffer {
  const count = hashedPowerCount(power);
  const first = curve.allocate(SCALAR_BYTES);
  curve.bytes.copyWithin(first, tau, tau + SCALAR_BYTES);
  for (let square = 0; square < power; square += 1) curve.call['frm_square']!(first, first);
  curve.call['frm_sub']!(first, curve.storeScalar(1n), first);
  return arrays.exportPlain(arrays.powers(first, tau, count), count);
}

function coefficientSection(
  curve: WasmCurve,
  r1cs: R1cs,
  publicSignals: number,
  twice: number,
): Uint8Array {
  const count = r1cs.a.wire.length + r1cs.b.wire.length + publicSignals + 1;
  const section = new Uint8Array(4 + count * COEFFICIENT_BYTES);
  const view = new DataView(section.buffer);
  view.setUint32(0, count, true);
  const memory = curve.bytes;
  let offset = 4;
  const put = (matrix: number, row: number, wire: number, value: number): void => {
    view.setUint32(offset, matrix, true);
    view.setUint32(offset + 4, row, true);
    view.setUint32(offset + 8, wire, true);
    section.set(memory.subarray(value, value + SCALAR_BYTES), offset + 12);
    offset += COEFFICIENT_BYTES;
  };
  for (let row = 0; row < r1cs.constraints; row += 1) {
    [r1cs.a, r1cs.b].forEach((terms, matrix) => {
      for (let term = terms.start[row]!; term < terms.start[row + 1]!; term += 1) {
        put(matrix, row, terms.wire[term]!, twice + terms.coefficient[term]! * SCALAR_BYTES);
      }
    });
  }
  const one = curve.allocate(SCALAR_BYTES);
  const single = curve.storeScalar(1n);
  curve.call['frm_toMontgomery']!(single, one);
  const extra = curve.bytes.slice(one, one + SCALAR_BYTES);
  for (let wire = 0; wire <= publicSignals; wire += 1) {
    view.setUint32(offset, 0, true);
    view.setUint32(offset + 4, r1cs.constraints + wire, true);
    view.setUint32(offset + 8, wire, true);
    section.set(extra, offset + 12);
    offset += COEFFICIENT_BYTES;
  }
  return section;
}
