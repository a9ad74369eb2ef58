// SPDX-License-Identifier: GPL-3.0-or-later
import type { SmilePoint } from './svi.ts';
import type { Svi } from './types.ts';

/** Natural units of a smile: variance at the money, and one standard deviation in k. */
export interface SmileScale {
  readonly variance: number;
  readonly k: number;
}

/** a, b, c, m, σ in natural units, so that one size of step suits every expiry. */
export const SMILE_PARAMETERS = 5;

export function smileOf(x: readonly number[], { variance, k }: SmileScale): Svi {
  const [a, b, c, m, sigma] = x as [number, number, number, number, number];
  const slope = variance / k;
  return { a: a * variance, b: b * slope, c: c * slope, m: m * k, sigma: sigma * k };
}

export function parametersOf({ a, b, c, m, sigma }: Svi, { variance, k }: SmileScale): number[] {
  const slope = variance / k;
  return [a / variance, b / slope, c / slope, m / k, sigma / k];
}

/** ∂w/∂x of one point. */
export function varianceGradient(
  { b, sigma }: Svi,
  { y, root, slope }: SmilePoint,
  { variance, k }: SmileScale,
): number[] {
  const unit = variance / k;
  return [variance, root * unit, y * unit, -slope * k, ((b * sigma) / root) * k];
}

/** ∂g/∂x of one point, g as in `densityFactor`. */
export function densityGradient(svi: Svi, point: SmilePoint, scale: SmileScale): number[] {
  const { b, sigma } = svi;
  const { k, y, root, w, slope, curvature } = point;
  const lead = 1 - (k * slope) / (2 * w);
  const byVariance = (lead * k * slope + (slope * slope) / 4) / (w * w);
  const bySlope = (-lead * k) / w - (slope / 2) * (1 / w + 0.25);
  const unit = scale.variance / scale.k;
  const cube = root * root * root;
  const square = sigma * sigma;
  const slopeGradient = [
    0,
    (y / root) * unit,
    unit,
    -curvature * scale.k,
    ((-b * y * sigma) / cube) * scale.k,
  ];
  const curvatureGradient = [
    0,
    (square / cube) * unit,
    0,
    ((3 * curvature * y) / (root * root)) * scale.k,
    ((b * sigma * (2 - (3 * square) / (root * root))) / cube) * scale.k,
  ];
  return varianceGradient(svi, point, scale).map(
    (value, i) => value * byVariance + slopeGradient[i]! * bySlope + curvatureGradient[i]! / 2,
  );
}
