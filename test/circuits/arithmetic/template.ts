// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from 'vitest';

import { compileHarness, type CircuitUnderTest, type Forgery } from '../../support/circuit.ts';
import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';

const kebabCase = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

/** One template of circuits/ as a circuit of its own, compiled as the statements are. */
export const openTemplate = async (
  file: string,
  template: string,
  parameters: readonly number[] = [],
): Promise<CircuitUnderTest> =>
  await compileHarness({
    name: [kebabCase(template), ...parameters].join('-'),
    file: `${file.startsWith('test/') ? file : `circuits/${file}`}.circom`,
    template,
    parameters,
  });

export const FIELD = SCALAR_FIELD;

/** A field element read as a signed number. */
export const signed = (element: bigint): bigint =>
  element > FIELD / 2n ? element - FIELD : element;

/** A number as the field element that stands for it. */
export const element = (value: bigint): bigint => ((value % FIELD) + FIELD) % FIELD;

/** One factor b⁻¹ in the field: what a prover would need to divide where no integer quotient is. */
export function inverse(value: bigint): bigint {
  let [result, base, exponent] = [1n, element(value), FIELD - 2n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % FIELD;
    base = (base * base) % FIELD;
  }
  return result;
}

/**
 * The shipped constraints refuse the forgery, and every one that does is one of the named ones: so
 * without them (the negative control) the same witness would be accepted.
 */
export function expectRefusedOnlyBy(forgery: Forgery, names: RegExp): void {
  expect(forgery.reasons).not.toEqual([]);
  expect(forgery.reasons.filter((reason) => !names.test(reason))).toEqual([]);
}
