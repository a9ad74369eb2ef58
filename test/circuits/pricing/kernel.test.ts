// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { black76Call, splitStdDev } from '../../../prover/risk/pricing/black76.ts';
import {
  normalCdfQ128,
  normalDensityQ96,
} from '../../../prover/risk/pricing/normal-distribution.ts';
import {
  element,
  expectRefusedOnlyBy,
  inverse as inverseOf,
  openTemplate,
  signed,
} from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';

/** Log-uniform below 2ⁿ: kernels must hold for small deviations as for large ones. */
const magnitude = (n: number): fc.Arbitrary<bigint> =>
  fc
    .tuple(fc.integer({ min: 0, max: n }), fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n }))
    .map(([width, seed]) => seed >> BigInt(n - width));

describe.each([36, 39])('StdDevSplit(%i)', (width) => {
  let circuit: CircuitUnderTest;
  const end = (1n << BigInt(width)) - (1n << 18n);
  beforeAll(async () => {
    circuit = await openTemplate('pricing/std-dev-split', 'StdDevSplit', [width]);
  });

  const check = (stdDevQ32: bigint): void => {
    const actual = circuit.signals({ stdDevQ32 }, ['hi', 'loQ32', 'coarseQ20', 'halfQ16']);
    const expected = splitStdDev(stdDevQ32, 0n);
    expect([actual.hi, signed(actual.loQ32), actual.coarseQ20, actual.halfQ16]).toEqual([
      expected.cells,
      expected.remainderQ32,
      expected.coarseQ20,
      expected.halfQ16,
    ]);
    // The same as splitting at Q42, whatever the ten bits below were.
    expect(splitStdDev((stdDevQ32 << 10n) + 1023n, 10n)).toEqual(expected);
  };

  test('agrees with the risk model, floored at 2^-14', () => {
    [0n, 1n, (1n << 18n) - 1n, 1n << 18n, (1n << 19n) - 1n, 1n << 19n, end - 1n].forEach(check);
    fc.assert(
      fc.property(
        magnitude(width).filter((x) => x < end),
        check,
      ),
      { numRuns: 500 },
    );
  });

  test('has no witness beyond its width, and costs five more than it', () => {
    expect(() => circuit.witness({ stdDevQ32: end })).toThrow(UnsatisfiedCircuit);
    expect(() => circuit.witness({ stdDevQ32: element(-(1n << 18n) - 1n) })).toThrow(
      UnsatisfiedCircuit,
    );
    expect(circuit.constraints).toBe(width + 5);
  });

  test('refuses to pass over the floor or to floor what is above it', () => {
    const inverse = circuit.symbols.matching(/^IsZero.*\.inv$/)[0]!;
    const floored = circuit.forge({
      inputs: { stdDevQ32: 1n << 30n },
      overrides: { [inverse]: 0n },
    });
    expectRefusedOnlyBy(floored, /IsZero|floored/);
  });
});

describe('NormalCdf', () => {
  const inputs = (cell: bigint, deltaQ32: bigint): Record<string, bigint | bigint[]> => ({
    bit: Array.from({ length: 16 }, (_, i) => (cell >> BigInt(i)) & 1n),
    inside: cell < 1n << 16n ? 1n : 0n,
    deltaQ32: element(deltaQ32),
  });

  test('agrees with the risk model at every interval boundary and beyond the last', async () => {
    const flat = await openTemplate('pricing/normal-cdf', 'NormalCdf', [0]);
    const sloped = await openTemplate('pricing/normal-cdf', 'NormalCdf', [1]);
    const check = (cell: bigint, delta: bigint): void => {
      expect(flat.signals(inputs(cell, 0n), ['probabilityQ128']).probabilityQ128).toBe(
        normalCdfQ128(cell),
      );
      expect(sloped.signals(inputs(cell, delta), ['probabilityQ128']).probabilityQ128).toBe(
        normalCdfQ128(cell) + normalDensityQ96(cell) * delta,
      );
    };
    for (let i = 0n; i <= 8n; i += 1n) {
      for (const step of [-1n, 0n, 1n]) {
        if ((i << 13n) + step >= 0n)
          check((i << 13n) + step, i % 2n === 0n ? 1n << 18n : -(1n << 18n));
      }
    }
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: (1n << 17n) - 1n }),
        fc.bigInt({ min: -(1n << 18n), max: 1n << 18n }),
        check,
      ),
      { numRuns: 300 },
    );
    expect([flat.constraints, sloped.constraints]).toEqual([15, 21]);
  });
});

