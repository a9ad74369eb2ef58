// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from '@noble/curves/bn254.js';

const { Fp, Fp2 } = bn254.fields;
const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;

/** Order of the field in which coordinates of points lie. */
export const BASE_FIELD = Fp.ORDER;

export type G1Point = InstanceType<typeof G1>;
export type G2Point = InstanceType<typeof G2>;
/** Of the extension field, as (real, imaginary). */
export type Fp2Pair = readonly [bigint, bigint];

export const G1_GENERATOR: G1Point = G1.BASE;
/** EIP-197. */
export const G2_GENERATOR: G2Point = G2.BASE;

/** Why coordinates are no point; the message is the rule they break. */
export class NotAPoint extends RangeError {
  constructor(rule: string, options?: ErrorOptions) {
    super(rule, options);
    this.name = new.target.name;
  }
}

function requireCanonical(coordinates: readonly bigint[]): void {
  if (!coordinates.every((value) => value >= 0n && value < BASE_FIELD)) {
    throw new NotAPoint('has a coordinate that is not below the order of the base field');
  }
  // Neither curve goes through the origin, which stands for infinity in some encodings.
  if (coordinates.every((value) => value === 0n)) {
    throw new NotAPoint('must not be the point at infinity');
  }
}

/** A point of G1 other than infinity; throws `NotAPoint`. */
export function g1Point(x: bigint, y: bigint): G1Point {
  requireCanonical([x, y]);
  const point = G1.fromAffine({ x, y });
  try {
    point.assertValidity();
  } catch (cause) {
    throw new NotAPoint('is not on the curve', { cause });
  }
  return point;
}

/** A point of G2 other than infinity: on the twist and in the subgroup of order r, or `NotAPoint`. */
export function g2Point(x: Fp2Pair, y: Fp2Pair): G2Point {
  requireCanonical([...x, ...y]);
  const affine = { x: Fp2.fromBigTuple([...x]), y: Fp2.fromBigTuple([...y]) };
  const { b } = G2.CURVE();
  if (!Fp2.eql(Fp2.sqr(affine.y), Fp2.add(Fp2.mul(Fp2.sqr(affine.x), affine.x), b))) {
    throw new NotAPoint('is not on the curve');
  }
  const point = G2.fromAffine(affine);
  // Outside it the pairing is not bilinear, so its equations mean nothing.
  if (!point.isTorsionFree()) throw new NotAPoint('is not in the subgroup of order r');
  return point;
}

interface Group<T> {
  equals(other: T): boolean;
  negate(): T;
}

/** P = ±Q: relations in an exponent hold up to a sign that anybody can take off. */
export function equalUpToSign<T extends Group<T>>(left: T, right: T): boolean {
  return left.equals(right) || left.equals(right.negate());
}
