// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { black76Call, splitStdDev } from '../../../prover/risk/pricing/black76.ts';
import {
  normalCdfQ128,
  normalDensityQ96,
} from '../../../prover/risk/pricing/normal-distribution.ts';
import { ADAPTED_CIRCOM_PATH, readCoefficients } from '../../../scripts/coefficients/tables.ts';
import {
  element,
  expectRefusedOnlyBy,
  FIELD,
  inverse,
  openTemplate,
  signed,
} from '../arithmetic/template.ts';
import type { CircuitUnderTest, Forgery } from '../../support/circuit.ts';

/** 24 at Q32: from here on a deviation counts as 24. */
const WIDE = 3n << 35n;
/** ln of a ratio of 40-bit prices and a move of two: the widest there is. */
const MAX_X = (298n << 20n) / 10n;
const cellBits = (cell: bigint): bigint[] =>
  Array.from({ length: 16 }, (_, i) => (cell >> BigInt(i)) & 1n);

describe('NormalTable', () => {
  test('holds the same polynomials as the tables of the specification', () => {
    const source = readFileSync(ADAPTED_CIRCOM_PATH, 'utf8');
    const [value, slope] = source
      .split('function ')
      .slice(1)
      .map((body) =>
        [...body.matchAll(/\[\s*(\d[^\]]*)\]/g)]
          .map(([, row]) => row!.split(',').map((c) => BigInt(c.trim())))
          .filter((row) => row.length > 1),
      );
    const { normalCdf, normalSlope } = readCoefficients();
    const at = (row: readonly string[], t: bigint): bigint =>
      element(row.reduceRight((sum, c) => sum * t + BigInt(c), 0n));
    expect([value!.length, slope!.length]).toEqual([8, 8]);
    for (let i = 0; i < 8; i += 1) {
      const [shift, c8, c7, e3, r3, e2, r2, e1, r1, e0] = value![i]! as [bigint, ...bigint[]];
      const [q3, q2, q1, q0, s, f] = slope![i]!;
      // Degree 8 is determined by nine points.
      for (let t = -4096n; t < 4096n; t += 1023n) {
        const u = t + shift;
        const y = u * u;
        const p =
          (((c8! * y + c7! * u + e3!) * (y - r3!) + e2!) * (y - r2!) + e1!) * (y - r1!) + e0!;
        const q = (((q3! * u + q2!) * u + q1!) * u + q0!) * (y - s!) + f!;
        expect(element(p)).toBe(at(normalCdf[i]!, t));
        expect(element(q)).toBe(at(normalSlope[i]!, t));
      }
    }
  });

  test('evaluates value and slope of every interval', async () => {
    const circuit = await openTemplate('pricing/normal-table', 'NormalTable', [1]);
    const cells = Array.from({ length: 8 }, (_, i) =>
      [0n, 1n, 4095n, 4096n, 5000n, 8191n].map((t) => (BigInt(i) << 13n) + t),
    ).flat();
    for (const cell of cells) {
      const actual = circuit.signals({ bit: cellBits(cell) }, ['valueQ128', 'slopeQ96']);
      expect([signed(actual.valueQ128), signed(actual.slopeQ96)]).toEqual([
        normalCdfQ128(cell),
        normalDensityQ96(cell),
      ]);
    }
    expect(circuit.constraints).toBe(14);
  });
});

const OUTPUTS = [
  'hi',
  'loQ32',
  'coarseQ20',
  'halfSquareQ36',
  'scaledCoarse',
  'probabilityD1Q128',
  'probabilityD2Q128',
] as const;

