// SPDX-License-Identifier: GPL-3.0-or-later
// Constraint systems that no compiler would write, each with a witness that satisfies it.
import { writeSections } from '../../../prover/proving/formats/binfile.ts';
import { bigintToLittleEndian, SCALAR_FIELD } from '../../../prover/proving/formats/r1cs.ts';

const R1CS_VERSION = 1;

export interface RandomCircuit {
  readonly r1cs: Uint8Array;
  /** Values of all wires, 32 bytes each, little-endian. */
  readonly witness: Uint8Array;
  readonly publicSignals: readonly bigint[];
}

type Terms = readonly (readonly [wire: number, coefficient: bigint])[];

/** Deterministic numbers below 2³² from a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return (value ^ (value >>> 14)) >>> 0;
  };
}

function constraintBytes(constraints: readonly (readonly [Terms, Terms, Terms])[]): Uint8Array[] {
  return constraints.flat().map((terms) => {
    const bytes = new Uint8Array(4 + 36 * terms.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, terms.length, true);
    terms.forEach(([wire, coefficient], index) => {
      view.setUint32(4 + 36 * index, wire, true);
      bigintToLittleEndian(coefficient, bytes, 8 + 36 * index);
    });
    return bytes;
  });
}

/**
 * Products of random sums, some of them empty, over wires that are zero, one, small or large, of
 * which some take part in nothing: every shape that points at infinity make special.
 */
export function randomCircuit(seed: number, size: number, publicCount: number): RandomCircuit {
  const next = generator(seed);
  const large = (): bigint =>
    Array.from({ length: 8 }, next).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n) %
    SCALAR_FIELD;
  const value = (): bigint => [0n, 1n, BigInt(next()), SCALAR_FIELD - 1n, large()][next() % 5]!;
  const wires = [1n, ...Array.from({ length: publicCount + 3 }, value)];
  const terms = (): Terms =>
    Array.from({ length: next() % 4 }, () => [next() % wires.length, value()] as const);
  const sum = (list: Terms): bigint =>
    list.reduce((total, [wire, factor]) => (total + wires[wire]! * factor) % SCALAR_FIELD, 0n);
  const constraints: [Terms, Terms, Terms][] = [];
  for (let index = 0; index < size; index += 1) {
    const [a, b] = [terms(), terms()];
    wires.push((sum(a) * sum(b)) % SCALAR_FIELD);
    constraints.push([a, b, [[wires.length - 1, 1n]]]);
  }
  const header = new Uint8Array(64);
  const view = new DataView(header.buffer);
  view.setUint32(0, 32, true);
  bigintToLittleEndian(SCALAR_FIELD, header, 4);
  [wires.length, 0, publicCount, wires.length - publicCount - 1].forEach((count, index) =>
    view.setUint32(36 + 4 * index, count, true),
  );
  view.setBigUint64(52, BigInt(wires.length), true);
  view.setUint32(60, constraints.length, true);
  const witness = new Uint8Array(32 * wires.length);
  wires.forEach((wire, index) => bigintToLittleEndian(wire, witness, 32 * index));
  return {
    r1cs: writeSections('r1cs', R1CS_VERSION, [
      [1, [header]],
      [2, constraintBytes(constraints)],
    ]),
    witness,
    publicSignals: wires.slice(1, publicCount + 1),
  };
}
