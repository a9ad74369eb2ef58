// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { divFloor } from './fixed-point.ts';
import type { TenorKnot } from '../../model/types.ts';

/** The shock table read at one time to expiry. */
export type TenorValues = Omit<TenorKnot, 'tauSeconds'>;

/**
 * Linear between knots and flat outside. Sizes that shrink with τ are rounded up, the one that
 * grows is rounded down: a fraction of 2⁻¹⁰ only, and continuous at the knots either way.
 */
export function interpolateTenor(knots: readonly TenorKnot[], tau: bigint): TenorValues {
  const first = knots[0];
  const last = knots.at(-1);
  if (first === undefined || last === undefined) {
    throw new PlimsollError('OUT_OF_RANGE', 'interpolateTenor: expected at least one knot');
  }
  if (tau <= first.tauSeconds) return first;
  const above = knots.findIndex((knot) => knot.tauSeconds > tau);
  const left = knots[above - 1];
  const right = knots[above];
  if (left === undefined || right === undefined) return last;
  const elapsed = tau - left.tauSeconds;
  const gap = right.tauSeconds - left.tauSeconds;
  const falling = (a: bigint, b: bigint): bigint => a - divFloor((a - b) * elapsed, gap);
  return {
    volUpQ10: falling(left.volUpQ10, right.volUpQ10),
    volDownQ10: falling(left.volDownQ10, right.volDownQ10),
    skewCapQ10: falling(left.skewCapQ10, right.skewCapQ10),
    skewSlopeQ10: falling(left.skewSlopeQ10, right.skewSlopeQ10),
    rollLogQ10: left.rollLogQ10 + divFloor((right.rollLogQ10 - left.rollLogQ10) * elapsed, gap),
  };
}
