// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { rollMultiplierQ24 } from '../../../prover/risk/pricing/roll.ts';
import type { TenorValues } from '../../../prover/risk/pricing/tenor.ts';
import { ROLLS, VOL_SHOCKS, type VolShock } from '../../../prover/model/types.ts';
import {
  floorStdDevQ32,
  shockedStdDevQ42,
  volFactorQ10,
} from '../../../prover/risk/pricing/vol-shock.ts';
import { element, expectRefusedOnlyBy, openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';

const bits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n });
const bitsOf = (value: number, count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt((value >> i) & 1));

describe('VolFactor', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/vol-factor', 'VolFactor');
  });

  const COLUMN: Partial<Record<VolShock, keyof TenorValues>> = {
    up: 'volUpQ10',
    down: 'volDownQ10',
  };
  const inputs = (shock: VolShock, tenor: TenorValues, clampedKQ30: bigint) => ({
    volDirection: element(shock === 'up' ? 1n : shock === 'down' ? -1n : 0n),
    skewDirection: element(!shock.startsWith('skew') ? 0n : shock.endsWith('+') ? 1n : -1n),
    skewLinear: shock.startsWith('skewLinear') ? 1n : 0n,
    columnQ10: tenor[COLUMN[shock] ?? 'skewSlopeQ10'],
    skewCapQ10: tenor.skewCapQ10,
    kQ16: element(clampedKQ30 >> 14n),
    kNegative: clampedKQ30 < 0n ? 1n : 0n,
  });
  const check = (shock: VolShock, tenor: TenorValues, clampedKQ30: bigint): void => {
    const actual = circuit.signals(inputs(shock, tenor, clampedKQ30), ['factorQ10']);
    expect(actual.factorQ10).toBe(volFactorQ10(shock, tenor, clampedKQ30));
  };
  const tenor = fc.record({
    volUpQ10: bits(12),
    volDownQ10: bits(10),
    skewCapQ10: bits(10),
    skewSlopeQ10: bits(13),
    rollLogQ10: bits(7),
  });
  const clampedK = fc
    .tuple(fc.integer({ min: 1, max: 33 }), bits(33), fc.boolean())
    .map(([width, seed, minus]) =>
      minus ? -1n - (seed >> BigInt(33 - width)) : seed >> BigInt(33 - width),
    );

  test('agrees with the risk model in every shock', () => {
    fc.assert(
      fc.property(fc.constantFrom(...VOL_SHOCKS), tenor, clampedK, (shock, values, k) => {
        check(shock, values, k);
      }),
      { numRuns: 2_000 },
    );
  });

  test('has a witness at the corners, also where the sign of k is not that of k16', () => {
    for (const columnQ10 of [0n, 8191n, element(-127n)]) {
      for (const kQ16 of [element(-(1n << 19n)), (1n << 19n) - 1n, 0n]) {
        for (const kNegative of [0n, 1n]) {
          for (const skewLinear of [0n, 1n]) {
            const edge = {
              volDirection: 0n,
              skewDirection: 1n,
              skewLinear,
              columnQ10,
              skewCapQ10: 1023n,
            };
            expect(circuit.check(circuit.witness({ ...edge, kQ16, kNegative }))).toEqual([]);
          }
        }
      }
    }
  });

  const skewed = (): ReturnType<typeof inputs> =>
    inputs(
      'skewLinear-',
      { volUpQ10: 0n, volDownQ10: 0n, rollLogQ10: 0n, skewCapQ10: 300n, skewSlopeQ10: 900n },
      -(200n << 20n) - 77n,
    );

  test.each([
    ['a larger floor', 'low', (low: bigint) => low - (1n << 16n), /lowRange/],
    ['a smaller floor', 'low', (low: bigint) => low + (1n << 16n), /lowRange/],
    ['a fractional floor', 'low', (low: bigint) => low + 1n, /room\.folded|lowRange/],
    ['the cap where the floor is below it', 'room.negative', () => 1n, /room\.folded/],
  ])('refuses %s', (_, signal, lie, names) => {
    const forgery = circuit.forge({ inputs: skewed(), overrides: { [signal]: lie } });
    expectRefusedOnlyBy(forgery, names);
  });

  test('costs 41 constraints', () => {
    expect(circuit.constraints).toBe(41);
  });
});

