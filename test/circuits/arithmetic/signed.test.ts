// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { element, expectRefusedOnlyBy, FIELD, openTemplate } from './template.ts';

const WIDTH = 36;
const END = 1n << 36n;
const inRange = fc.bigInt({ min: -END, max: END - 1n });
const BOUNDARIES = [0n, 1n, -1n, END - 1n, -END];
const OUTSIDE = [END, -END - 1n, FIELD / 2n, -(FIELD / 2n)];

describe('SignedFold', () => {
  let fold: CircuitUnderTest;
  beforeAll(async () => {
    fold = await openTemplate('arithmetic/signed-fold', 'SignedFold', [WIDTH]);
  });

  const check = (x: bigint): void => {
    const { negative, magnitude } = fold.signals({ in: element(x) }, ['negative', 'magnitude']);
    expect([negative, magnitude]).toEqual(x < 0n ? [1n, -1n - x] : [0n, x]);
  };

  test('folds by one’s complement, at the boundaries and everywhere between', () => {
    BOUNDARIES.forEach(check);
    fc.assert(fc.property(inRange, check));
  });

  test.each(OUTSIDE)('has no witness for %s', (x) => {
    expect(() => fold.witness({ in: element(x) })).toThrow(UnsatisfiedCircuit);
    for (const negative of [0n, 1n]) {
      const forgery = fold.forge({ inputs: { in: element(x) }, overrides: { negative } });
      expectRefusedOnlyBy(forgery, /magnitude|bit\[/);
    }
  });

  test('refuses the other sign, and a sign that is no bit', () => {
    for (const x of [0n, 5n, -5n, END - 1n, -END]) {
      const lie = x < 0n ? 0n : 1n;
      expectRefusedOnlyBy(
        fold.forge({ inputs: { in: element(x) }, overrides: { negative: lie } }),
        /magnitude.*bit\[/,
      );
    }
    // (−1 − in) is in range with negative = 1; in between no other value is left.
    const half = fold.forge({ inputs: { in: 5n }, overrides: { negative: 2n } });
    expectRefusedOnlyBy(half, /negative|magnitude/);
  });

  test('costs one constraint a bit and three', () => {
    expect(fold.constraints).toBe(39);
  });
});

describe('MaxZero', () => {
  let maxZero: CircuitUnderTest;
  beforeAll(async () => {
    maxZero = await openTemplate('arithmetic/max-zero', 'MaxZero', [WIDTH]);
  });

  const check = (x: bigint): void => {
    const { out, negative } = maxZero.signals({ in: element(x) }, ['out', 'negative']);
    expect([out, negative]).toEqual(x < 0n ? [0n, 1n] : [x, 0n]);
  };

  test('is the larger of a number and zero', () => {
    BOUNDARIES.forEach(check);
    fc.assert(fc.property(inRange, check));
  });

  test.each(OUTSIDE)('has no witness for %s', (x) => {
    for (const negative of [0n, 1n]) {
      const forgery = maxZero.forge({ inputs: { in: element(x) }, overrides: { negative } });
      expectRefusedOnlyBy(forgery, /folded\.out/);
    }
  });

  test('refuses the other sign: a loss cannot be passed off as zero', () => {
    for (const x of [5n, -5n, END - 1n, -END]) {
      const lie = x < 0n ? 0n : 1n;
      expectRefusedOnlyBy(
        maxZero.forge({ inputs: { in: element(x) }, overrides: { negative: lie } }),
        /folded\.out/,
      );
    }
  });

  test('costs one constraint a bit and two', () => {
    expect(maxZero.constraints).toBe(WIDTH + 2);
  });
});
