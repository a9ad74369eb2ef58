// SPDX-License-Identifier: GPL-3.0-or-later
import { clamp, divCeil, divFloor, max, min } from '../risk/pricing/fixed-point.ts';
import { sqrtFloor } from '../risk/pricing/square-root.ts';
import { totalVarianceQ64 } from '../risk/pricing/svi.ts';
import type { LiveSlice } from '../model/types.ts';

/** What a moved slice could not express: wings steeper than Lee's bound, or a full field. */
export type SurfaceLimit = 'wings' | 'variance' | 'range';

export interface MovedSlice {
  readonly slice: LiveSlice;
  readonly limits: readonly SurfaceLimit[];
}

/** b + |c| ≤ 2 at Q30 (Lee 2004): a rule of the snapshot document. */
const LEE_BOUND_Q30 = 1n << 31n;
const A_MAX = (1n << 47n) - 1n;
const M_LIMIT = 1n << 27n;
const K_LIMIT = 1n << 13n;

const scaleTowardZero = (x: bigint, by: bigint, over: bigint): bigint => (x * by) / over;

/** The smallest a with a + σ·√(b² − c²) ≥ 0. */
function leastA({ bQ30, cQ30, sigmaQ24 }: Omit<LiveSlice, 'aQ44'>): bigint {
  const valleyQ54 = sqrtFloor(sigmaQ24 * sigmaQ24 * (bQ30 * bQ30 - cQ30 * cQ30));
  return -(valleyQ54 >> 10n);
}

/**
 * Total variance times by/over at every strike: a, b and c scaled, m and σ kept, so every implied
 * volatility moves by √(by/over). Where the wings would break Lee's bound they stop at it, and a
 * rises so that variance at the forward is still scaled in full; where a leaves its field it stays
 * at the field's end. b and a round up, c towards zero: the rules of the document survive.
 */
export function scaleVariance(slice: LiveSlice, by: bigint, over: bigint): MovedSlice {
  if (by === over) return { slice, limits: [] };
  const span = slice.bQ30 + (slice.cQ30 < 0n ? -slice.cQ30 : slice.cQ30);
  const steep = span * by > LEE_BOUND_Q30 * over;
  const scaled = steep
    ? {
        ...slice,
        bQ30: divFloor(slice.bQ30 * LEE_BOUND_Q30, span),
        cQ30: scaleTowardZero(slice.cQ30, LEE_BOUND_Q30, span),
      }
    : {
        ...slice,
        bQ30: divCeil(slice.bQ30 * by, over),
        cQ30: scaleTowardZero(slice.cQ30, by, over),
      };
  const wanted = steep
    ? divCeil(
        totalVarianceQ64(slice, 0n) * by - totalVarianceQ64({ ...scaled, aQ44: 0n }, 0n) * over,
        over << 20n,
      )
    : divCeil(slice.aQ44 * by, over);
  const lowest = max(leastA(scaled), -A_MAX);
  const aQ44 = min(max(wanted, lowest), A_MAX);
  const limits: SurfaceLimit[] = [];
  if (steep) limits.push('wings');
  if (wanted > A_MAX) limits.push('variance');
  return { slice: { ...scaled, aQ44 }, limits };
}

/**
 * Sticky strike: the forward moved by e^{shift}, and every strike keeps its total variance. In
 * k = ln(K/F) that moves m and the fitted range by −shift. The document wants kMin < 0 < kMax: when
 * the forward leaves the fitted range, the range is widened to just hold it, and the strikes in
 * between read the fitted wing in place of its last point.
 */
export function shiftLogMoneyness(slice: LiveSlice, shiftQ24: bigint): MovedSlice {
  if (shiftQ24 === 0n) return { slice, limits: [] };
  const shiftQ10 = (shiftQ24 + (1n << 13n)) >> 14n;
  const wanted = slice.mQ24 - shiftQ24;
  const mQ24 = clamp(wanted, -M_LIMIT, M_LIMIT - 1n);
  const kMinQ10 = clamp(slice.kMinQ10 - shiftQ10, -K_LIMIT, -1n);
  const kMaxQ10 = clamp(slice.kMaxQ10 - shiftQ10, 1n, K_LIMIT - 1n);
  const held = slice.kMinQ10 - shiftQ10 < 0n && slice.kMaxQ10 - shiftQ10 > 0n;
  return {
    slice: { ...slice, mQ24, kMinQ10, kMaxQ10 },
    limits: mQ24 === wanted && held ? [] : ['range'],
  };
}
