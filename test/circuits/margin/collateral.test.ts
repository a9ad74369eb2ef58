// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { packFields } from '../../../prover/commitments/pack.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parameterWords } from '../../../prover/commitments/parameters-words.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { haircutValueFloor, valueCollateral } from '../../../prover/risk/margin/collateral.ts';
import { min } from '../../../prover/risk/pricing/fixed-point.ts';
import type { Triple } from '../../../prover/model/types.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';
import { openTemplate } from '../arithmetic/template.ts';

const set = loadDefaultParameters();
const { assetWords: assetWord } = parameterWords(set);
const triple = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Triple<T>> =>
  fc.tuple(value, value, value);

describe('Collateral', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await compileHarness({
      name: 'valued-collateral',
      file: 'test/circuits/templates/valued-collateral.circom',
      template: 'ValuedCollateral',
      parameters: [],
    });
  });

  interface Market {
    readonly balanceE8: Triple<bigint>;
    readonly priceE4: Triple<bigint>;
    readonly rateQ30: Triple<bigint>;
    readonly indexE4: readonly [bigint, bigint];
  }

  const inputsOf = ({ balanceE8, priceE4, rateQ30, indexE4 }: Market) => ({
    balanceE8,
    collateralWord: packFields(
      priceE4.flatMap((price, c) => [
        ['price', 40, price] as const,
        ['rate', 32, rateQ30[c as 0 | 1 | 2]] as const,
      ]),
    ),
    indexE4,
    assetWord,
  });

  const expected = ({ balanceE8, priceE4, rateQ30, indexE4 }: Market): bigint[] => {
    const { collateral } = set.parameters;
    const price = (c: 0 | 1 | 2): bigint =>
      min(priceE4[c], (indexE4[collateral[c].underlying] * rateQ30[c]) >> 30n);
    const values = valueCollateral(balanceE8, [price(0), price(1), price(2)], set.parameters);
    const taken = values.reduce((sum, one) => sum + one.valueE6 - one.haircutValueE6, 0n);
    return [...values.map(({ haircutValueE6 }) => haircutValueE6), taken];
  };

  const values = (market: Market): bigint[] =>
    Object.values(
      circuit.signals(inputsOf(market), [
        'haircutValueE6[0]',
        'haircutValueE6[1]',
        'haircutValueE6[2]',
        'haircutE6',
      ]),
    );

  const index = fc.oneof(fc.bigInt(1n, 1n << 37n), fc.constantFrom(1n, 1n << 37n));
  const anyMarket: fc.Arbitrary<Market> = fc.record({
    balanceE8: triple(fc.oneof(fc.bigInt(0n, (1n << 56n) - 1n), fc.bigInt(0n, 10n ** 12n))),
    priceE4: triple(fc.oneof(fc.bigInt(0n, (1n << 40n) - 1n), fc.bigInt(1n, 10n ** 9n))),
    rateQ30: triple(fc.bigInt(0n, (1n << 32n) - 1n)),
    indexE4: fc.tuple(index, index),
  });

  test('is that of TypeScript over the whole ranges', () => {
    fc.assert(
      fc.property(anyMarket, (market) => {
        expect(values(market)).toEqual(expected(market));
      }),
      { numRuns: 200 },
    );
  });

  test('at the ends of every range, and around every tier', () => {
    const rateQ30: Triple<bigint> = [1n << 30n, 1n << 30n, 1n << 30n];
    const price = 10_000n;
    const { collateral } = set.parameters;
    for (const tier of [0, 1, 2] as const) {
      for (const unit of [-1n, 0n, 1n]) {
        // At a price of $1 a balance in E8 is a hundred times its value in E6.
        const balanceE8 = collateral.map(
          ({ tierThresholds }) => (tierThresholds[tier] * 10n ** 6n + unit) * 100n,
        ) as unknown as Triple<bigint>;
        const priceE4: Triple<bigint> = [price, price, price];
        const market = { balanceE8, priceE4, rateQ30, indexE4: [price, price] as const };
        expect(values(market)).toEqual(expected(market));
        const value = collateral[0].tierThresholds[tier] * 10n ** 6n + unit;
        expect(values(market)[0]).toBe(haircutValueFloor(value, collateral[0]));
      }
    }
    const top = (1n << 56n) - 1n;
    const most = (1n << 40n) - 1n;
    const largest: Market = {
      balanceE8: [top, top, top],
      priceE4: [most, most, most],
      rateQ30: [(1n << 32n) - 1n, (1n << 32n) - 1n, 0n],
      indexE4: [1n << 37n, 1n << 37n],
    };
    expect(values(largest)).toEqual(expected(largest));
  });

  test.each([
    ['price', { priceRemainder: 1n << 30n }],
    ['unit', { remainder: 10n ** 6n, fractionE6: -1n }],
    ['dollar', { fractionE6: 10n ** 6n }],
  ])('refuses one %s less, the rest called a remainder', (_, steps) => {
    const market: Market = {
      balanceE8: [123_456_789n, 0n, 987_654_321n],
      priceE4: [500_000_000n, 20_000_000n, 20_000_000n],
      rateQ30: [1n << 30n, 1n << 30n, (1n << 30n) - 7n],
      indexE4: [500_000_000n, 19_999_999n],
    };
    const overrides = Object.fromEntries(
      Object.entries(steps).map(([hint, step]) => [
        `collateral.value[2].${hint}`,
        (value: bigint) => value + step,
      ]),
    );
    const { reasons } = circuit.forge({ inputs: inputsOf(market), overrides });
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !/value\[2\]\.\w+(Range|Below)/.test(reason))).toEqual([]);
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(1749 + 216);
  });
});

describe('Bands', () => {
  let bands: CircuitUnderTest;
  const threshold = [10n, 10n, 1n << 20n];
  beforeAll(async () => {
    bands = await openTemplate('margin/bands', 'Bands', [24]);
  });

  test.each([
    [0n, [0n, 0n, 0n]],
    [9n, [0n, 0n, 0n]],
    [10n, [1n, 1n, 0n]],
    [(1n << 20n) - 1n, [1n, 1n, 0n]],
    [1n << 20n, [1n, 1n, 1n]],
    [(1n << 24n) - 1n, [1n, 1n, 1n]],
  ])('puts %d into its band, and into no other', (amount, above) => {
    const names = ['above[0]', 'above[1]', 'above[2]'] as const;
    expect(Object.values(bands.signals({ amount, threshold }, names))).toEqual(above);
    for (const forged of [0b000, 0b001, 0b010, 0b011, 0b100, 0b101, 0b110, 0b111]) {
      const flags = names.map((_, j) => BigInt((forged >> j) & 1));
      const overrides = Object.fromEntries(names.map((name, j) => [name, flags[j]!]));
      const { violated } = bands.forge({ inputs: { amount, threshold }, overrides });
      expect(violated.length === 0, flags.join()).toBe(flags.join() === above.join());
    }
  });

  test.each([-1n, 1n << 25n])('has no band for %d', (amount) => {
    expect(() => bands.witness({ amount, threshold })).toThrow(UnsatisfiedCircuit);
  });

  test('costs 2 · BITS + 11 constraints', () => {
    expect(bands.constraints).toBe(2 * 24 + 11);
  });
});
