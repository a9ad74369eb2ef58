// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Undiscounted Black-76 in doubles, for calibration and reports. What decides margin is the
 * fixed-point kernel of prover/risk.
 */

export type OptionKind = 'call' | 'put';

const INVERSE_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

export function normalDensity(x: number): number {
  return INVERSE_SQRT_TWO_PI * Math.exp(-0.5 * x * x);
}

/** Where the series hands over to the continued fraction. */
const SERIES_LIMIT = 4;
const FRACTION_TERMS = 40;

/** N(−x)/φ(x) for x ≥ 4: Laplace's continued fraction, from its tail. */
function millsRatio(x: number): number {
  let tail = 0;
  for (let n = FRACTION_TERMS; n >= 1; n -= 1) tail = n / (x + tail);
  return 1 / (x + tail);
}

/** N(x), also in the far tail relative to its size (Marsaglia 2004 inside ±4, Laplace beyond). */
export function normalCdf(x: number): number {
  if (x < -SERIES_LIMIT) return normalDensity(x) * millsRatio(-x);
  if (x > SERIES_LIMIT) return 1 - normalDensity(x) * millsRatio(x);
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > 1e-17; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/** Value in the forward's unit; stdDev = σ√τ ≥ 0. */
export function blackPrice(
  kind: OptionKind,
  forward: number,
  strike: number,
  stdDev: number,
): number {
  const sign = kind === 'call' ? 1 : -1;
  if (stdDev <= 0) return Math.max(sign * (forward - strike), 0);
  const d1 = Math.log(forward / strike) / stdDev + stdDev / 2;
  const value = forward * normalCdf(sign * d1) - strike * normalCdf(sign * (d1 - stdDev));
  return Math.max(sign * value, 0);
}

/** ∂value/∂(σ√τ), in the forward's unit; the same for call and put. */
export function blackVega(forward: number, strike: number, stdDev: number): number {
  if (stdDev <= 0) return 0;
  return forward * normalDensity(Math.log(forward / strike) / stdDev + stdDev / 2);
}

/** Beyond any market and still inside the engine's range (docs/spec.md §3). */
const MAX_STD_DEV = 64;
const MAX_STEPS = 128;

/**
 * The total standard deviation σ√τ at which the option is worth `price`, to about 12 digits of
 * price; undefined where none is (price at or below intrinsic value, or at or above its limit).
 * Newton inside a bracket, on the logarithm of the out-of-the-money value (Jäckel 2015).
 */
export function impliedStdDev(
  kind: OptionKind,
  forward: number,
  strike: number,
  price: number,
): number | undefined {
  const intrinsic = Math.max(kind === 'call' ? forward - strike : strike - forward, 0);
  const timeValue = price - intrinsic;
  const limit = Math.min(forward, strike);
  // Below 10⁻¹⁴ of the limit the difference is rounding, not a volatility.
  if (!(timeValue > limit * 1e-14) || timeValue >= limit) return undefined;
  const outOfTheMoney: OptionKind = strike >= forward ? 'call' : 'put';
  const target = Math.log(timeValue);
  let low = 0;
  let high = MAX_STD_DEV;
  // Where the value bends: Newton's steps go the right way from here on both sides.
  let stdDev = Math.max(Math.sqrt(2 * Math.abs(Math.log(forward / strike))), 1e-3);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const value = blackPrice(outOfTheMoney, forward, strike, stdDev);
    const gap = Math.log(value) - target;
    if (gap > 0) high = stdDev;
    else low = stdDev;
    const slope = blackVega(forward, strike, stdDev) / value;
    const newton = stdDev - gap / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - stdDev) <= 1e-15 * stdDev) return next;
    stdDev = next;
  }
  return stdDev;
}
