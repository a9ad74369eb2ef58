// SPDX-License-Identifier: GPL-3.0-or-later
import { divFloor } from '../../risk/pricing/fixed-point.ts';
import { sqrtFloor } from '../../risk/pricing/square-root.ts';
import { leastDensity } from './domain.ts';
import { dequantise } from './quantise.ts';
import type { QuantisedSvi } from './types.ts';

/**
 * Total variance times numerator/denominator, at every k. Scaling down keeps a slice free of
 * butterfly arbitrage: g is concave in the scale and not negative at 0 and 1.
 */
export function scaleByRatio<T extends QuantisedSvi>(
  slice: T,
  numerator: bigint,
  denominator: bigint,
): T {
  const scale = (value: bigint): bigint => divFloor(value * numerator, denominator);
  const bQ30 = scale(slice.bQ30);
  const cQ30 = slice.cQ30 < 0n ? -scale(-slice.cQ30) : scale(slice.cQ30);
  const spreadQ60 = bQ30 * bQ30 - cQ30 * cQ30;
  // Rounding b and c down must not push the least variance a + σ√(b² − c²) below zero.
  const leastAQ44 = -(sqrtFloor(slice.sigmaQ24 * slice.sigmaQ24 * spreadQ60) >> 10n);
  const aQ44 = -scale(-slice.aQ44);
  return { ...slice, aQ44: aQ44 > leastAQ44 ? aQ44 : leastAQ44, bQ30, cQ30 };
}

const ONE = 2n ** 20n;
const HALVINGS = 20;

/** b + |c| ≤ 2 in Q30 (docs/spec.md §2.4). */
const LEE_BOUND_Q30 = 2n ** 31n;

function isSound(surface: QuantisedSvi): boolean {
  const { bQ30, cQ30, aQ44 } = surface;
  const slope = bQ30 + (cQ30 < 0n ? -cQ30 : cQ30);
  const svi = dequantise(surface);
  return slope <= LEE_BOUND_Q30 && aQ44 < 2n ** 47n && leastDensity(svi, svi).value >= 0;
}

/** Total variance times `factor`, or as much of it as leaves the slice free of arbitrage. */
export function scaleSlice<T extends QuantisedSvi>(slice: T, factor: number): T {
  const wanted = BigInt(Math.max(1, Math.round(factor * Number(ONE))));
  const whole = scaleByRatio(slice, wanted, ONE);
  if (wanted <= ONE || isSound(whole)) return whole;
  let [low, high] = [ONE, wanted];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2n;
    if (isSound(scaleByRatio(slice, middle, ONE))) low = middle;
    else high = middle;
  }
  return scaleByRatio(slice, low, ONE);
}
