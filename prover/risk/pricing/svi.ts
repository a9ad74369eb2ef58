// SPDX-License-Identifier: GPL-3.0-or-later
import { sqrtFloor } from './square-root.ts';
import type { LiveSlice } from '../../model/types.ts';

/**
 * k held inside the range the slice was fitted on. Compared on the Q10 grid of the bounds, so that
 * a k in the bound's own cell counts as outside at the top and inside at the bottom.
 */
export function clampLogMoneynessQ30(
  kQ30: bigint,
  { kMinQ10, kMaxQ10 }: Pick<LiveSlice, 'kMinQ10' | 'kMaxQ10'>,
): bigint {
  const topQ10 = kQ30 >> 20n;
  if (topQ10 < kMinQ10) return kMinQ10 << 20n;
  return topQ10 >= kMaxQ10 ? kMaxQ10 << 20n : kQ30;
}

/** Raw SVI: w(k) = a + c·(k − m) + b·√((k − m)² + σ²), Q64, before its floor at zero. */
export function totalVarianceQ64(slice: LiveSlice, clampedKQ30: bigint): bigint {
  const y = clampedKQ30 - (slice.mQ24 << 6n);
  const rootQ30 = sqrtFloor(y * y + ((slice.sigmaQ24 * slice.sigmaQ24) << 12n));
  return (slice.aQ44 << 20n) + ((slice.cQ30 * y + slice.bQ30 * rootQ30) << 4n);
}

/** √w(k), Q32. */
export function totalStdDevQ32(slice: LiveSlice, clampedKQ30: bigint): bigint {
  const varianceQ64 = totalVarianceQ64(slice, clampedKQ30);
  return varianceQ64 > 0n ? sqrtFloor(varianceQ64) : 0n;
}
