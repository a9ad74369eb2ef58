// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { abs, divCeil, shiftCeil } from '../../../prover/risk/pricing/fixed-point.ts';
import { element, openTemplate } from '../arithmetic/template.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';

describe('DollarDelta', () => {
  let circuit: CircuitUnderTest;
  const dollarDelta = (lotsDelta: bigint, indexE4: bigint): bigint =>
    circuit.signals({ lotsDeltaQ128: element(lotsDelta), indexE4 }, ['dollarDeltaE6'])
      .dollarDeltaE6;

  beforeAll(async () => {
    circuit = await openTemplate('margin/dollar-delta', 'DollarDelta');
  });

  test('is the ceiling of the size, on either side of zero', () => {
    const limit = 1n << 160n;
    const lotsDelta = fc.oneof(
      fc.bigInt(-limit, limit),
      fc.bigInt(-3n, 3n),
      fc.bigInt(-(1n << 32n), 1n << 32n).map((lots) => lots << 128n),
    );
    fc.assert(
      fc.property(lotsDelta, fc.bigInt(1n, 1n << 37n), (lots, indexE4) => {
        expect(dollarDelta(lots, indexE4)).toBe(shiftCeil(abs(lots) * indexE4, 128n));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [0n, 1n, 0n],
    [1n, 1n, 1n],
    [-1n, 1n, 1n],
    [1n << 128n, 5n, 5n],
    [-(1n << 128n), 5n, 5n],
    [(1n << 128n) + 1n, 1n, 2n],
    [-(1n << 128n) - 1n, 1n, 2n],
    [1n << 160n, 1n << 37n, 1n << 69n],
  ])('of %d at index %d is %d', (lots, indexE4, expected) => {
    expect(dollarDelta(lots, indexE4)).toBe(expected);
  });

  test.each([0n, 5n << 128n, -(5n << 128n), 77n])('has one sign for %d', (lots) => {
    const inputs = { lotsDeltaQ128: element(lots), indexE4: 3n };
    const { violated } = circuit.forge({
      inputs,
      overrides: { 'fold.negative': (negative) => 1n - negative },
    });
    expect(violated.length).toBeGreaterThan(0);
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(204);
  });
});

describe('Requirement', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await compileHarness({
      name: 'charged-requirement',
      file: 'test/circuits/templates/charged-requirement.circom',
      template: 'ChargedRequirement',
      parameters: [],
    });
  });

  const requirement = (
    loss: readonly [bigint, bigint],
    mmFactorBps: bigint,
    contingenciesBpsQ10: bigint,
  ): bigint =>
    circuit.signals({ lossQ16: loss.map(element), mmFactorBps, contingenciesBpsQ10 }, [
      'requirementE6',
    ]).requirementE6;

  test('rounds both parts up, each in its total', () => {
    const most = (1n << 98n) - 1n;
    fc.assert(
      fc.property(
        fc.bigInt(-most, most),
        fc.bigInt(0n, most),
        fc.bigInt(0n, (1n << 16n) - 1n),
        fc.bigInt(0n, (1n << 99n) - 1n),
        (first, total, factor, contingencies) => {
          expect(requirement([first, total - first], factor, contingencies)).toBe(
            divCeil(factor * total, 10_000n << 16n) + divCeil(contingencies, 10_000n << 10n),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    [[0n, 0n], 0n, 0n],
    [[1n, 0n], 0n, 1n],
    [[1n, -1n], 1n, 1n],
    [[(10_000n << 16n) / 8_000n, 0n], 0n, 1n],
    [[(10_000n << 16n) / 8_000n + 1n, 0n], 10_000n << 10n, 3n],
  ] as const)('takes the step to the next unit, case %#', (loss, contingencies, expected) => {
    expect(requirement(loss, 8_000n, contingencies)).toBe(expected);
  });

  test.each([
    [-1n, 0n],
    [5n, -6n],
    [1n << 99n, 1n << 99n],
  ])('has no witness for damped losses %d and %d', (btc, eth) => {
    expect(() => requirement([btc, eth], 8_000n, 0n)).toThrow(UnsatisfiedCircuit);
  });

  test('costs what its doc block says, beside the bounds of the harness', () => {
    expect(circuit.constraints).toBe(286 + 16 + 89);
  });
});
