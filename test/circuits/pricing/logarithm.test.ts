// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import {
  coarseLogMoneynessQ20,
  logarithmQ72,
  logMoneynessQ30,
} from '../../../prover/risk/pricing/logarithm.ts';
import { expectRefusedOnlyBy, openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';

const MAX = (1n << 40n) - 1n;
const OUTPUTS = [
  'lnStrikeQ72',
  'lnForwardQ72',
  'kQ30',
  'xQ20',
  'kQ16',
  'kQ10',
  'negative',
] as const;
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('test/circuits/templates/logarithm', 'Logarithm');
});

/** Prices of every magnitude, not only the top two bits that a uniform draw would give. */
const price = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.bigInt({ min: 0n, max: MAX }))
  .map(([width, seed]) => {
    const top = 1n << BigInt(width - 1);
    return top + (seed % top);
  });

const check = (strikeE4: bigint, forwardE4: bigint): void => {
  const actual = circuit.signals({ strikeE4, forwardE4 }, OUTPUTS);
  const kQ30 = logMoneynessQ30(logarithmQ72(strikeE4), logarithmQ72(forwardE4));
  expect(OUTPUTS.map((name) => signed(actual[name]))).toEqual([
    logarithmQ72(strikeE4),
    logarithmQ72(forwardE4),
    kQ30,
    coarseLogMoneynessQ20(kQ30),
    kQ30 >> 14n,
    kQ30 >> 20n,
    kQ30 < 0n ? 1n : 0n,
  ]);
};

describe('LogarithmQ72 and LogMoneyness', () => {
  test('agree with the risk model at every power of two and its neighbours', () => {
    for (let bit = 0n; bit < 40n; bit += 1n) {
      const power = 1n << bit;
      check(power, MAX);
      check(MAX, power);
      check(power + 1n > MAX ? MAX : power + 1n, power);
      check(power, power);
      if (power > 1n) check(power - 1n, power);
    }
  });

  test('agree with the risk model on prices of every size', () => {
    fc.assert(fc.property(price, price, check), { numRuns: 1_000 });
  });

  test.each([0n, MAX + 1n, -1n])('have no witness for a price of %s', (x) => {
    const wrapped = x < 0n ? (1n << 253n) + x : x;
    expect(() => circuit.witness({ strikeE4: wrapped, forwardE4: 5n })).toThrow(UnsatisfiedCircuit);
    expect(() => circuit.witness({ strikeE4: 5n, forwardE4: wrapped })).toThrow(UnsatisfiedCircuit);
  });

  const shifts = (
    coarse: Record<number, bigint>,
    fine: Record<number, bigint>,
  ): Record<string, bigint> => ({
    ...Object.fromEntries(
      Object.entries(coarse).map(([i, v]) => [`strike.leading.coarse[${i}]`, v]),
    ),
    ...Object.fromEntries(Object.entries(fine).map(([i, v]) => [`strike.leading.fine[${i}]`, v])),
  });

  // 2^26 + 1 shifts by 13 = 8·1 + 5.
  test.each([
    ['one short', shifts({}, { 5: 0n, 4: 1n })],
    ['one too far', shifts({}, { 5: 0n, 6: 1n })],
    ['eight too far', shifts({ 1: 0n, 2: 1n }, {})],
    ['of two digits at once', shifts({}, { 4: 1n })],
    ['of no digit', shifts({ 1: 0n }, {})],
    ['of digits that are no booleans but weigh the same', shifts({}, { 5: 0n, 4: 2n, 0: -1n })],
  ])('refuse a shift %s', (_, overrides) => {
    const forgery = circuit.forge({
      inputs: { strikeE4: (1n << 26n) + 1n, forwardE4: 77n },
      overrides,
    });
    expectRefusedOnlyBy(forgery, /strike\.leading\./);
  });

  test('cost 87 each and 78', () => {
    expect(circuit.constraints).toBe(2 * (40 + 87) + 78);
  });
});
