// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsProof, SnarkjsVerificationKey } from 'snarkjs';

import { g1Point, g2Point, type G1Point, type G2Point } from '../../prover/core/bn254.ts';

/** Points in the form in which snarkjs writes them, and back. */

export function g1Text(point: G1Point): string[] {
  const { x, y } = point.toAffine();
  return [String(x), String(y), '1'];
}

export function g2Text(point: G2Point): string[][] {
  const { x, y } = point.toAffine();
  return [
    [String(x.c0), String(x.c1)],
    [String(y.c0), String(y.c1)],
    ['1', '0'],
  ];
}

export const g1Of = ([x, y]: readonly string[]): G1Point => g1Point(BigInt(x!), BigInt(y!));

export const g2Of = ([x, y]: readonly (readonly string[])[]): G2Point =>
  g2Point([BigInt(x![0]!), BigInt(x![1]!)], [BigInt(y![0]!), BigInt(y![1]!)]);

export function proofText(a: G1Point, b: G2Point, c: G1Point): SnarkjsProof {
  return {
    pi_a: g1Text(a),
    pi_b: g2Text(b),
    pi_c: g1Text(c),
    protocol: 'groth16',
    curve: 'bn128',
  };
}

/** Σ sᵢ·ICᵢ: the point by which the equation knows the public signals. */
export function signalSum(key: SnarkjsVerificationKey, signals: readonly bigint[]): G1Point {
  return signals.reduce(
    (sum, signal, index) => sum.add(g1Of(key.IC[index + 1]!).multiplyUnsafe(signal)),
    g1Of(key.IC[0]!),
  );
}
