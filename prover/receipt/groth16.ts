// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from '@noble/curves/bn254.js';
import type { SnarkjsVerificationKey } from 'snarkjs';

import { g1Point, g2Point } from '../core/bn254.ts';
import { proofPoints } from '../proving/formats/proof-points.ts';
import type { ReceiptProof } from './document.ts';

const { Fp12 } = bn254.fields;

const keyG1 = (coordinates: readonly string[]) =>
  g1Point(BigInt(coordinates[0]!), BigInt(coordinates[1]!));

const keyG2 = ([x, y]: readonly (readonly string[])[]) =>
  g2Point([BigInt(x![0]!), BigInt(x![1]!)], [BigInt(y![0]!), BigInt(y![1]!)]);

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
