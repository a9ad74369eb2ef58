// SPDX-License-Identifier: GPL-3.0-or-later
import { Decimal } from 'decimal.js';

/** Far beyond Q128, so that what is lost in a series or a fit never reaches a coefficient. */
const Real = Decimal.clone({ precision: 90 });
type Real = InstanceType<typeof Decimal>;

const PI = Real.acos(-1);
const real = (value: Decimal.Value): Real => new Real(value);

export const twoTo = (exponent: number): Real => real(2).pow(exponent);

/** erf by its all-positive series, for which no digits cancel. */
function errorFunction(x: Real): Real {
  let term = x;
  let sum = x;
  for (let n = 1; term.abs().gt(real('1e-88')); n += 1) {
    term = term
      .mul(x)
      .mul(x)
      .mul(2)
      .div(2 * n + 1);
    sum = sum.add(term);
  }
  return sum
    .mul(2)
    .mul(Real.exp(x.mul(x).neg()))
    .div(Real.sqrt(PI));
}

export const normalCdf = (d: Real): Real =>
  errorFunction(d.div(Real.sqrt(2)))
    .add(1)
    .div(2);

export const normalDensity = (d: Real): Real =>
  Real.exp(d.mul(d).div(-2)).div(Real.sqrt(PI.mul(2)));

export const logarithm = (x: Real): Real => Real.ln(x);

/** Near-minimax monomial coefficients of degree `degree` on [−1, 1], by Chebyshev interpolation. */
function chebyshevFit(f: (node: number, x: Real) => Real, degree: number, nodes: Real[]): Real[] {
  const count = nodes.length;
  const values = nodes.map((x, node) => f(node, x));
  const monomial: Real[] = Array.from({ length: degree + 1 }, () => real(0));
  let previous: Real[] = [];
  let current: Real[] = [real(1)];
  for (let order = 0; order <= degree; order += 1) {
    const sum = values.reduce(
      (total, value, k) =>
        total.add(
          value.mul(
            Real.cos(
              PI.mul(order)
                .mul(2 * k + 1)
                .div(2 * count),
            ),
          ),
        ),
      real(0),
    );
    const weight = sum.mul(order === 0 ? 1 : 2).div(count);
    current.forEach((c, power) => {
      monomial[power] = (monomial[power] ?? real(0)).add(weight.mul(c));
    });
    // T₁ = x, then T_{n+1} = 2x·T_n − T_{n−1}.
    const next = [real(0), ...current.map((c) => (order === 0 ? c : c.mul(2)))];
    previous.forEach((c, power) => {
      next[power] = (next[power] ?? real(0)).sub(c);
    });
    previous = current;
    current = next;
  }
  return monomial;
}

/**
 * Integers C with Σ Cₖ·tᵏ ≈ scale·f(t) for |t| ≤ radius. The coefficients are rounded from the
 * highest power down and everything below is fitted again after each: the lower powers take up
 * most of what rounding the higher ones costs.
 */
export function fitIntegerPolynomial(
  f: (t: Real) => Real,
  radius: number,
  degree: number,
  scale: Real,
): bigint[] {
  const count = degree + 12;
  const nodes = Array.from({ length: count }, (_, k) => Real.cos(PI.mul(2 * k + 1).div(2 * count)));
  const targets = nodes.map((x) => f(x.mul(radius)).mul(scale));
  const coefficients: bigint[] = Array.from({ length: degree + 1 }, () => 0n);
  for (let power = degree; power >= 0; power -= 1) {
    const fitted = chebyshevFit(
      (node, x) => {
        const t = x.mul(radius);
        let rest = targets[node] ?? real(0);
        for (let k = power + 1; k <= degree; k += 1) {
          rest = rest.sub(real(String(coefficients[k])).mul(t.pow(k)));
        }
        return rest;
      },
      power,
      nodes,
    );
    const top = (fitted[power] ?? real(0)).div(real(radius).pow(power));
    coefficients[power] = BigInt(top.toFixed(0, Decimal.ROUND_HALF_EVEN));
  }
  return coefficients;
}

export const roundToInteger = (x: Real): bigint => BigInt(x.toFixed(0, Decimal.ROUND_HALF_EVEN));
