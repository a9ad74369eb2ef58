// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { clampLogMoneynessQ30, totalVarianceQ64 } from '../../risk/pricing/svi.ts';
import type { LiveSlice } from '../../model/types.ts';
import { checkSurface } from '../../documents/snapshot-rules.ts';
import type { ClampedSvi, QuantisedSvi } from './types.ts';

const scaled = (value: number, bits: number): bigint => BigInt(Math.round(value * 2 ** bits));

/** To the nearest value of every field; c never larger than b. */
export function quantise({ a, b, c, m, sigma, kMin, kMax }: ClampedSvi): QuantisedSvi {
  return {
    aQ44: scaled(a, 44),
    bQ30: scaled(b, 30),
    cQ30: scaled(c, 30),
    mQ24: scaled(m, 24),
    sigmaQ24: scaled(sigma, 24),
    kMinQ10: scaled(kMin, 10),
    kMaxQ10: scaled(kMax, 10),
  };
}

/** The quantised slice as doubles, exactly: every field is shorter than a double's 53 bits. */
export function dequantise(surface: QuantisedSvi): ClampedSvi & { readonly rho: number } {
  const b = Number(surface.bQ30) / 2 ** 30;
  const c = Number(surface.cQ30) / 2 ** 30;
  return {
    a: Number(surface.aQ44) / 2 ** 44,
    b,
    c,
    rho: b === 0 ? 0 : c / b,
    m: Number(surface.mQ24) / 2 ** 24,
    sigma: Number(surface.sigmaQ24) / 2 ** 24,
    kMin: Number(surface.kMinQ10) / 2 ** 10,
    kMax: Number(surface.kMaxQ10) / 2 ** 10,
  };
}

/** Which field leaves its width or breaks a document rule (docs/spec.md §2.4); undefined if none. */
export function brokenRule(surface: QuantisedSvi): string | undefined {
  const { aQ44, mQ24, sigmaQ24, kMinQ10, kMaxQ10 } = surface;
  const within = (value: bigint, bits: bigint): boolean =>
    value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n);
  if (!within(aQ44, 48n)) return 'a must be between -8 and 8';
  if (!within(mQ24, 28n)) return 'm must be between -8 and 8';
  if (sigmaQ24 < 1n || sigmaQ24 >= 1n << 27n) return 'sigma must be above 0 and below 8';
  if (!within(kMinQ10, 14n) || !within(kMaxQ10, 14n)) return 'the domain must lie inside -8 and 8';
  try {
    checkSurface(surface, 'surface');
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
}

const CHECKS = 1024n;

/** As the engine reads it; expiry, forward and confidence play no part in total variance. */
function sliceOf(surface: QuantisedSvi): LiveSlice {
  return {
    state: 'live',
    expiry: 1n,
    forwardRatioQ30: 1n << 30n,
    confidenceQ10: 0n,
    ...surface,
  };
}

function engineVariance(surface: QuantisedSvi, kQ30: bigint): bigint {
  return totalVarianceQ64(sliceOf(surface), clampLogMoneynessQ30(kQ30, surface));
}

/**
 * Whether the engine's own integers order two slices at every point of a grid over both domains
 * (of the near one alone when there is no later slice: then whether its variance is above zero).
 */
export function engineOrders(near: QuantisedSvi | undefined, far: QuantisedSvi): boolean {
  const low = near === undefined || far.kMinQ10 < near.kMinQ10 ? far.kMinQ10 : near.kMinQ10;
  const high = near === undefined || far.kMaxQ10 > near.kMaxQ10 ? far.kMaxQ10 : near.kMaxQ10;
  for (let i = 0n; i <= CHECKS; i += 1n) {
    const kQ30 = (low << 20n) + (((high - low) << 20n) * i) / CHECKS;
    const earlier = near === undefined ? 1n : engineVariance(near, kQ30);
    if (engineVariance(far, kQ30) < earlier) return false;
  }
  return true;
}
