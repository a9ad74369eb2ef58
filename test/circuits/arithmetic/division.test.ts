// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { divCeil, divFloor, shiftCeil } from '../../../prover/risk/pricing/fixed-point.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { element, expectRefusedOnlyBy, FIELD, inverse, openTemplate } from './template.ts';

const bits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n });

describe('FloorShift', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('arithmetic/shift', 'FloorShift', [50, 10]);
  });

  test('drops the low bits', () => {
    const check = (x: bigint): void => {
      expect(circuit.signals({ in: x }, ['out']).out).toBe(x >> 10n);
    };
    [0n, 1023n, 1024n, (1n << 50n) - 1n].forEach(check);
    fc.assert(fc.property(bits(50), check));
  });

  test('has no witness for a number beyond its width', () => {
    for (const x of [1n << 50n, FIELD - 1n]) {
      expect(() => circuit.witness({ in: x })).toThrow(UnsatisfiedCircuit);
    }
    expect(circuit.constraints).toBe(50);
  });

  test('refuses a bit that is no bit', () => {
    const forgery = circuit.forge({
      inputs: { in: 1n << 21n },
      overrides: { 'bits.out[21]': 0n, 'bits.out[20]': 2n },
    });
    expectRefusedOnlyBy(forgery, /^#\d+: \((1 \+ )?bits\.out\[20\]/);
  });
});

describe('CeilShift', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('arithmetic/shift', 'CeilShift', [40, 30]);
  });
  const MAX = ((1n << 40n) - 1n) << 30n;

  test('is the ceiling', () => {
    const check = (x: bigint): void => {
      expect(circuit.signals({ in: x }, ['out']).out).toBe(shiftCeil(x, 30n));
    };
    [0n, 1n, (1n << 30n) - 1n, 1n << 30n, (1n << 30n) + 1n, MAX].forEach(check);
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: MAX }), check));
  });

  test('has no witness beyond its width', () => {
    for (const x of [MAX + 1n, FIELD - 1n]) {
      expect(() => circuit.witness({ in: x })).toThrow(UnsatisfiedCircuit);
    }
    expect(circuit.constraints).toBe(70);
  });

  test.each([
    ['no padding, so a fractional quotient', (1n << 30n) + 1n, 0n, /outRange/],
    ['padding to the multiple after the next', 1n << 30n, 1n << 30n, /paddingRange/],
    ['padding downwards', (1n << 30n) + 1n, -1n, /paddingRange/],
  ])('refuses %s', (_, x, padding, names) => {
    expectRefusedOnlyBy(circuit.forge({ inputs: { in: x }, overrides: { padding } }), names);
  });
});

describe('DivFloor', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('arithmetic/div-floor', 'DivFloor', [26, 13]);
  });

  test('is the floor', () => {
    const check = (divisor: bigint, quotient: bigint, seed: bigint): void => {
      const dividend = quotient * divisor + (seed % divisor);
      expect(circuit.signals({ dividend, divisor }, ['quotient']).quotient).toBe(quotient);
    };
    check(1n, 0n, 0n);
    check((1n << 26n) - 1n, (1n << 13n) - 1n, (1n << 26n) - 2n);
    fc.assert(
      fc.property(
        bits(26).map((x) => x || 1n),
        bits(13),
        bits(26),
        check,
      ),
    );
  });

  test.each([
    ['a divisor of 0', 7n, 0n],
    ['a quotient beyond its width', 1n << 13n, 1n],
    ['a negative dividend', -1n, 5n],
  ])('has no witness for %s', (_, dividend, divisor) => {
    expect(() => circuit.witness({ dividend: element(dividend), divisor })).toThrow(
      UnsatisfiedCircuit,
    );
  });

  const QUOTIENT = 'division.quotient';
  test.each([
    ['one too large', 100n, 7n, 15n, /remainderRange/],
    ['one too small', 100n, 7n, 13n, /roomRange/],
    [
      'the field’s quotient, which leaves no remainder',
      100n,
      7n,
      (100n * inverse(7n)) % FIELD,
      /quotientRange/,
    ],
  ])('refuses a quotient that is %s', (_, dividend, divisor, quotient, names) => {
    const forgery = circuit.forge({
      inputs: { dividend, divisor },
      overrides: { [QUOTIENT]: quotient },
    });
    expectRefusedOnlyBy(forgery, names);
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(13 + 2 * 26 + 1);
  });
});

describe('division by a constant', () => {
  let floor: CircuitUnderTest;
  let ceil: CircuitUnderTest;
  beforeAll(async () => {
    floor = await openTemplate('arithmetic/div-constant', 'DivFloorConstant', [10_000, 64]);
    ceil = await openTemplate('arithmetic/div-constant', 'DivCeilConstant', [10_000, 64]);
  });
  const MAX = ((1n << 64n) - 1n) * 10_000n;

  test('floors and ceils', () => {
    const check = (dividend: bigint): void => {
      expect(floor.signals({ dividend }, ['quotient']).quotient).toBe(divFloor(dividend, 10_000n));
      expect(ceil.signals({ dividend }, ['quotient']).quotient).toBe(divCeil(dividend, 10_000n));
    };
    [0n, 1n, 9_999n, 10_000n, 10_001n, MAX].forEach(check);
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: MAX }), check));
  });

  test('has no witness beyond its width', () => {
    expect(() => floor.witness({ dividend: MAX + 10_000n })).toThrow(UnsatisfiedCircuit);
    expect(() => floor.witness({ dividend: FIELD - 1n })).toThrow(UnsatisfiedCircuit);
    expect(() => ceil.witness({ dividend: MAX + 1n })).toThrow(UnsatisfiedCircuit);
    expect([floor.constraints, ceil.constraints]).toEqual([64 + 28, 64 + 28]);
  });

  test.each([
    ['one divisor too large', 12_345n, 12_345n, /roomRange/],
    ['negative', 19_999n, -1n, /remainderRange/],
    ['zero, by the field’s quotient', 12_345n, 0n, /quotientRange/],
  ])('refuses a remainder that is %s', (_, dividend, remainder, names) => {
    expectRefusedOnlyBy(floor.forge({ inputs: { dividend }, overrides: { remainder } }), names);
  });
});
