// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { instrumentKey, KIND_CODES } from '../../../prover/commitments/instrument.ts';
import type { InstrumentKind, Position } from '../../../prover/model/types.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { optionGroups } from '../../../prover/risk/margin/uncovered.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';
import { element } from '../arithmetic/template.ts';

const COUNT = 16;
const MOST = 2n ** 26n - 1n;
const LEAST = -(2n ** 26n);
const TOP_STRIKE = 2n ** 40n - 1n;

const position = (
  kind: InstrumentKind,
  expiry: bigint,
  strikeE4: bigint,
  lots: bigint,
  underlying: 0 | 1 = 0,
): Position => ({ instrument: { underlying, kind, expiry, strikeE4 }, lots });

const ordered = (positions: readonly Position[]): Position[] =>
  positions.toSorted((left, right) =>
    instrumentKey(left.instrument) < instrumentKey(right.instrument) ? -1 : 1,
  );

/** Expiries from `SETTLED` on are still open. */
const SETTLED = 5n;

function inputsOf(positions: readonly Position[]): CircuitInputs {
  const slots = Array.from({ length: COUNT }, (_, index) => positions[index]);
  return {
    underlying: slots.map((slot) => BigInt(slot?.instrument.underlying ?? 0)),
    kind: slots.map((slot) => (slot === undefined ? 0n : KIND_CODES[slot.instrument.kind])),
    expiry: slots.map((slot) => slot?.instrument.expiry ?? 0n),
    strikeE4: slots.map((slot) => slot?.instrument.strikeE4 ?? 0n),
    lots: slots.map((slot) => element(slot?.lots ?? 0n)),
    isSettled: slots.map((slot) => (isSettled(slot) ? 1n : 0n)),
  };
}

const isSettled = (slot: Position | undefined): boolean =>
  slot !== undefined && slot.instrument.expiry > 0n && slot.instrument.expiry < SETTLED;

/** By the model: at the last place of each group that is not settled. */
function expected(positions: readonly Position[]): bigint[] {
  const lots = new Array<bigint>(COUNT).fill(0n);
  const open = positions.filter((slot) => !isSettled(slot));
  for (const { places, uncoveredLots } of optionGroups(open)) {
    lots[positions.indexOf(open[places.at(-1)!]!)] = uncoveredLots;
  }
  return lots;
}

const NAMES = Array.from({ length: COUNT }, (_, index) => `uncoveredLots[${index}]`);

