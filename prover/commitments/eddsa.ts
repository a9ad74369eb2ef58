// SPDX-License-Identifier: GPL-3.0-or-later
import { buildEddsa } from 'circomlibjs';
import type { Point } from 'circomlibjs';

import { SCALAR_FIELD } from '../core/scalar-field.ts';
import type { Pair } from '../model/types.ts';

// EdDSA over BabyJubJub with Poseidon, as circomlib's `EdDSAPoseidonVerifier` checks it. Loaded with
// whoever signs or checks reports: it takes longer to set up than a hash.
const eddsa = await buildEddsa();

/** A point of BabyJubJub, affine. */
export type CurvePoint = Pair<bigint>;

export interface ReportSignature {
  readonly nonce: CurvePoint;
  readonly scalar: bigint;
}

const inField = (value: bigint): boolean => value >= 0n && value < SCALAR_FIELD;
const inside = ([x, y]: CurvePoint): Point => [eddsa.F.e(x), eddsa.F.e(y)];
const outside = ([x, y]: Point): CurvePoint => [eddsa.F.toObject(x), eddsa.F.toObject(y)];

/** The prime order of the subgroup that keys are in. */
export const SUBGROUP_ORDER: bigint = eddsa.babyJub.subOrder;

/** The key of a secret of 32 bytes. */
export const publicKey = (secret: Uint8Array): CurvePoint => outside(eddsa.prv2pub(secret));

/** Whether it is a point of the prime-order subgroup other than the neutral one. */
export function isPublicKey(point: CurvePoint): boolean {
  return point.every(inField) && point[0] !== 0n && eddsa.babyJub.inSubgroup(inside(point));
}

/** The same secret and message always give the same signature. */
export function signElement(secret: Uint8Array, message: bigint): ReportSignature {
  const { R8, S } = eddsa.signPoseidon(secret, eddsa.F.e(message));
  return { nonce: outside(R8), scalar: S };
}

export function verifiesElement(
  key: CurvePoint,
  message: bigint,
  { nonce, scalar }: ReportSignature,
): boolean {
  return (
    nonce.every(inField) &&
    eddsa.verifyPoseidon(eddsa.F.e(message), { R8: inside(nonce), S: scalar }, inside(key))
  );
}
