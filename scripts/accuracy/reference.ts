// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Black-76 under a raw-SVI surface in 50 decimal digits: what the fixed-point kernel is measured
 * against. Shares no code with prover/risk nor with the fit of the coefficients.
 */
import { Decimal } from 'decimal.js';

export const Real = Decimal.clone({ precision: 50 });
export type Real = InstanceType<typeof Decimal>;

const ONE = new Real(1);
const PI = Real.acos(-1);
const SQRT_2 = Real.sqrt(2);
const SQRT_PI = Real.sqrt(PI);
const NEGLIGIBLE = new Real('1e-48');

/** Maclaurin series of erf; for |x| ≤ 3 cancellation costs fewer than five digits. */
function erfSeries(x: Real): Real {
  const square = x.mul(x).neg();
  let power = x;
  let sum = x;
  for (let n = 1; power.abs().gt(NEGLIGIBLE); n += 1) {
    power = power.mul(square).div(n);
    sum = sum.add(power.div(2 * n + 1));
  }
  return sum.mul(2).div(SQRT_PI);
}

/** Continued fraction of erfc for x > 3, evaluated from the inside out. */
function erfcFraction(x: Real): Real {
  let tail: Real = x;
  for (let n = 160; n >= 1; n -= 1) tail = x.add(new Real(n).div(2).div(tail));
  return Real.exp(x.mul(x).neg()).div(SQRT_PI).div(tail);
}

/** Standard normal distribution; relative accuracy in the lower tail too. */
export function normalDistribution(d: Real): Real {
  const x = d.div(SQRT_2).neg();
  if (x.gt(3)) return erfcFraction(x).div(2);
  if (x.lt(-3)) return ONE.sub(erfcFraction(x.neg()).div(2));
  return ONE.sub(erfSeries(x)).div(2);
}

export const normalDensity = (d: Real): Real =>
  Real.exp(d.mul(d).div(-2)).div(Real.sqrt(PI.mul(2)));

/** Undiscounted call; `stdDev` is σ√τ and may be 0. */
export function black76Call(forward: Real, strike: Real, stdDev: Real): Real {
  if (stdDev.isZero()) return Real.max(forward.sub(strike), 0);
  const d1 = Real.ln(forward.div(strike)).div(stdDev).add(stdDev.div(2));
  return forward.mul(normalDistribution(d1)).sub(strike.mul(normalDistribution(d1.sub(stdDev))));
}

export const black76Put = (forward: Real, strike: Real, stdDev: Real): Real =>
  black76Call(forward, strike, stdDev).sub(forward).add(strike);

export interface RawSvi {
  readonly a: Real;
  readonly b: Real;
  readonly c: Real;
  readonly m: Real;
  readonly sigma: Real;
}

/** Total standard deviation at log-moneyness `k`, c = b·ρ. */
export function sviStdDev(k: Real, { a, b, c, m, sigma }: RawSvi): Real {
  const y = k.sub(m);
  const root = Real.sqrt(y.mul(y).add(sigma.mul(sigma)));
  return Real.sqrt(a.add(c.mul(y)).add(b.mul(root)));
}