describe('ShockedStdDev', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/shocked-std-dev', 'ShockedStdDev');
  });
  const MAX_STD_DEV = (3n << 34n) - 1n;
  /** ⌊2⁶⁴·65535²/(10⁸·31,536,000)⌋: what 16 bits of basis points can ask for. */
  const MAX_RATE = ((1n << 64n) * 65_535n ** 2n) / (10n ** 8n * 31_536_000n);

  const check = (stdDevQ32: bigint, factorQ10: bigint, rate: bigint, tau: bigint): void => {
    const actual = circuit.signals(
      { stdDevQ32, factorQ10, floorVarianceRateQ64: rate, positiveTau: tau },
      ['shockedQ32'],
    );
    const expected = shockedStdDevQ42('up', stdDevQ32, factorQ10, floorStdDevQ32(rate, tau)) >> 10n;
    expect(actual.shockedQ32).toBe(expected);
    expect(expected).toBeLessThan((1n << 39n) - (1n << 18n));
  };

  test('agrees with the risk model, with and without a floor that binds', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(fc.integer({ min: 0, max: 36 }), fc.bigInt(0n, MAX_STD_DEV))
          .map(([n, x]) => x >> BigInt(n)),
        fc.bigInt(1n, 5_119n),
        fc.oneof(fc.constant(0n), fc.bigInt(0n, MAX_RATE)),
        fc.tuple(fc.integer({ min: 0, max: 32 }), bits(32)).map(([n, x]) => x >> BigInt(n)),
        check,
      ),
      { numRuns: 1_000 },
    );
  });

  test('has a witness at the corners', () => {
    for (const stdDev of [0n, MAX_STD_DEV]) {
      for (const factor of [1n, 5_119n]) {
        for (const rate of [0n, MAX_RATE]) {
          for (const tau of [0n, 1n, (1n << 32n) - 1n]) check(stdDev, factor, rate, tau);
        }
      }
    }
  });

  const usual = {
    stdDevQ32: 500_000_001n,
    factorQ10: 1_333n,
    floorVarianceRateQ64: 1_000_000_000n,
    positiveTau: 3_600n,
  };
  test.each([
    [
      'a vol floor one too high',
      'volFloor.root',
      (x: bigint) => x + 1n,
      /volFloor\.remainderRange/,
    ],
    ['a vol floor one too low', 'volFloor.root', (x: bigint) => x - 1n, /volFloor\.roomRange/],
    ['a remainder beyond its divisor', 'low', (x: bigint) => x + 1_024n, /lowRange/],
    ['a negative remainder', 'low', (x: bigint) => x - 1_024n, /lowRange/],
    ['a fractional quotient', 'low', (x: bigint) => x ^ 1n, /excess\.folded/],
    ['the lesser of the two', 'excess.negative', (x: bigint) => 1n - x, /excess\.folded/],
  ])('refuses %s', (_, signal, lie, names) => {
    expectRefusedOnlyBy(circuit.forge({ inputs: usual, overrides: { [signal]: lie } }), names);
  });

  test('costs 134 constraints', () => {
    expect(circuit.constraints).toBe(134);
  });
});

describe('RollMultiplier', () => {
  test('agrees with the risk model for every roll there is', async () => {
    const circuit = await openTemplate('pricing/roll-multiplier', 'RollMultiplier');
    for (let rho = -127n; rho <= 127n; rho += 1n) {
      const { multiplierQ24 } = circuit.signals({ rollQ10: element(rho) }, ['multiplierQ24']);
      expect(multiplierQ24).toBe(rollMultiplierQ24(rho));
    }
    expect(circuit.constraints).toBe(52);
  });
});

describe('ScenarioTerms', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/scenario-terms', 'ScenarioTerms');
  });
  const ramp = (from: number, step: number): bigint[] =>
    Array.from({ length: 14 }, (_, i) => BigInt(from + step * i));
  const columns = {
    volUpQ10: ramp(400, -3),
    volDownQ10: ramp(200, -2),
    skewSlopeQ10: ramp(900, -5),
    rollLogQ10: ramp(1, 4),
  };
  const inputs = (vol: number, roll: number) => ({
    vol: bitsOf(vol, 3),
    roll: bitsOf(roll, 2),
    floorVarianceRateQ64: 12_345n,
    ...columns,
  });
  const NAMES = [
    'volDirection',
    'skewDirection',
    'skewLinear',
    'rollDirection',
    'maskedFloorVarianceRateQ64',
    'tenorColumnQ10[0]',
    'tenorColumnQ10[13]',
  ] as const;

  const EXPECTED: Record<
    VolShock,
    readonly [bigint, bigint, bigint, bigint, keyof typeof columns]
  > = {
    unchanged: [0n, 0n, 0n, 0n, 'volUpQ10'],
    up: [1n, 0n, 0n, 12_345n, 'volUpQ10'],
    down: [-1n, 0n, 0n, 0n, 'volDownQ10'],
    'skewLinear+': [0n, 1n, 1n, 0n, 'skewSlopeQ10'],
    'skewLinear-': [0n, -1n, 1n, 0n, 'skewSlopeQ10'],
    'skewAbs+': [0n, 1n, 0n, 0n, 'skewSlopeQ10'],
    'skewAbs-': [0n, -1n, 0n, 0n, 'skewSlopeQ10'],
  };

  test.each(VOL_SHOCKS.map((shock, code) => [shock, code] as const))(
    'decodes %s',
    (shock, code) => {
      const read = circuit.signals(inputs(code, 0), NAMES);
      const [vol, skew, linear, rate, column] = EXPECTED[shock];
      expect(NAMES.map((name) => signed(read[name]))).toEqual([
        vol,
        skew,
        linear,
        0n,
        rate,
        columns[column][0],
        columns[column][13],
      ]);
    },
  );

  test.each(ROLLS.map((roll, code) => [roll, code] as const))('decodes roll %s', (roll, code) => {
    const read = circuit.signals(inputs(0, code), NAMES);
    const rolled = roll !== 'none';
    expect(signed(read.rollDirection)).toBe(roll === 'up' ? 1n : roll === 'down' ? -1n : 0n);
    expect(signed(read['tenorColumnQ10[13]'])).toBe(
      rolled ? -columns.rollLogQ10[13]! : columns.volUpQ10[13],
    );
  });

  test('refuses codes that do not exist, and a roll together with a vol shock', () => {
    expect(() => circuit.witness(inputs(7, 0))).toThrow(UnsatisfiedCircuit);
    expect(() => circuit.witness(inputs(0, 3))).toThrow(UnsatisfiedCircuit);
    for (let vol = 1; vol <= 6; vol += 1) {
      expect(() => circuit.witness(inputs(vol, 1))).toThrow(UnsatisfiedCircuit);
      expect(() => circuit.witness(inputs(vol, 2))).toThrow(UnsatisfiedCircuit);
    }
    expect(circuit.constraints).toBe(49);
  });
});
