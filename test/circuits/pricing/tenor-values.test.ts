// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { interpolateTenor } from '../../../prover/risk/pricing/tenor.ts';
import type { TenorKnot } from '../../../prover/model/types.ts';
import { expectRefusedOnlyBy, inverse, openTemplate } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { tenorTables } from './tenor-tables.ts';

const KNOTS = loadDefaultParameters().parameters.tenor;
const TIME = 1_770_306_692n;
const COLUMNS = ['volUpQ10', 'volDownQ10', 'skewCapQ10', 'skewSlopeQ10', 'rollLogQ10'] as const;
const VALUES = COLUMNS.map((_, c) => `value[${c}]`);
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('test/circuits/templates/tenor-grid', 'TenorGrid');
});

const inputs = (knots: readonly TenorKnot[], tau: bigint) => ({
  time: TIME,
  expiry: TIME + tau,
  tauSeconds: knots.map((knot) => knot.tauSeconds),
  ...Object.fromEntries(COLUMNS.map((name) => [name, knots.map((knot) => knot[name])])),
});

const check = (knots: readonly TenorKnot[], tau: bigint): void => {
  const expected = interpolateTenor(knots, tau < 0n ? 0n : tau);
  const actual = circuit.signals(inputs(knots, tau), VALUES);
  expect(VALUES.map((name) => actual[name])).toEqual(COLUMNS.map((name) => expected[name]));
};

test('all five columns agree with the risk model, whatever the table', () => {
  const at = fc.tuple(
    tenorTables,
    fc.nat({ max: 13 }),
    fc.double({ min: 0, max: 1.2, noNaN: true }),
  );
  fc.assert(
    fc.property(at, fc.bigInt(-3n, 3n), ([table, i, share], off) => {
      const { tauSeconds } = table[i]!;
      const previous = table[i - 1]?.tauSeconds ?? 0n;
      const gap = tauSeconds - previous;
      check(table, previous + (gap * BigInt(Math.floor(share * 1e6))) / 1_000_000n + off);
    }),
    { numRuns: 400 },
  );
});

test('they agree around every knot, before the first and after the last', () => {
  for (const { tauSeconds } of KNOTS) {
    for (const off of [-1n, 0n, 1n]) check(KNOTS, tauSeconds + off);
  }
  for (const tau of [-86_400n, -1n, 0n, 1n, (1n << 31n) - 1n]) check(KNOTS, tau);
});

/** Between two knots, where no column divides evenly. */
const BETWEEN = inputs(KNOTS, 100_003n);

test.each(COLUMNS.map((name, c) => [name, c] as const))(
  'refuses another quotient of %s',
  (_, c) => {
    const lies = [
      (quotient: bigint) => quotient + 1n,
      (quotient: bigint) => quotient - 1n,
      // The quotient that the field gives: one third of a second more.
      (quotient: bigint) => quotient + inverse(3n),
    ];
    for (const lie of lies) {
      const quotient = { [`values.quotient[${c}]`]: lie };
      const forgery = circuit.forge({ inputs: BETWEEN, overrides: quotient });
      expectRefusedOnlyBy(forgery, /values\.(product|multiple|quotient|rest|top|upper)/);
      // With the remainder that would fit, which no range admits.
      const scale = forgery.read('values.divisor.scale');
      const width = forgery.read('interval.width');
      const fitted = circuit.forge({
        inputs: BETWEEN,
        overrides: {
          ...quotient,
          [`values.rest[${c}]`]: (rest, read) => {
            const honest = circuit.signals(BETWEEN, [`values.quotient[${c}]`]);
            const moved = read(`values.quotient[${c}]`) - honest[`values.quotient[${c}]`]!;
            return rest - moved * width * scale;
          },
        },
      });
      expectRefusedOnlyBy(fitted, /values\.(restRange|quotientRange|product|multiple)/);
    }
  },
);

test('refuses a remainder moved to the next column', () => {
  const forgery = circuit.forge({
    inputs: BETWEEN,
    overrides: {
      'values.rest[0]': (rest) => rest + (1n << 67n),
      'values.rest[1]': (rest) => rest - 1n,
    },
  });
  expectRefusedOnlyBy(forgery, /values\.restRange/);
});

test('lets the top of a remainder be written in two ways at most, which changes nothing', () => {
  for (let c = 0; c < 5; c += 1) {
    const honest = circuit.signals(BETWEEN, VALUES);
    for (const flip of [0n, 1n]) {
      const forgery = circuit.forge({
        inputs: BETWEEN,
        overrides: {
          [`values.top[${c}]`]: flip,
          [`values.rest[${c}]`]: (_, read) => {
            const [scaled, top] = [read('values.divisor.scaledWidth'), read(`values.top[${c}]`)];
            const full = circuit.signals(BETWEEN, [`values.rest[${c}]`, `values.upper[${c}]`]);
            const remainder = full[`values.rest[${c}]`]! + full[`values.upper[${c}]`]!;
            return remainder - top * (scaled - (1n << 25n));
          },
        },
      });
      if (forgery.violated.length > 0) expectRefusedOnlyBy(forgery, /values\.restRange/);
      for (const name of VALUES) expect(forgery.read(name)).toBe(honest[name]);
    }
    const third = circuit.forge({ inputs: BETWEEN, overrides: { [`values.top[${c}]`]: 2n } });
    expect(third.violated).not.toEqual([]);
  }
});

test('refuses a width scaled by another power of two', () => {
  for (const tau of [100_003n, 1n, KNOTS[5]!.tauSeconds + 7n]) {
    const at = inputs(KNOTS, tau);
    const digits = [...Array(4).keys()].flatMap((i) => [...Array(8).keys()].map((j) => [i, j]));
    const accepted = digits.filter(([i, j]) => {
      const overrides = Object.fromEntries([
        ...[...Array(4).keys()].map((k) => [`values.divisor.coarse[${k}]`, k === i ? 1n : 0n]),
        ...[...Array(8).keys()].map((k) => [`values.divisor.fine[${k}]`, k === j ? 1n : 0n]),
      ]) as Record<string, bigint>;
      return circuit.forge({ inputs: at, overrides }).violated.length === 0;
    });
    expect(accepted).toHaveLength(1);
  }
  const twoDigits = { 'values.divisor.fine[0]': 1n, 'values.divisor.fine[1]': 1n };
  expect(circuit.forge({ inputs: BETWEEN, overrides: twoDigits }).violated).not.toEqual([]);
});

test('costs what its doc blocks say', () => {
  expect(circuit.constraints).toBe(103 + 328);
});
