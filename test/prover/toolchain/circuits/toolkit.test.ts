// SPDX-License-Identifier: GPL-3.0-or-later
import { poseidon2 } from 'poseidon-lite';
import { beforeAll, describe, expect, test } from 'vitest';

import { InvalidInput } from '../../../../prover/core/errors.ts';
import { SCALAR_FIELD } from '../../../../prover/proving/formats/r1cs.ts';
import { UnsatisfiedCircuit } from '../../../../prover/proving/witness.ts';
import { compileHarness } from '../../../support/circuit.ts';
import type { CircuitUnderTest } from '../../../support/circuit.ts';

const HONEST = { secret: 12_345n, context: 7n };
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await compileHarness('pipeline');
});

describe('witness calculation', () => {
  test('computes the outputs and satisfies the R1CS', () => {
    const outputs = circuit.signals(HONEST, ['hash', 'amount', 'isZero']);
    expect(outputs).toEqual({ hash: poseidon2([12_345n, 7n]), amount: 12_345n, isZero: 0n });
    expect(circuit.check(circuit.witness(HONEST))).toEqual([]);
  });

  test('refuses a value that breaks a constraint, and works again afterwards', () => {
    expect(() => circuit.witness({ ...HONEST, secret: 65_536n })).toThrow(UnsatisfiedCircuit);
    expect(() => circuit.witness({ ...HONEST, secret: -1n })).toThrow(/Num2Bits/);
    expect(circuit.check(circuit.witness({ ...HONEST, secret: 65_535n }))).toEqual([]);
  });

  test.each([
    ['an unknown signal', { ...HONEST, other: 1n }, /other/],
    ['a missing signal', { secret: 1n }, /inputs/],
    ['too many values', { ...HONEST, secret: [1n, 2n] }, /secret/],
    ['a value outside the field', { ...HONEST, secret: SCALAR_FIELD }, /secret/],
    ['a fraction', { ...HONEST, secret: 0.5 }, /secret/],
  ])('names the field for %s', (_, inputs, message) => {
    const attempt = (): unknown => circuit.witness(inputs);
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(message);
  });
});

describe('forged witnesses', () => {
  test('an unforged run equals the honest witness', () => {
    const forgery = circuit.forge({ inputs: HONEST });
    expect(forgery.violated).toEqual([]);
    expect(forgery.failedAssertions).toEqual([]);
    expect(forgery.witness).toEqual(circuit.witness(HONEST));
  });

  test('a forged hint propagates and only the check on it refuses', () => {
    const forgery = circuit.forge({ inputs: HONEST, overrides: { inverse: 0n } });
    expect(forgery.witness[circuit.symbols.get('isZero').wire]).toBe(1n);
    expect(forgery.reasons).toHaveLength(1);
    expect(forgery.reasons[0]).toMatch(/isZero.*amount/);
    expect(forgery.failedAssertions).toHaveLength(1);
    expect(circuit.constraintsOf('isZero')).toContain(forgery.violated[0]);
  });

  test('a hint of a third-party template can be forged, by a function of its value', () => {
    const forgery = circuit.forge({
      inputs: HONEST,
      overrides: {
        'bits.out[0]': (bit) => bit + 2n,
        'bits.out[1]': (bit, read) => bit - read('bits.out[0]') / 2n,
      },
    });
    expect(forgery.violated.length).toBeGreaterThan(0);
    expect(forgery.reasons.every((reason) => /bits\.out/.test(reason))).toBe(true);
  });

  test('an out-of-range secret is refused by the bit constraints alone', () => {
    const forgery = circuit.forge({ inputs: { ...HONEST, secret: 65_537n } });
    expect(forgery.witness[circuit.symbols.get('amount').wire]).toBe(65_537n);
    expect(forgery.reasons).toHaveLength(1);
    expect(forgery.reasons[0]).toMatch(/bits\.out/);
  });

  test('hints assigned as an array are forged one by one, and a weak check lets them through', async () => {
    const weak = await compileHarness({
      name: 'weak-division',
      file: 'test/circuits/templates/array-hint.circom',
      template: 'WeakDivision',
      parameters: [],
    });
    expect(weak.signals({ value: 23n }, ['hint[0]', 'hint[1]'])).toEqual({
      'hint[0]': 3n,
      'hint[1]': 2n,
    });
    const forgery = weak.forge({
      inputs: { value: 23n },
      overrides: { 'hint[0]': 1n, 'hint[1]': (_, read) => 23n - 7n * read('hint[0]') },
    });
    expect(forgery.violated).toEqual([]);
    expect(forgery.witness[weak.symbols.get('quotient').wire]).toBe(1n);
    const wrong = weak.forge({ inputs: { value: 23n }, overrides: { 'hint[1]': 3n } });
    expect(wrong.read('hint[1]')).toBe(3n);
    expect(wrong.failedAssertions).toHaveLength(1);
  });

  test('an override that never takes effect is an error, not a pass', () => {
    expect(() => circuit.forge({ inputs: HONEST, overrides: { absent: 1n } })).toThrow(/absent/);
  });
});
