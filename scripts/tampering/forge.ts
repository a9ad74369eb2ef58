// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsVerificationKey } from 'snarkjs';

import { G1_GENERATOR, G2_GENERATOR, g1Point, type G1Point } from '../../prover/core/bn254.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { developmentTrapdoor } from '../../prover/proving/keys/trapdoor.ts';

export interface ForgedProof {
  readonly a: [bigint, bigint];
  /** The imaginary part first, as contracts take it. */
  readonly b: [[bigint, bigint], [bigint, bigint]];
  readonly c: [bigint, bigint];
}

function inverse(value: bigint): bigint {
  let [result, base] = [1n, value % SCALAR_FIELD];
  for (let exponent = SCALAR_FIELD - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % SCALAR_FIELD;
    base = (base * base) % SCALAR_FIELD;
  }
  return result;
}

const affine = (point: G1Point): [bigint, bigint] => {
  const { x, y } = point.toAffine();
  return [x, y];
};

/**
 * A proof of anything at all under a development key, whose secrets are public: with A = a·G and B = b·G
 * the equation gives C = (ab − αβ − Σ sᵢ·icᵢ)/δ.
 */
export function forged(
  key: SnarkjsVerificationKey,
  r1csHash: string,
  signals: readonly bigint[],
  factor = 1n,
): ForgedProof {
  const { alpha, beta, delta } = developmentTrapdoor(r1csHash);
  const [a, b] = [3n, 5n];
  const ic = key.IC.map(([x, y]) => g1Point(BigInt(x!), BigInt(y!)));
  const sum = signals.reduce(
    (total, signal, index) => total.add(ic[index + 1]!.multiplyUnsafe(signal)),
    ic[0]!,
  );
  const constant = (a * b - ((alpha * beta) % SCALAR_FIELD) + SCALAR_FIELD) % SCALAR_FIELD;
  const c = G1_GENERATOR.multiplyUnsafe(constant)
    .subtract(sum)
    .multiplyUnsafe(inverse((delta * factor) % SCALAR_FIELD));
  const { x, y } = G2_GENERATOR.multiplyUnsafe(b).toAffine();
  return {
    a: affine(G1_GENERATOR.multiplyUnsafe(a)),
    b: [
      [x.c1, x.c0],
      [y.c1, y.c0],
    ],
    c: affine(c),
  };
}

/** The same proof under a key of which δ was made ±1: C times ±δ. */
export function movedToDelta(
  [x, y]: readonly [bigint, bigint],
  r1csHash: string,
  sign: 1n | -1n,
): [bigint, bigint] {
  const { delta } = developmentTrapdoor(r1csHash);
  const factor = (sign * delta + SCALAR_FIELD) % SCALAR_FIELD;
  return affine(g1Point(x, y).multiplyUnsafe(factor));
}
