// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { FIELD, openTemplate, signed } from './template.ts';

const bitsOf = (value: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt((value >> i) & 1));

describe('selection', () => {
  test('Select gives one or the other, any field element', async () => {
    const select = await openTemplate('arithmetic/select', 'Select');
    const [ifZero, ifOne] = [FIELD - 1n, 7n];
    expect(select.signals({ choose: 0n, ifZero, ifOne }, ['out']).out).toBe(ifZero);
    expect(select.signals({ choose: 1n, ifZero, ifOne }, ['out']).out).toBe(ifOne);
    expect(select.constraints).toBe(1);
  });

  test('OneHot marks the leaf that the bits spell, for every number', async () => {
    const oneHot = await openTemplate('arithmetic/one-hot', 'OneHot', [5]);
    const leaves = Array.from({ length: 32 }, (_, i) => `leaf[${i}]`);
    for (let value = 0; value < 32; value += 1) {
      const read = oneHot.signals({ bit: bitsOf(value, 5) }, leaves);
      expect(leaves.filter((leaf) => read[leaf] !== 0n)).toEqual([`leaf[${value}]`]);
      expect(read[`leaf[${value}]`]).toBe(1n);
    }
  });

  test('MaskedOneHot marks nothing under a zero mask', async () => {
    const oneHot = await openTemplate('arithmetic/one-hot', 'MaskedOneHot', [3]);
    const leaves = Array.from({ length: 8 }, (_, i) => `leaf[${i}]`);
    for (let value = 0; value < 8; value += 1) {
      const bit = bitsOf(value, 3);
      const on = oneHot.signals({ mask: 1n, bit }, leaves);
      expect(leaves.map((leaf) => on[leaf])).toEqual(leaves.map((_, i) => (i === value ? 1n : 0n)));
      const off = oneHot.signals({ mask: 0n, bit }, leaves);
      expect(leaves.every((leaf) => off[leaf] === 0n)).toBe(true);
    }
    expect(oneHot.constraints).toBe(7);
  });

  test('PiecewisePolynomial evaluates the chosen piece, and 0 when none is', async () => {
    const circuit = await openTemplate('test/circuits/templates/piecewise', 'Piecewise');
    const table = [
      [1n, 2n, 3n],
      [-4n, 5n, -6n],
      [0n, 0n, 7n],
      [8n, 0n, 0n],
    ];
    for (const t of [-5n, 0n, 11n]) {
      table.forEach(([c0, c1, c2], piece) => {
        const inputs = { bit: bitsOf(piece, 2), t: (t + FIELD) % FIELD };
        expect(signed(circuit.signals({ mask: 1n, ...inputs }, ['out']).out)).toBe(
          c0! + c1! * t + c2! * t * t,
        );
        expect(circuit.signals({ mask: 0n, ...inputs }, ['out']).out).toBe(0n);
      });
    }
  });
});