describe('UncoveredOptions', () => {
  let circuit: CircuitUnderTest;
  const uncovered = (positions: readonly Position[]): bigint[] => {
    const values = circuit.signals(inputsOf(positions), NAMES) as Record<string, bigint>;
    return NAMES.map((name) => values[name]!);
  };

  beforeAll(async () => {
    circuit = await compileHarness({
      name: 'uncovered-slots-16',
      file: 'test/circuits/templates/uncovered-slots.circom',
      template: 'UncoveredSlots',
      parameters: [COUNT],
    });
  }, 300_000);

  const lots = fc.oneof(
    fc.constantFrom(LEAST, MOST, 1n, -1n, 0n),
    fc.bigInt(-5n, 5n),
    fc.bigInt(LEAST, MOST),
  );
  const strikeE4 = fc.oneof(fc.bigInt(1n, 6n), fc.constant(TOP_STRIKE), fc.bigInt(1n, TOP_STRIKE));
  const options = fc.record({
    instrument: fc.record({
      underlying: fc.constantFrom<0 | 1>(0, 1),
      kind: fc.constantFrom<InstrumentKind>('call', 'put', 'put'),
      expiry: fc.constantFrom(4n, 5n, 2n ** 32n - 1n),
      strikeE4,
    }),
    lots,
  });
  const others = fc.record({
    instrument: fc.constantFrom(
      { underlying: 0 as const, kind: 'perpetual' as const, expiry: 0n, strikeE4: 0n },
      { underlying: 0 as const, kind: 'future' as const, expiry: 5n, strikeE4: 0n },
      { underlying: 1 as const, kind: 'future' as const, expiry: 4n, strikeE4: 0n },
    ),
    lots,
  });

  test('is what the model leaves uncovered, group by group', () => {
    const portfolios = fc
      .uniqueArray(fc.oneof({ arbitrary: options, weight: 6 }, { arbitrary: others, weight: 1 }), {
        maxLength: COUNT,
        selector: ({ instrument }) => instrumentKey(instrument),
        size: 'max',
      })
      .map(ordered);
    fc.assert(
      fc.property(portfolios, (positions) => {
        expect(uncovered(positions)).toEqual(expected(positions));
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  const K = 1_000n;
  test.each<[string, readonly Position[], bigint]>([
    ['a short call', [position('call', 9n, K, -7n)], 7n],
    ['a call spread either way', [position('call', 9n, K, -7n), position('call', 9n, 2n, 7n)], 0n],
    ['a ratio of calls', [position('call', 9n, 2n, 3n), position('call', 9n, K, -7n)], 4n],
    ['a put spread paid for', [position('put', 9n, 2n, -7n), position('put', 9n, K, 7n)], 0n],
    ['a put spread sold', [position('put', 9n, 2n, 7n), position('put', 9n, K, -7n)], 0n],
    ['puts that pay at zero', [position('put', 9n, 1n, -3n), position('put', 9n, 3n, 1n)], 0n],
    ['puts that owe one at zero', [position('put', 9n, 1n, -4n), position('put', 9n, 3n, 1n)], 3n],
    ['another expiry', [position('call', 8n, K, 7n), position('call', 9n, K, -7n)], 7n],
    ['another kind', [position('call', 9n, K, -7n), position('put', 9n, K, 7n)], 7n],
    ['another underlying', [position('put', 9n, K, -7n), position('put', 9n, K, 7n, 1)], 7n],
    ['settled ones', [position('put', 3n, K, -7n), position('call', 3n, K, -7n)], 0n],
    [
      'the most that can be written',
      Array.from({ length: COUNT }, (_, i) => position('put', 9n, TOP_STRIKE - BigInt(i), LEAST)),
      2n ** 30n,
    ],
  ])('of %s', (_, positions, total) => {
    const found = uncovered(ordered(positions));
    expect(found).toEqual(expected(ordered(positions)));
    expect(found.reduce((sum, part) => sum + part, 0n)).toBe(total);
  });

  describe('cannot be understated', () => {
    const short = ordered([
      position('put', 9n, 2n, -7n),
      position('put', 9n, K, 1n),
      position('put', 9n, 2n * K, -5n),
    ]);
    const inputs = inputsOf(short);

    test('by calling the sum of the lots positive', () => {
      const { reasons } = circuit.forge({
        inputs,
        overrides: { 'uncovered.net[2].negative': 0n },
      });
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.filter((reason) => !/uncovered\.net\[2\]/.test(reason))).toEqual([]);
    });

    test('by calling what the group owes at zero a payment', () => {
      const { reasons } = circuit.forge({
        inputs,
        overrides: { 'uncovered.atZero[2].negative': 0n },
      });
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.filter((reason) => !/uncovered\.atZero\[2\]/.test(reason))).toEqual([]);
    });

    test('by tearing a group apart, or joining two', () => {
      for (const [at, out] of [
        [1, 0n],
        [3, 1n],
      ] as const) {
        const { reasons } = circuit.forge({
          inputs,
          overrides: { [`uncovered.continues[${at}].out`]: out },
        });
        expect(reasons.length).toBeGreaterThan(0);
        expect(reasons.join()).toMatch(new RegExp(`continues\\[${at}\\]`));
      }
    });
  });

  test('costs what its doc block says', () => {
    const slots = COUNT * 111 + (COUNT - 1) * 78;
    expect(circuit.constraints - slots - COUNT).toBe(COUNT * (106 + 2 * 4) - 5);
  });
});
