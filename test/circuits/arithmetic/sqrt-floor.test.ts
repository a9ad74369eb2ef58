// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { sqrtFloor } from '../../../prover/risk/pricing/square-root.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { element, expectRefusedOnlyBy, FIELD, openTemplate } from './template.ts';

const BITS = 36;
const END = 1n << 72n;
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('arithmetic/sqrt-floor', 'SqrtFloor', [BITS]);
});

const check = (x: bigint): void => {
  expect(circuit.signals({ in: x }, ['root']).root).toBe(sqrtFloor(x));
};

describe('SqrtFloor', () => {
  test('is the integer square root of the risk model', () => {
    [0n, 1n, 2n, 3n, 4n, END - 1n].forEach(check);
    for (let bit = 0n; bit < 36n; bit += 1n) {
      const root = (1n << bit) + 1n;
      [root * root - 1n, root * root, root * root + 2n * root].forEach(check);
    }
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: END - 1n }), check), { numRuns: 500 });
  });

  test.each([4n * END, 16n * END + 5n, -1n, -4n, -(END - 1n), -(1n << 250n)])(
    'has no witness for %s',
    (x) => {
      expect(() => circuit.witness({ in: element(x) })).toThrow(UnsatisfiedCircuit);
    },
  );

  test.each([
    ['one too large', 1000n, 32n, /remainderRange/],
    ['one too small', 1000n, 30n, /roomRange/],
    ['one too large at a square less one', 1023n, 32n, /remainderRange/],
    ['one too small at a square', 1024n, 31n, /roomRange/],
    ['the negative root', 1024n, -32n, /roomRange/],
    ['a root of a negative number', -1024n, 0n, /remainderRange|roomRange/],
    ['zero', 1024n, 0n, /roomRange/],
  ])('refuses %s', (_, x, root, check_) => {
    const forgery = circuit.forge({ inputs: { in: element(x) }, overrides: { root } });
    expectRefusedOnlyBy(forgery, check_);
  });

  test('refuses a modular root: a square in the field is not one in the integers', () => {
    // −1 is a square modulo p, so a prover has some root of p − 4 = −4 with remainder 0.
    const generator = 5n;
    let i = 1n;
    for (
      let base = generator, e = (FIELD - 1n) / 4n;
      e > 0n;
      e >>= 1n, base = (base * base) % FIELD
    ) {
      if (e & 1n) i = (i * base) % FIELD;
    }
    expect((i * i) % FIELD).toBe(FIELD - 1n);
    const forgery = circuit.forge({
      inputs: { in: element(-4n) },
      overrides: { root: (2n * i) % FIELD },
    });
    expectRefusedOnlyBy(forgery, /roomRange/);
  });

  test('costs two constraints a bit and three', () => {
    expect(circuit.constraints).toBe(2 * BITS + 3);
  });
});
