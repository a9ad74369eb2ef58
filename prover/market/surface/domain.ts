// SPDX-License-Identifier: GPL-3.0-or-later
import { clampKink, densityFactor, smileAt } from './svi.ts';
import type { Domain, Svi } from './types.ts';

/** The bounds of a domain lie on the snapshot's grid of 2⁻¹⁰ (fields kMinQ10, kMaxQ10). */
export const DOMAIN_STEP = 2 ** -10;
/** Inside the field's ±8, and far beyond any listed strike. */
export const DOMAIN_LIMIT = 7;

/**
 * Largest kink at a bound of the domain (see `clampKink`): a butterfly with wings of 5 % across it is
 * mispriced by at most 5·10⁻⁵ of the forward, less than the smallest tick of the venues read from.
 */
export const MOST_CLAMP_KINK = 1e-3;

/** Outwards to the grid. */
export function domainAround(low: number, high: number): Domain {
  const outwards = (k: number): number =>
    Math.min(Math.max(Math.ceil(k / DOMAIN_STEP), 1), DOMAIN_LIMIT / DOMAIN_STEP) * DOMAIN_STEP;
  return { kMin: -outwards(-low), kMax: outwards(high) };
}

/** The smallest domain that holds both. */
export function unionOf(left: Domain, right: Domain): Domain {
  return { kMin: Math.min(left.kMin, right.kMin), kMax: Math.max(left.kMax, right.kMax) };
}

/** How far the search for a harmless bound moves at a time, as a share of the domain's own side. */
const REACH = 1 / 16;

/** The domain stretched until the engine's flat continuation does no harm at either bound. */
export function stretchDomain(svi: Svi, { kMin, kMax }: Domain): Domain {
  const stretched = (bound: number, side: 'low' | 'high'): number => {
    let k = bound;
    while (Math.abs(k) < DOMAIN_LIMIT && clampKink(smileAt(svi, k), side) > MOST_CLAMP_KINK) {
      k += bound * REACH;
    }
    return k;
  };
  return domainAround(stretched(kMin, 'low'), stretched(kMax, 'high'));
}

/** n + 1 points from end to end. */
export function evenGrid({ kMin, kMax }: Domain, n: number): number[] {
  return Array.from({ length: n + 1 }, (_, i) => kMin + ((kMax - kMin) * i) / n);
}

const DENSE = 1024;
const AROUND_THE_AXIS = Array.from({ length: 65 }, (_, i) => (i - 32) / 8);

/** Everywhere on the domain, and closer where a narrow smile bends. */
export function denseGrid(svi: Svi, domain: Domain): number[] {
  const bend = AROUND_THE_AXIS.map((width) => svi.m + width * svi.sigma);
  return [...evenGrid(domain, DENSE), ...bend.filter((k) => k > domain.kMin && k < domain.kMax)];
}

/** Least g over the domain and where. */
export function leastDensity(svi: Svi, domain: Domain): { k: number; value: number } {
  let least = { k: domain.kMin, value: Infinity };
  for (const k of denseGrid(svi, domain)) {
    const value = densityFactor(smileAt(svi, k));
    if (!(value >= least.value)) least = { k, value };
  }
  return least;
}
