// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from '@noble/curves/bn254.js';
import type { SnarkjsVerificationKey } from 'snarkjs';

import type { ReceiptProof } from './document.ts';

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const { Fp2, Fp12 } = bn254.fields;

type Pair<T> = readonly [T, T];

function g1(x: bigint, y: bigint): InstanceType<typeof G1> {
  const point = G1.fromAffine({ x, y });
  point.assertValidity();
  return point;
}

/** On the twist and in the subgroup of order r: outside it the pairing equation means nothing. */
function g2([x0, x1]: Pair<bigint>, [y0, y1]: Pair<bigint>): InstanceType<typeof G2> {
  const point = G2.fromAffine({
    x: Fp2.fromBigTuple([x0, x1]),
    y: Fp2.fromBigTuple([y0, y1]),
  });
  point.assertValidity();
  return point;
}

const keyG1 = (coordinates: readonly string[]) =>
  g1(BigInt(coordinates[0]!), BigInt(coordinates[1]!));

const keyG2 = ([x, y]: readonly (readonly string[])[]) =>
  g2([BigInt(x![0]!), BigInt(x![1]!)], [BigInt(y![0]!), BigInt(y![1]!)]);

/** The points of a proof, or `undefined` where they are not points of the groups. */
function proofPoints({ a, b, c }: ReceiptProof) {
  try {
    const points = { a: g1(a[0], a[1]), b: g2(b[0], b[1]), c: g1(c[0], c[1]) };
    // Infinity is on the curve, but no prover ever sends it, and the pairing refuses it.
    return points.a.is0() || points.b.is0() || points.c.is0() ? undefined : points;
  } catch {
    return undefined;
  }
}

/**
 * Groth16 (ePrint 2016/260 §3.2): e(A, B) = e(α, β)·e(Σ sᵢ·ICᵢ, γ)·e(C, δ). Runs wherever
 * ECMAScript does; `signals` are below r (their schema's rule) and as many as the key has.
 */
export function verifyGroth16(
  key: SnarkjsVerificationKey,
  signals: readonly bigint[],
  proof: ReceiptProof,
): boolean {
  if (signals.length !== key.nPublic) return false;
  const points = proofPoints(proof);
  if (points === undefined) return false;
  const sum = signals.reduce(
    (partial, signal, index) => partial.add(keyG1(key.IC[index + 1]!).multiplyUnsafe(signal)),
    keyG1(key.IC[0]!),
  );
  const product = bn254.pairingBatch(
    [
      { g1: points.a, g2: points.b },
      { g1: keyG1(key.vk_alpha_1).negate(), g2: keyG2(key.vk_beta_2) },
      { g1: sum.negate(), g2: keyG2(key.vk_gamma_2) },
      { g1: points.c.negate(), g2: keyG2(key.vk_delta_2) },
      // A sum at infinity contributes the factor 1.
    ].filter((pair) => !pair.g1.is0()),
  );
  return Fp12.eql(product, Fp12.ONE);
}
