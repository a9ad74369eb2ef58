// SPDX-License-Identifier: GPL-3.0-or-later
import { g1Point, g2Point, NotAPoint, type Fp2Pair } from '../../core/bn254.ts';

/** The coordinates of a proof; each of `b` as (real, imaginary). */
export interface ProofCoordinates {
  readonly a: readonly [bigint, bigint];
  readonly b: readonly [Fp2Pair, Fp2Pair];
  readonly c: readonly [bigint, bigint];
}

/**
 * The points of a proof, or `undefined` where they are not points of the groups, or infinity. Not
 * every verifier asks: snarkjs takes a B outside the subgroup, of which the equation says nothing.
 */
export function proofPoints({ a, b, c }: ProofCoordinates) {
  try {
    return { a: g1Point(a[0], a[1]), b: g2Point(b[0], b[1]), c: g1Point(c[0], c[1]) };
  } catch (error) {
    if (error instanceof NotAPoint) return undefined;
    throw error;
  }
}
