// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Evaluation of the normal tables with fewer products (Eve 1964; Knuth, TAOCP 2, 4.6.4): a polynomial
 * in u = t + shift is E(u²) + u·O(u²); dividing by u² − ρ for a root ρ of O leaves a constant and a
 * polynomial two degrees lower. A shift for which O splits over the scalar field always turns up, so
 * degree 8 takes 6 products and not 8, and its numbers are field elements. The values stay the same
 * field elements, hence the same integers.
 */
import { SCALAR_FIELD } from '../../prover/proving/formats/r1cs.ts';

/** Coefficients in the scalar field, lowest power first. */
type Polynomial = readonly bigint[];

const mod = (value: bigint): bigint => ((value % SCALAR_FIELD) + SCALAR_FIELD) % SCALAR_FIELD;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, square = mod(base); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

const inverse = (value: bigint): bigint => power(value, SCALAR_FIELD - 2n);

const trim = (polynomial: Polynomial): Polynomial =>
  polynomial.slice(0, polynomial.findLastIndex((c) => c !== 0n) + 1);

function divide(dividend: Polynomial, divisor: Polynomial): [Polynomial, Polynomial] {
  const rest = [...dividend];
  const quotient: bigint[] = [];
  const lead = inverse(divisor.at(-1)!);
  for (let at = rest.length - divisor.length; at >= 0; at -= 1) {
    const factor = mod(rest[at + divisor.length - 1]! * lead);
    quotient.unshift(factor);
    divisor.forEach((c, k) => (rest[at + k] = mod(rest[at + k]! - factor * c)));
  }
  return [quotient, trim(rest)];
}

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const product = Array.from({ length: a.length + b.length - 1 }, () => 0n);
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = mod(product[i + j]! + x * y))));
  return product;
}

function powerModulo(base: Polynomial, exponent: bigint, modulus: Polynomial): Polynomial {
  let result: Polynomial = [1n];
  let square = divide(base, modulus)[1];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = divide(multiply(result, square), modulus)[1];
    square = divide(multiply(square, square), modulus)[1];
  }
  return result;
}

function commonDivisor(a: Polynomial, b: Polynomial): Polynomial {
  return b.length === 0 ? a : commonDivisor(b, divide(a, b)[1]);
}

const minus = (a: Polynomial, b: Polynomial): Polynomial =>
  trim(
    Array.from({ length: Math.max(a.length, b.length) }, (_, k) =>
      mod((a[k] ?? 0n) - (b[k] ?? 0n)),
    ),
  );

/** Roots in the field, ascending (Cantor and Zassenhaus 1981). */
function rootsOf(polynomial: Polynomial): bigint[] {
  const split = (factor: Polynomial, attempt: bigint): bigint[] => {
    if (factor.length <= 1) return [];
    if (factor.length === 2) return [mod(-factor[0]! * inverse(factor[1]!))];
    const half = powerModulo([attempt, 1n], (SCALAR_FIELD - 1n) / 2n, factor);
    const divisor = commonDivisor(factor, minus(half, [1n]));
    if (divisor.length <= 1 || divisor.length === factor.length) return split(factor, attempt + 1n);
    return [...split(divisor, attempt + 1n), ...split(divide(factor, divisor)[0], attempt + 1n)];
  };
  const trimmed = trim(polynomial);
  if (trimmed.length === 2) return split(trimmed, 1n);
  const linearFactors = minus(powerModulo([0n, 1n], SCALAR_FIELD, trimmed), [0n, 1n]);
  return split(commonDivisor(trimmed, linearFactors), 1n).sort((a, b) => (a < b ? -1 : 1));
}

/** P(u − shift) as coefficients of u. */
function shifted(row: Polynomial, shift: bigint): Polynomial {
  return row
    .reduceRight<Polynomial>(
      (sum, c) =>
        multiply(sum, [mod(-shift), 1n]).map((term, k) => (k === 0 ? mod(term + c) : term)),
      [0n],
    )
    .slice(0, row.length);
}

const evenPart = (row: Polynomial): Polynomial => row.filter((_, k) => k % 2 === 0);
const oddPart = (row: Polynomial): Polynomial => row.filter((_, k) => k % 2 === 1);

export interface AdaptedPiece {
  /**
   * Degree 8: shift, c₈, c₇, e₃, ρ₃, e₂, ρ₂, e₁, ρ₁, e₀ with y = u² and
   * P = (((c₈·y + c₇·u + e₃)·(y − ρ₃) + e₂)·(y − ρ₂) + e₁)·(y − ρ₁) + e₀.
   */
  readonly value: readonly bigint[];
  /** Degree 5, at the same shift: q₃, q₂, q₁, q₀, σ, f with Q = (((q₃·u + q₂)·u + q₁)·u + q₀)·(y − σ) + f. */
  readonly slope: readonly bigint[];
}

/** The first shift at which the odd part of `value` has three roots and that of `slope` one. */
export function adapt(value: readonly bigint[], slope: readonly bigint[]): AdaptedPiece {
  for (let shift = 0n; ; shift += 1n) {
    const p = shifted(value.map(mod), shift);
    const q = shifted(slope.map(mod), shift);
    const roots = rootsOf(oddPart(p));
    const [sigma] = rootsOf(oddPart(q));
    if (roots.length < 3 || sigma === undefined) continue;
    let even = evenPart(p);
    const steps = roots.flatMap((root) => {
      const [quotient, [constant = 0n]] = divide(even, [mod(-root), 1n]);
      even = quotient;
      return [constant, root];
    });
    const [e3 = 0n, c8 = 0n] = even;
    const [quotient, [f = 0n]] = divide(q, [mod(-sigma), 0n, 1n]);
    return {
      value: [shift, c8, oddPart(p)[3]!, e3, ...steps.reverse()],
      slope: [...[...quotient].reverse(), sigma, f],
    };
  }
}

const circomTable = (name: string, rows: readonly (readonly bigint[])[]): string =>
  `function ${name}() {\n    var table[${rows.length}][${rows[0]!.length}] = [\n` +
  `${rows.map((row) => `        [\n            ${row.join(',\n            ')}\n        ]`).join(',\n')}\n` +
  `    ];\n    return table;\n}\n`;

/** The tables of circuits/pricing/normal-table.circom. */
export function renderAdaptedCircom(pieces: readonly AdaptedPiece[]): string {
  const value = pieces.map((piece) => piece.value);
  const slope = pieces.map((piece) => piece.slope);
  return `// SPDX-License-Identifier: GPL-3.0-or-later
// Generated by scripts/generate-coefficients.ts from circuits/pricing/coefficients.json.
pragma circom 2.1.0;

// normalCdf() at u = t + shift, y = u^2, as field elements: shift, c8, c7, e3, r3, e2, r2, e1, r1, e0 of
// (((c8 y + c7 u + e3) (y - r3) + e2) (y - r2) + e1) (y - r1) + e0.
${circomTable('adaptedNormalCdf', value)}
// normalSlope() at the same u: q3, q2, q1, q0, s, f of (((q3 u + q2) u + q1) u + q0) (y - s) + f.
${circomTable('adaptedNormalSlope', slope)}`;
}