describe.each([
  { bits: 36, shift: 0, coarseBits: 24n, limit: WIDE >> 1n, kernel: 100, split: 58 },
  { bits: 36, shift: 10, coarseBits: 24n, limit: WIDE >> 1n, kernel: 100, split: 68 },
  { bits: 37, shift: 10, coarseBits: 25n, limit: WIDE, kernel: 101, split: 70 },
  { bits: 39, shift: 0, coarseBits: 25n, limit: 1n << 39n, kernel: 101, split: 68 },
])(
  'a kernel on a deviation of $bits bits, $shift below Q32',
  ({ bits, shift, coarseBits, limit, kernel, split }) => {
    let circuit: CircuitUnderTest;
    beforeAll(async () => {
      circuit = await openTemplate('test/circuits/templates/grid-kernel', 'GridKernel', [
        bits,
        shift,
      ]);
    });
    const extra = BigInt(shift);

    const check = (stdDev: bigint, xQ20: bigint): void => {
      const actual = circuit.signals({ stdDev, xQ20: element(xQ20) }, OUTPUTS);
      const exact = splitStdDev(stdDev, extra);
      const { deltaQ128 } = black76Call(1n, 0n, xQ20, exact);
      const exercised = (1n << 88n) - black76Call(0n, 1n, xQ20, exact).valueQ128;
      expect([actual.probabilityD1Q128, signed(actual.probabilityD2Q128)]).toEqual([
        deltaQ128,
        exercised,
      ]);
      if (stdDev >> extra >= WIDE) return;
      expect([actual.hi, signed(actual.loQ32), actual.coarseQ20, actual.halfSquareQ36]).toEqual([
        exact.cells,
        exact.remainderQ32,
        exact.coarseQ20,
        exact.coarseQ20 * exact.halfQ16,
      ]);
      expect(actual.scaledCoarse >> (coarseBits - 1n)).toBe(1n);
    };

    const x = fc.oneof(
      fc.bigInt(-MAX_X, MAX_X),
      fc
        .tuple(fc.integer({ min: 0, max: 24 }), fc.bigInt(-MAX_X, MAX_X))
        .map(([n, v]) => v >> BigInt(n)),
    );
    const stdDev = fc
      .tuple(fc.integer({ min: 0, max: bits - 17 }), fc.bigInt(0n, (limit << extra) - 1n))
      .map(([n, v]) => v >> BigInt(n));

    test('gives the probabilities of the risk model, bit for bit', () => {
      fc.assert(fc.property(stdDev, x, check), { numRuns: 500 });
    });

    test('gives them where d₁ or d₂ leaves the tables, and on the grid', () => {
      // d₁ = x/w + w/2 = ±8 and 0, d₂ = −8.
      const near = fc
        .tuple(
          stdDev,
          fc.constantFrom(-16n, 0n, 16n),
          fc.constantFrom(-1n, 1n),
          fc.bigInt(-200n, 200n),
        )
        .map(([z, twiceD, side, step]): [bigint, bigint] => {
          const w = (z >> extra) + 1n;
          const center = ((twiceD << 32n) - side * w) * w;
          return [z, (center >> 45n) + step];
        })
        .filter(([, xQ20]) => xQ20 >= -MAX_X && xQ20 <= MAX_X);
      fc.assert(
        fc.property(near, ([z, xQ20]) => {
          check(z, xQ20);
        }),
        { numRuns: 500 },
      );
    });

    test('has a witness at the corners', () => {
      const deviations = [0n, 1n, 1n << 18n, 1n << 35n, WIDE, 1n << 37n]
        .flatMap((w) => [w - 1n, w, w + 1n])
        .concat(limit - 1n)
        .filter((w) => w >= 0n && w < limit);
      for (const w of deviations) {
        for (const low of [0n, (1n << extra) - 1n]) {
          for (const xQ20 of [-MAX_X, -1n, 0n, 1n, MAX_X]) check((w << extra) + low, xQ20);
        }
      }
    });

    test('costs what its doc block says', () => {
      expect(circuit.constraints).toBe(kernel + split);
    });

    /** d₁ about −0.3 and +0.2, d₂ of the other sign or the same. */
    const INSIDE = [
      { stdDev: 500_000_123n << extra, xQ20: element(-45_000n) },
      { stdDev: 900_000_001n << extra, xQ20: 20_077n },
      { stdDev: ((1n << 34n) + 987_654_321n) << extra, xQ20: element(-3n << 20n) },
    ];
    const OUTSIDE = [
      { stdDev: 1_000_000n << extra, xQ20: element(-(9n << 20n)) },
      { stdDev: 1_000_000n << extra, xQ20: 9n << 20n },
    ];
    const forge = (
      inputs: (typeof INSIDE)[number],
      overrides: Parameters<CircuitUnderTest['forge']>[0]['overrides'],
    ): Forgery => circuit.forge({ inputs, overrides: overrides! });
    const REST = /kernel\.d1\.(rest|remainder)/;

    test('refuses the other sign of d₁ and of d₂', () => {
      for (const inputs of [...INSIDE, ...OUTSIDE]) {
        for (const cell of ['d1', 'd2']) {
          const forgery = forge(inputs, { [`kernel.${cell}.negative`]: (x) => 1n - x });
          expectRefusedOnlyBy(forgery, /kernel\.d[12]\./);
        }
        expect(forge(inputs, { 'kernel.d1.negative': 2n }).violated).not.toEqual([]);
      }
    });

    test.each([
      ['one more', (grid: bigint) => grid + 1n],
      ['one less', (grid: bigint) => grid - 1n],
      ['a whole interval more', (grid: bigint) => grid + 8_192n],
    ])('refuses a quotient that is %s', (_, lie) => {
      for (const inputs of INSIDE) {
        expectRefusedOnlyBy(forge(inputs, { 'kernel.d1.grid': lie }), REST);
      }
    });

    test('refuses the quotient that the field gives without a remainder', () => {
      for (const inputs of INSIDE) {
        const forgery = forge(inputs, {
          'kernel.d1.grid': (_, read) =>
            (read('kernel.d1.folded') * inverse(8n * read('kernel.d1.coarseQ20'))) % FIELD,
        });
        expectRefusedOnlyBy(forgery, /kernel\.d1\.(bit|grid|folded)/);
      }
    });

    test('refuses a point inside the tables as outside, and the reverse', () => {
      for (const inputs of INSIDE) {
        expectRefusedOnlyBy(forge(inputs, { 'kernel.d1.outside': 1n }), REST);
        // The most that the remainder's bits could carry.
        const carried = { 'kernel.d1.outside': 1n, 'kernel.d1.grid': (1n << 16n) - 1n };
        expectRefusedOnlyBy(forge(inputs, carried), REST);
        expectRefusedOnlyBy(forge(inputs, { 'kernel.d2.outside': 1n }), /kernel\.d2\.bit/);
      }
      for (const inputs of OUTSIDE) {
        const within = { 'kernel.d1.outside': 0n, 'kernel.d1.grid': (1n << 16n) - 1n };
        expectRefusedOnlyBy(forge(inputs, within), REST);
        expect(forge(inputs, { 'kernel.d1.outside': -1n }).violated).not.toEqual([]);
      }
      // d₂ < −8.
      expectRefusedOnlyBy(forge(OUTSIDE[0]!, { 'kernel.d2.outside': 0n }), /kernel\.d2\.bit/);
      expect(forge(OUTSIDE[0]!, { 'kernel.d2.outside': 2n }).violated).not.toEqual([]);
    });

    test('lets the top of a remainder be written in two ways, which changes nothing', () => {
      let either = 0;
      for (const inputs of INSIDE) {
        const honest = circuit.signals(inputs, OUTPUTS);
        const forgery = forge(inputs, { 'kernel.d1.top': (x) => 1n - x });
        if (forgery.violated.length === 0) either += 1;
        else expectRefusedOnlyBy(forgery, REST);
        for (const name of OUTPUTS) expect(forgery.read(name)).toBe(honest[name]);
        expect(forge(inputs, { 'kernel.d1.top': 2n }).violated).not.toEqual([]);
      }
      expect(either).toBeLessThanOrEqual(INSIDE.length);
    });
  },
);
