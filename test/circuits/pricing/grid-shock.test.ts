// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { splitStdDev } from '../../../prover/risk/pricing/black76.ts';
import { rollMultiplierQ24 } from '../../../prover/risk/pricing/roll.ts';
import type { TenorValues } from '../../../prover/risk/pricing/tenor.ts';
import { VOL_SHOCKS } from '../../../prover/model/types.ts';
import {
  floorStdDevQ32,
  shockedStdDevQ42,
  volFactorQ10,
} from '../../../prover/risk/pricing/vol-shock.ts';
import { element, expectRefusedOnlyBy, openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';

const bits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n });
/** As many small numbers as large ones. */
const spread = (n: number): fc.Arbitrary<bigint> =>
  fc.tuple(fc.integer({ min: 0, max: n }), bits(n)).map(([width, x]) => x >> BigInt(n - width));
const clampedK = fc
  .tuple(spread(33), fc.boolean())
  .map(([magnitude, minus]) => (minus ? -1n - magnitude : magnitude));
const tenor: fc.Arbitrary<TenorValues> = fc.record({
  volUpQ10: bits(12),
  volDownQ10: bits(10),
  skewCapQ10: bits(10),
  skewSlopeQ10: bits(13),
  rollLogQ10: bits(7),
});

describe('SkewShifts', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/skew-shifts', 'SkewShifts');
  });
  const inputs = ({ skewSlopeQ10, skewCapQ10 }: TenorValues, k: bigint) => ({
    skewSlopeQ10,
    skewCapQ10,
    kQ16: element(k >> 14n),
    kNegative: k < 0n ? 1n : 0n,
  });

  test('agrees with the risk model in all four skews', () => {
    fc.assert(
      fc.property(tenor, clampedK, (values, k) => {
        const read = circuit.signals(inputs(values, k), ['linearQ10', 'absoluteQ10']);
        const [linear, absolute] = [signed(read.linearQ10), signed(read.absoluteQ10)];
        expect([1024n + linear, 1024n - linear, 1024n + absolute, 1024n - absolute]).toEqual(
          (['skewLinear+', 'skewLinear-', 'skewAbs+', 'skewAbs-'] as const).map((shock) =>
            volFactorQ10(shock, values, k),
          ),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('has a witness at the corners, also where the sign of k is not that of k16', () => {
    for (const skewSlopeQ10 of [0n, 8191n]) {
      for (const skewCapQ10 of [0n, 1023n]) {
        for (const kQ16 of [element(-(1n << 19n)), (1n << 19n) - 1n, 0n]) {
          for (const kNegative of [0n, 1n]) {
            const edge = { skewSlopeQ10, skewCapQ10, kQ16, kNegative };
            expect(circuit.check(circuit.witness(edge))).toEqual([]);
          }
        }
      }
    }
  });

  test.each([
    ['a larger floor', 'low', (low: bigint) => low - (1n << 16n), /lowRange|whole/],
    ['a smaller floor', 'low', (low: bigint) => low + (1n << 16n), /lowRange|whole/],
    ['a fractional floor', 'low', (low: bigint) => low + 1n, /room|lowRange|whole/],
    ['the cap where the floor is below it', 'room.negative', () => 1n, /room\.folded/],
  ])('refuses %s', (_, signal, lie, names) => {
    const values = {
      volUpQ10: 0n,
      volDownQ10: 0n,
      rollLogQ10: 0n,
      skewCapQ10: 300n,
      skewSlopeQ10: 900n,
    };
    const forgery = circuit.forge({
      inputs: inputs(values, -(200n << 20n) - 77n),
      overrides: { [signal]: lie },
    });
    expectRefusedOnlyBy(forgery, names);
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(43);
  });
});

describe('ShockedStdDevs', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/shocked-std-devs', 'ShockedStdDevs');
  });
  /** 24 at Q32: from here on a deviation counts as 24. */
  const WIDE = 3n << 35n;
  const MAX_STD_DEV = (3n << 34n) - 1n;
  /** ⌊2⁶⁴·65535²/(10⁸·31,536,000)⌋: what 16 bits of basis points can ask for. */
  const MAX_RATE = ((1n << 64n) * 65_535n ** 2n) / (10n ** 8n * 31_536_000n);

  const check = (stdDevQ32: bigint, values: TenorValues, k: bigint, rate: bigint, tau: bigint) => {
    const { volUpQ10, volDownQ10, skewCapQ10, skewSlopeQ10 } = values;
    const names = VOL_SHOCKS.flatMap((_, code) =>
      ['hi', 'loQ32', 'coarseQ20', 'halfSquareQ36'].map((name) => `${name}[${code}]`),
    );
    const inputs = {
      stdDevQ32,
      volUpQ10,
      volDownQ10,
      skewCapQ10,
      skewSlopeQ10,
      kQ16: element(k >> 14n),
      kNegative: k < 0n ? 1n : 0n,
      floorVarianceRateQ64: rate,
      positiveTau: tau,
    };
    const read = circuit.signals(inputs, names);
    VOL_SHOCKS.forEach((shock, code) => {
      const z = shockedStdDevQ42(
        shock,
        stdDevQ32,
        volFactorQ10(shock, values, k),
        floorStdDevQ32(rate, tau),
      );
      const wide = z >> 10n >= WIDE;
      const { cells, remainderQ32, coarseQ20, halfQ16 } = splitStdDev(wide ? WIDE << 10n : z, 10n);
      const actual = [`hi`, `coarseQ20`, `halfSquareQ36`].map((name) => read[`${name}[${code}]`]);
      expect(actual, shock).toEqual([cells, coarseQ20, coarseQ20 * halfQ16]);
      if (!wide) expect(signed(read[`loQ32[${code}]`]!), shock).toBe(remainderQ32);
    });
  };

  test('agrees with the risk model under every shock', () => {
    const stdDev = fc
      .tuple(fc.integer({ min: 0, max: 36 }), fc.bigInt(0n, MAX_STD_DEV))
      .map(([n, x]) => x >> BigInt(n));
    const rate = fc.oneof(fc.constant(0n), fc.bigInt(0n, MAX_RATE));
    fc.assert(fc.property(stdDev, tenor, clampedK, rate, spread(32), check), { numRuns: 300 });
  });

  test('has a witness at the corners', () => {
    const most = {
      volUpQ10: 4095n,
      volDownQ10: 1023n,
      skewCapQ10: 1023n,
      skewSlopeQ10: 8191n,
      rollLogQ10: 0n,
    };
    for (const stdDev of [0n, 1n, MAX_STD_DEV]) {
      for (const k of [-(1n << 33n), (1n << 33n) - 1n]) {
        for (const tau of [0n, (1n << 32n) - 1n]) check(stdDev, most, k, MAX_RATE, tau);
      }
    }
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(656);
  });
});

describe('RollMultipliers', () => {
  test('agrees with the risk model for every roll there is', async () => {
    const circuit = await openTemplate('pricing/roll-multipliers', 'RollMultipliers');
    for (let rho = 0n; rho <= 127n; rho += 1n) {
      expect(circuit.signals({ rollQ10: rho }, ['upQ24', 'downQ24'])).toEqual({
        upQ24: rollMultiplierQ24(rho),
        downQ24: rollMultiplierQ24(-rho),
      });
    }
    expect(circuit.constraints).toBe(81);
  });
});
