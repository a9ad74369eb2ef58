// SPDX-License-Identifier: GPL-3.0-or-later
import { abs, clamp, max } from './fixed-point.ts';
import { sqrtFloor } from './square-root.ts';
import type { TenorValues } from './tenor.ts';
import type { VolShock } from '../../model/types.ts';

const ONE_Q10 = 1024n;

/** The factor a scenario puts on the standard deviation of one strike, Q10. */
export function volFactorQ10(shock: VolShock, tenor: TenorValues, clampedKQ30: bigint): bigint {
  const kQ16 = clampedKQ30 >> 14n;
  const skew = (k: bigint): bigint =>
    clamp((tenor.skewSlopeQ10 * k) >> 16n, -tenor.skewCapQ10, tenor.skewCapQ10);
  switch (shock) {
    case 'unchanged':
      return ONE_Q10;
    case 'up':
      return ONE_Q10 + tenor.volUpQ10;
    case 'down':
      return ONE_Q10 - tenor.volDownQ10;
    case 'skewLinear+':
      return ONE_Q10 + skew(kQ16);
    case 'skewLinear-':
      return ONE_Q10 - skew(kQ16);
    case 'skewAbs+':
      return ONE_Q10 + skew(abs(kQ16));
    case 'skewAbs-':
      return ONE_Q10 - skew(abs(kQ16));
  }
}

/** σ_floor·√τ at Q32: below it no upward shock leaves a standard deviation. */
export const floorStdDevQ32 = (floorVarianceRateQ64: bigint, tau: bigint): bigint =>
  sqrtFloor(floorVarianceRateQ64 * tau);

/** Shocked total standard deviation, Q42. */
export function shockedStdDevQ42(
  shock: VolShock,
  stdDevQ32: bigint,
  factorQ10: bigint,
  floorQ32: bigint,
): bigint {
  const shocked = stdDevQ32 * factorQ10;
  return shock === 'up' ? max(shocked, floorQ32 << 10n) : shocked;
}
