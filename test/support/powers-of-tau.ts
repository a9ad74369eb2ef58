// SPDX-License-Identifier: GPL-3.0-or-later
import type { Curve } from 'ffjavascript';

import { BASE_FIELD } from '../../prover/core/bn254.ts';
import { writeSections } from '../../prover/proving/formats/binfile.ts';
import { bigintToLittleEndian, SCALAR_FIELD } from '../../prover/proving/formats/r1cs.ts';
import type { Group } from '../../prover/proving/keys/fixed-base.ts';
import { MultiplierPool } from '../../prover/proving/keys/pool.ts';
import type { Trapdoor } from '../../prover/proving/keys/trapdoor.ts';
import { curveCode } from '../../prover/proving/keys/wasm-curve.ts';

const TWO_ADICITY = 28n;
/** The generator of the field's multiplicative group from which snarkjs takes roots of unity. */
const FIELD_GENERATOR = 5n;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (
    let square = base;
    exponent > 0n;
    exponent >>= 1n, square = (square * square) % SCALAR_FIELD
  ) {
    if ((exponent & 1n) === 1n) result = (result * square) % SCALAR_FIELD;
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, SCALAR_FIELD - 2n);

/** Lagrange values at τ over the 2^k-th roots of unity, straight from their definition. */
function lagrangeValues(tau: bigint, k: number): bigint[] {
  const size = 2n ** BigInt(k);
  const root = power(FIELD_GENERATOR, (SCALAR_FIELD - 1n) / size);
  const scale = ((power(tau, size) - 1n) * inverse(size)) % SCALAR_FIELD;
  const values: bigint[] = [];
  for (let index = 0n, node = 1n; index < size; index += 1n, node = (node * root) % SCALAR_FIELD) {
    values.push((scale * node * inverse(tau - node + SCALAR_FIELD)) % SCALAR_FIELD);
  }
  return values;
}

/**
 * A finished powers-of-tau file for 2^k constraints from a known trapdoor, computed with plain
 * bigint arithmetic, so that snarkjs can judge a development key as it judges any other.
 */
export async function powersOfTau(
  curve: Curve,
  trapdoor: Trapdoor,
  k: number,
): Promise<Uint8Array> {
  const { tau, alpha, beta } = trapdoor;
  if (BigInt(k) >= TWO_ADICITY) throw new RangeError('powersOfTau: the domain is too large');
  const pool = new MultiplierPool(curveCode(curve), 1);
  const points = async (group: Group, scalars: readonly bigint[]): Promise<Uint8Array> => {
    const shared = new SharedArrayBuffer(32 * scalars.length);
    scalars.forEach((scalar, index) =>
      bigintToLittleEndian(scalar % SCALAR_FIELD, new Uint8Array(shared), 32 * index),
    );
    return (await pool.multiply(group, shared, { hashed: false })).affine;
  };
  const size = 2 ** k;
  const powers: bigint[] = [1n];
  while (powers.length < 2 * size - 1) powers.push((powers.at(-1)! * tau) % SCALAR_FIELD);
  const lagrange = (last: number): bigint[] =>
    Array.from({ length: last + 1 }, (_, level) => lagrangeValues(tau, level)).flat();
  const scaled = (values: readonly bigint[], factor: bigint): bigint[] =>
    values.map((value) => value * factor);

  const header = new Uint8Array(44);
  const view = new DataView(header.buffer);
  view.setUint32(0, 32, true);
  bigintToLittleEndian(BASE_FIELD, header, 4);
  view.setUint32(36, k, true);
  view.setUint32(40, k, true);
  try {
    return writeSections('ptau', 1, [
      [1, [header]],
      [2, [await points('g1', powers)]],
      [3, [await points('g2', powers.slice(0, size))]],
      [4, [await points('g1', scaled(powers.slice(0, size), alpha))]],
      [5, [await points('g1', scaled(powers.slice(0, size), beta))]],
      [6, [await points('g2', [beta])]],
      [7, [new Uint8Array(4)]],
      [12, [await points('g1', lagrange(k + 1))]],
      [13, [await points('g2', lagrange(k))]],
      [14, [await points('g1', scaled(lagrange(k), alpha))]],
      [15, [await points('g1', scaled(lagrange(k), beta))]],
    ]);
  } finally {
    await pool.close();
  }
}
