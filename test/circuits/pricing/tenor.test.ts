// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { interpolateTenor } from '../../../prover/risk/pricing/tenor.ts';
import type { TenorKnot } from '../../../prover/model/types.ts';
import {
  element,
  expectRefusedOnlyBy,
  FIELD,
  inverse,
  openTemplate,
  signed,
} from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { tenorTables } from './tenor-tables.ts';

const KNOTS = loadDefaultParameters().parameters.tenor;
const TIME = 1_770_306_692n;
const MAX_TIME = (1n << 32n) - 1n;
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('test/circuits/templates/tenor', 'Tenor');
});

type Column = 'volUpQ10' | 'volDownQ10' | 'skewSlopeQ10' | 'rollLogQ10';
const COLUMNS: readonly Column[] = ['volUpQ10', 'volDownQ10', 'skewSlopeQ10', 'rollLogQ10'];

/** A rising column enters as its negative. */
const inputs = (knots: readonly TenorKnot[], column: Column, expiry: bigint, time: bigint) => ({
  expiry,
  time,
  tauSeconds: knots.map((knot) => knot.tauSeconds),
  column: knots.map((knot) => element(column === 'rollLogQ10' ? -knot[column] : knot[column])),
  cap: knots.map((knot) => knot.skewCapQ10),
});

const check = (knots: readonly TenorKnot[], column: Column, expiry: bigint, time: bigint): void => {
  const tau = expiry > time ? expiry - time : 0n;
  const expected = interpolateTenor(knots, tau);
  const actual = circuit.signals(inputs(knots, column, expiry, time), [
    'live',
    'positiveTau',
    'value',
    'capValue',
  ]);
  const value = signed(actual.value);
  expect([
    actual.live,
    actual.positiveTau,
    column === 'rollLogQ10' ? -value : value,
    actual.capValue,
  ]).toEqual([tau > 0n ? 1n : 0n, tau, expected[column], expected.skewCapQ10]);
};

describe('TenorInterval and TenorValue', () => {
  test('agree with the risk model at each knot of the default table and a second either side', () => {
    for (const name of COLUMNS) {
      for (const tau of [0n, 1n, 2n, ...KNOTS.map((knot) => knot.tauSeconds)]) {
        for (const step of [-1n, 0n, 1n]) check(KNOTS, name, TIME + tau + step, TIME);
      }
      check(KNOTS, name, 0n, MAX_TIME);
      check(KNOTS, name, MAX_TIME, 0n);
    }
  });

  test('agree with the risk model on any table, time and expiry', () => {
    fc.assert(
      fc.property(
        tenorTables,
        fc.constantFrom(...COLUMNS),
        fc.bigInt({ min: 0n, max: MAX_TIME }),
        fc.integer({ min: 1, max: 32 }),
        fc.bigInt({ min: 0n, max: MAX_TIME }),
        (table, name, time, width, seed) => {
          const expiry = time + (seed >> BigInt(32 - width));
          check(table, name, expiry > MAX_TIME ? MAX_TIME : expiry, time);
          check(table, name, seed, time);
          const knot = table[Number(seed % 14n)]!.tauSeconds;
          if (time + knot <= MAX_TIME) check(table, name, time + knot, time);
        },
      ),
      { numRuns: 400 },
    );
  });

  /** Names another interval, all else following from it. */
  const inInterval = (wanted: number): Record<string, bigint> =>
    Object.fromEntries(
      [0, 1, 2, 3].map((i) => [`interval.bit[${i}]`, BigInt((wanted >> i) & 1)] as const),
    );

  test.each([
    ['a live position', 300_000n],
    ['one second to expiry', 1n],
    ['an expired position', -5n],
    ['at expiry', 0n],
    ['beyond the last knot', 200_000_000n],
  ])('refuse every interval but the true one: %s', (_, tau) => {
    const honest = inputs(KNOTS, 'volUpQ10', TIME + tau, TIME);
    const { 'interval.live': live } = circuit.signals(honest, ['interval.live']);
    expect(live).toBe(tau > 0n ? 1n : 0n);
    let accepted = 0;
    for (let interval = 0; interval < 16; interval += 1) {
      const forgery = circuit.forge({ inputs: honest, overrides: inInterval(interval) });
      if (forgery.violated.length === 0) accepted += 1;
      else expectRefusedOnlyBy(forgery, /interval\.(offset|room)Range|(wide|narrow)\.fallen/);
    }
    expect(accepted).toBe(1);
  });

  test('refuse an interval by bits that are no bits', () => {
    const honest = inputs(KNOTS, 'volUpQ10', TIME + 300_000n, TIME);
    const forgery = circuit.forge({
      inputs: honest,
      overrides: { 'interval.bit[0]': (bit) => bit + 2n, 'interval.bit[1]': (bit) => bit - 1n },
    });
    // The compiler writes a bit as the sum of the leaves that have it.
    expect(forgery.reasons[0]).toMatch(/^#\d+: \(1 \+ live \+ interval\.leaf\[2\]/);
    expectRefusedOnlyBy(forgery, /interval\.|fallen/);
  });

  test.each([
    ['wide', 1n, /wide\.fallen\.division\.remainderRange/],
    ['wide', -1n, /wide\.fallen\.division\.roomRange/],
    ['narrow', 1n, /narrow\.fallen\.division\.remainderRange/],
    ['narrow', -1n, /narrow\.fallen\.division\.roomRange/],
  ])('refuse a %s quotient off by %s', (name, error, names) => {
    const forgery = circuit.forge({
      inputs: inputs(KNOTS, 'volUpQ10', TIME + 300_001n, TIME),
      overrides: { [`${name}.fallen.division.quotient`]: (quotient) => quotient + error },
    });
    expectRefusedOnlyBy(forgery, names);
  });

  test('refuse the field’s quotient', () => {
    const honest = inputs(KNOTS, 'volUpQ10', TIME + 300_001n, TIME);
    const forgery = circuit.forge({
      inputs: honest,
      overrides: {
        'wide.fallen.division.quotient': (_, read) =>
          (read('wide.fallen.dividend') * inverse(read('wide.fallen.divisor'))) % FIELD,
      },
    });
    expectRefusedOnlyBy(forgery, /wide\.fallen\.quotientRange/);
  });

  test('cost 103, 94 and 91', () => {
    expect(circuit.constraints).toBe(103 + 94 + 91);
  });
});
