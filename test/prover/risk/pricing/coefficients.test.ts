// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { sha256 } from '../../../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import {
  CELLS,
  normalCdfQ128,
  normalDensityQ96,
  ONE_Q128,
} from '../../../../prover/risk/pricing/normal-distribution.ts';
import { normalDensity, normalDistribution, Real } from '../../../../scripts/accuracy/reference.ts';
import {
  CIRCOM_PATH,
  JSON_PATH,
  readCoefficients,
  renderCircom,
  renderJson,
  renderTypeScript,
  TYPESCRIPT_PATH,
} from '../../../../scripts/coefficients/tables.ts';

const coefficients = readCoefficients();

function evaluate(row: readonly string[], t: number): InstanceType<typeof Real> {
  return row.reduceRight((sum, c) => sum.mul(t).add(c), new Real(0));
}

/** Largest |table − f| over each interval, both ends and the sign change included. */
function largestError(
  rows: readonly (readonly string[])[],
  radius: number,
  scaleBits: number,
  f: (interval: number, t: number) => InstanceType<typeof Real>,
): number {
  const scale = new Real(2).pow(scaleBits);
  const step = Math.max(1, radius / 16);
  let worst = 0;
  rows.forEach((row, interval) => {
    for (let t = -radius; t < radius; t += step) {
      for (const cell of [t, t + step - 1]) {
        const error = evaluate(row, cell).div(scale).sub(f(interval, cell)).abs().toNumber();
        worst = Math.max(worst, error);
      }
    }
  });
  return worst;
}

const normalPoint = (i: number, t: number): InstanceType<typeof Real> =>
  new Real(t).add(4096.5).div(8192).add(i);
const logarithmPoint = (i: number, t: number): InstanceType<typeof Real> =>
  new Real(t)
    .add(1024.5)
    .div(65536)
    .add(1 + i / 32);

describe('coefficient tables', () => {
  it('are rendered to JSON, circom and TypeScript exactly as committed', () => {
    expect(readFileSync(JSON_PATH, 'utf8')).toBe(renderJson(coefficients));
    expect(readFileSync(CIRCOM_PATH, 'utf8')).toBe(renderCircom(coefficients));
    expect(readFileSync(TYPESCRIPT_PATH, 'utf8')).toBe(renderTypeScript(coefficients));
  });

  it('approximate the normal distribution within 2.5e-10 in every interval', () => {
    const error = largestError(coefficients.normalCdf, 4096, 128, (i, t) =>
      normalDistribution(normalPoint(i, t)),
    );
    expect(error).toBeLessThan(2.5e-10);
  });

  it('approximate its slope within 2.5e-6, which half a cell turns into 1.5e-10', () => {
    const error = largestError(coefficients.normalSlope, 4096, 96, (i, t) =>
      normalDensity(normalPoint(i, t)),
    );
    expect(error).toBeLessThan(2.5e-6);
  });

  it('approximate the logarithm within 2.5e-11', () => {
    const error = largestError(coefficients.logarithm, 1024, 72, (i, t) =>
      Real.ln(logarithmPoint(i, t)),
    );
    expect(error).toBeLessThan(2.5e-11);
  });

  it('approximate its slope within 3.5e-5, which half a cell turns into 2.7e-10', () => {
    const error = largestError(coefficients.logarithmSlope, 1024, 33, (i, t) =>
      logarithmPoint(i, t).pow(-1),
    );
    expect(error).toBeLessThan(3.5e-5);
  });

  it('are the tables that the specification names by their digest', () => {
    const specification = readFileSync(join(REPOSITORY_ROOT, 'docs', 'spec.md'), 'utf8');
    expect(specification).toContain(`SHA-256 \`${sha256(readFileSync(JSON_PATH))}\``);
    expect(specification).toContain(`\`ln2Q72\` = ${coefficients.ln2Q72}`);
  });

  it('keep every delta and exercise probability between 0 and 1, in every cell', () => {
    const [half, one] = [ONE_Q128 / 2n, ONE_Q128];
    for (let cell = 0n; cell <= CELLS; cell += 1n) {
      const middle = normalCdfQ128(cell);
      const correction = normalDensityQ96(cell) << 18n;
      for (const value of [middle - correction, middle, middle + correction]) {
        // Thrice a quarter of a million assertions would take longer than all the arithmetic.
        if (value < half || value > one) expect.fail(`cell ${cell}: ${value}`);
      }
    }
  });

  it('hold the natural logarithm of two to the last bit', () => {
    const exact = Real.ln(2).mul(new Real(2).pow(72));
    expect(exact.sub(coefficients.ln2Q72).abs().toNumber()).toBeLessThanOrEqual(0.5);
  });
});