describe.each([
  { coarseBits: 24, width: 36, priceBits: 40, constraints: 154 },
  { coarseBits: 27, width: 39, priceBits: 67, constraints: 163 },
])('CallKernel($coarseBits)', ({ coarseBits, width, priceBits, constraints }) => {
  let circuit: CircuitUnderTest;
  const maxStdDev = (1n << BigInt(width)) - (1n << 18n) - 1n;
  const maxPrice = (1n << BigInt(priceBits)) - 1n;
  /** Largest |ln(F/K)| of two 40-bit prices, and of a shocked forward. */
  const maxX = coarseBits === 24 ? 1n << 25n : (1n << 25n) + (2174n << 10n);
  beforeAll(async () => {
    circuit = await openTemplate('pricing/call-kernel', 'CallKernel', [coarseBits]);
  });

  const inputs = (forward: bigint, strike: bigint, xQ20: bigint, stdDevQ32: bigint) => {
    const split = splitStdDev(stdDevQ32, 0n);
    return {
      forward,
      strike,
      xQ20: element(xQ20),
      hi: split.cells,
      loQ32: element(split.remainderQ32),
      coarseQ20: split.coarseQ20,
      halfQ16: split.halfQ16,
    };
  };
  const check = (forward: bigint, strike: bigint, xQ20: bigint, stdDevQ32: bigint): void => {
    const actual = circuit.signals(inputs(forward, strike, xQ20, stdDevQ32), [
      'callRaw',
      'probabilityD1Q128',
    ]);
    const expected = black76Call(forward, strike, xQ20, splitStdDev(stdDevQ32, 0n));
    expect([signed(actual.callRaw), signed(actual.probabilityD1Q128)]).toEqual([
      expected.valueQ128,
      expected.deltaQ128,
    ]);
  };
  const price = fc.bigInt({ min: 0n, max: maxPrice });
  const stdDev = magnitude(width).map((x) => (x > maxStdDev ? maxStdDev : x));

  test('agrees with the risk model wherever x and w may be, related or not', () => {
    const x = fc.bigInt({ min: -maxX, max: maxX });
    fc.assert(fc.property(price, price, x, stdDev, check), { numRuns: 500 });
  });

  test('agrees with the risk model around the money, where the grid matters', () => {
    const x = fc.tuple(magnitude(22), fc.boolean()).map(([size, minus]) => (minus ? -size : size));
    fc.assert(fc.property(price, price, x, stdDev, check), { numRuns: 700 });
  });

  test('has a witness at the corners: nothing is unpriceable', () => {
    for (const x of [-maxX, -1n, 0n, 1n, maxX]) {
      for (const w of [0n, 1n << 18n, 1n << 19n, 1n << 32n, maxStdDev]) {
        for (const [forward, strike] of [
          [1n, maxPrice],
          [maxPrice, 1n],
          [maxPrice, maxPrice],
          [1n, 0n],
        ] as const) {
          check(forward, strike, x, w);
        }
      }
    }
  });

  const usual = () => inputs(700_000_000n, 720_000_000n, -29_000n, 400_000_000n);

  test.each([
    [
      'd₁ one step up',
      'd1.division.quotient',
      (q: bigint) => q + 1n,
      /d1\.division\.remainderRange/,
    ],
    ['d₁ one step down', 'd1.division.quotient', (q: bigint) => q - 1n, /d1\.division\.roomRange/],
    ['d₁ far up', 'd1.division.quotient', (q: bigint) => q + (1n << 20n), /d1\.division\./],
    ['the other sign of d₁', 'd1.fold.negative', (s: bigint) => 1n - s, /d1\.fold\./],
    ['the other sign of d₂', 'd2.negative', (s: bigint) => 1n - s, /d2\./],
    ['a sign of d₂ that is no bit', 'd2.negative', () => 2n, /d2\./],
  ])('refuses %s', (_, signal, lie, names) => {
    expectRefusedOnlyBy(circuit.forge({ inputs: usual(), overrides: { [signal]: lie } }), names);
  });

  test('refuses the field’s quotient, which leaves a remainder of its choice', () => {
    const { coarseQ20, xQ20 } = usual();
    const remainder = 1n;
    const quotient = ((signed(xQ20) << 16n) - remainder) * inverseOf(coarseQ20);
    const forgery = circuit.forge({
      inputs: usual(),
      overrides: { 'd1.division.quotient': quotient },
    });
    expectRefusedOnlyBy(forgery, /d1\.fold\./);
  });

  test('refuses to call a far d₁ near, and a near one far', () => {
    const inverse = circuit.symbols.matching(/IsZero.*\.inv$/);
    expect(inverse).toHaveLength(2);
    const far = inputs(700_000_000n, 7_000_000_000n, -2_400_000n, 40_000_000n);
    for (const name of inverse) {
      expectRefusedOnlyBy(
        circuit.forge({ inputs: far, overrides: { [name]: 0n } }),
        /IsZero|inside|fold|d2/,
      );
    }
  });

  test(`costs ${constraints} constraints`, () => {
    expect(circuit.constraints).toBe(constraints);
  });
});
