// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Writes the polynomial tables of the pricing kernel (docs/spec.md §3).
 *
 *     node scripts/generate-coefficients.ts            circom and TypeScript from the JSON
 *     node scripts/generate-coefficients.ts --refit    the JSON too, from the functions themselves
 *
 * The JSON is the single source; a test fails when a rendering drifts from it. The adapted tables
 * (coefficients/adapted.ts) take half a minute: roots of polynomials in the scalar field.
 */
import { writeFileSync } from 'node:fs';

import {
  fitIntegerPolynomial,
  logarithm,
  normalCdf,
  normalDensity,
  roundToInteger,
  twoTo,
} from './coefficients/approximation.ts';
import { adapt, renderAdaptedCircom } from './coefficients/adapted.ts';
import {
  ADAPTED_CIRCOM_PATH,
  CIRCOM_PATH,
  JSON_PATH,
  readCoefficients,
  renderCircom,
  renderJson,
  renderTypeScript,
  TYPESCRIPT_PATH,
  type Coefficients,
} from './coefficients/tables.ts';

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const strings = (row: bigint[]): string[] => row.map(String);

/** Cells of 2⁻¹³ on unit intervals; a cell stands for its midpoint. */
function fitNormal(f: typeof normalCdf, degree: number, scaleBits: number): string[][] {
  return indices(8).map((i) =>
    strings(
      fitIntegerPolynomial(
        (t) => f(t.add(4096.5).div(8192).add(i)),
        4096,
        degree,
        twoTo(scaleBits),
      ),
    ),
  );
}

/** Cells of 2⁻¹⁶ on intervals of 1/32. */
function fitLogarithm(f: typeof logarithm, degree: number, scaleBits: number): string[][] {
  return indices(32).map((i) =>
    strings(
      fitIntegerPolynomial(
        (t) =>
          f(
            t
              .add(1024.5)
              .div(65536)
              .add(1 + i / 32),
          ),
        1024,
        degree,
        twoTo(scaleBits),
      ),
    ),
  );
}

if (process.argv.includes('--refit')) {
  const refitted: Coefficients = {
    normalCdf: fitNormal(normalCdf, 8, 128),
    normalSlope: fitNormal(normalDensity, 5, 96),
    logarithm: fitLogarithm(logarithm, 4, 72),
    logarithmSlope: fitLogarithm((x) => x.pow(-1), 2, 33),
    ln2Q72: String(roundToInteger(logarithm(twoTo(1)).mul(twoTo(72)))),
  };
  writeFileSync(JSON_PATH, renderJson(refitted));
}

const coefficients = readCoefficients();
writeFileSync(CIRCOM_PATH, renderCircom(coefficients));
writeFileSync(TYPESCRIPT_PATH, renderTypeScript(coefficients));
const adapted = indices(8).map((i) =>
  adapt(coefficients.normalCdf[i]!.map(BigInt), coefficients.normalSlope[i]!.map(BigInt)),
);
writeFileSync(ADAPTED_CIRCOM_PATH, renderAdaptedCircom(adapted));
