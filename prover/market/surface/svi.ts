// SPDX-License-Identifier: GPL-3.0-or-later
import { normalDensity } from './black.ts';
import type { ClampedSvi, Domain, Svi } from './types.ts';

/** Raw SVI (Gatheral 2004) and its first two derivatives in k. */
export interface SmilePoint {
  readonly k: number;
  /** k − m and √((k − m)² + σ²). */
  readonly y: number;
  readonly root: number;
  /** Total variance, its slope and its curvature. */
  readonly w: number;
  readonly slope: number;
  readonly curvature: number;
}

export function smileAt({ a, b, c, m, sigma }: Svi, k: number): SmilePoint {
  const y = k - m;
  const root = Math.sqrt(y * y + sigma * sigma);
  return {
    k,
    y,
    root,
    w: a + c * y + b * root,
    slope: c + (b * y) / root,
    curvature: (b * sigma * sigma) / (root * root * root),
  };
}

export function clampToDomain(k: number, { kMin, kMax }: Domain): number {
  return Math.min(Math.max(k, kMin), kMax);
}

/** Total variance as the engine prices it: flat beyond the domain. */
export function totalVariance(svi: ClampedSvi, k: number): number {
  return smileAt(svi, clampToDomain(k, svi)).w;
}

/**
 * g(k) of Durrleman's condition (Gatheral & Jacquier 2014, eq. 2.1): the risk-neutral density of k
 * is g(k) times a positive factor, so a slice is free of butterfly arbitrage where g ≥ 0.
 */
export function densityFactor({ k, w, slope, curvature }: SmilePoint): number {
  const lead = 1 - (k * slope) / (2 * w);
  return lead * lead - (slope * slope * (1 / w + 0.25)) / 4 + curvature / 2;
}

/**
 * The kink where the volatility turns flat at a bound of the domain: the downward jump of
 * ∂(C/F)/∂k, φ(d₁)·|w'|/(2√w). A wing that rises outwards makes it positive, and a butterfly of
 * log-width h across the bound is then worth h·kink less than its density says: arbitrage, however
 * good the fit. So the domain must reach to where that no longer matters.
 */
export function clampKink({ k, w, slope }: SmilePoint, side: 'low' | 'high'): number {
  const outward = side === 'high' ? slope : -slope;
  if (outward <= 0) return 0;
  const stdDev = Math.sqrt(w);
  return (normalDensity(-k / stdDev + stdDev / 2) * outward) / (2 * stdDev);
}
