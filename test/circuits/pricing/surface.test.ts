// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import {
  clampLogMoneynessQ30,
  totalStdDevQ32,
  totalVarianceQ64,
} from '../../../prover/risk/pricing/svi.ts';
import type { LiveSlice } from '../../../prover/model/types.ts';
import { element, expectRefusedOnlyBy, openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';

const signedBits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: -(1n << BigInt(n - 1)), max: (1n << BigInt(n - 1)) - 1n });
const bits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n });

describe('ClampedLogMoneyness', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/clamped-log-moneyness', 'ClampedLogMoneyness');
  });

  const inputs = (kQ30: bigint, kMinQ10: bigint, kMaxQ10: bigint): Record<string, bigint> => ({
    kQ30: element(kQ30),
    kQ16: element(kQ30 >> 14n),
    kQ10: element(kQ30 >> 20n),
    kMinQ10: element(kMinQ10),
    kMaxQ10: element(kMaxQ10),
  });
  const check = (kQ30: bigint, kMinQ10: bigint, kMaxQ10: bigint): void => {
    const actual = circuit.signals(inputs(kQ30, kMinQ10, kMaxQ10), ['clampedKQ30', 'clampedKQ16']);
    const expected = clampLogMoneynessQ30(kQ30, { kMinQ10, kMaxQ10 });
    expect([signed(actual.clampedKQ30), signed(actual.clampedKQ16)]).toEqual([
      expected,
      expected >> 14n,
    ]);
  };

  test('holds k inside the fitted range, one unit at either side of both ends', () => {
    for (const [low, high] of [
      [-8192n, 8191n],
      [-1n, 1n],
      [-300n, 200n],
      // The zero words of an expired slice, and a range that no feed may sign.
      [-8192n, -8192n],
      [200n, -300n],
    ] as const) {
      for (const end of [low << 20n, high << 20n]) {
        for (const step of [-1n << 20n, -1n, 0n, 1n, 1n << 20n]) check(end + step, low, high);
      }
      check(-(1n << 35n), low, high);
      check((1n << 35n) - 1n, low, high);
    }
  });

  test('agrees with the risk model for every k and range', () => {
    fc.assert(fc.property(signedBits(36), signedBits(14), signedBits(14), check), { numRuns: 500 });
    fc.assert(fc.property(signedBits(32), signedBits(14), signedBits(14), check), { numRuns: 500 });
  });

  test.each([
    ['k is below, but said to be inside', -400n << 20n],
    ['k is inside, but said to be below', 0n],
  ])('refuses a forged comparison: %s', (_, kQ30) => {
    // The comparator's verdict is the top bit of its decomposition.
    const comparator = circuit.symbols.matching(/^LessThan.*n2b\.out\[16\]$/)[0]!;
    const forgery = circuit.forge({
      inputs: inputs(kQ30, -300n, 200n),
      overrides: { [comparator]: (bit) => 1n - bit },
    });
    expectRefusedOnlyBy(forgery, /LessThan.*n2b\.out/);
  });

  test('costs 38 constraints', () => {
    expect(circuit.constraints).toBe(38);
  });
});

describe('SviStdDev', () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openTemplate('pricing/svi-std-dev', 'SviStdDev');
  });
  type Svi = Pick<LiveSlice, 'aQ44' | 'bQ30' | 'cQ30' | 'mQ24' | 'sigmaQ24'>;

  const inputs = (kQ30: bigint, slice: Svi): Record<string, bigint> =>
    Object.fromEntries(
      (['aQ44', 'bQ30', 'cQ30', 'mQ24', 'sigmaQ24'] as const)
        .map((name) => [name, element(slice[name])] as const)
        .concat([['kQ30' as never, element(kQ30)]]),
    );
  const check = (kQ30: bigint, slice: Svi): void => {
    const expected = totalStdDevQ32(slice as LiveSlice, kQ30);
    expect(circuit.signals(inputs(kQ30, slice), ['stdDevQ32']).stdDevQ32).toBe(expected);
  };
  /** Any slice that fits the word, arbitrage or not. */
  const anySlice = fc.record({
    aQ44: signedBits(48),
    bQ30: bits(32),
    cQ30: signedBits(33),
    mQ24: signedBits(28),
    sigmaQ24: bits(27),
  });

  test('agrees with the risk model on every slice that fits its word', () => {
    fc.assert(fc.property(signedBits(34), anySlice, check), { numRuns: 1_000 });
  });

  test('agrees with the risk model on quiet slices of small variance of either sign', () => {
    const quiet = fc.record({
      aQ44: signedBits(20),
      bQ30: bits(12),
      cQ30: signedBits(12),
      mQ24: signedBits(16),
      sigmaQ24: bits(16),
    });
    fc.assert(fc.property(signedBits(30), quiet, check), { numRuns: 500 });
  });

  test('takes the extremes of every field: nothing is unpriceable', () => {
    for (const kQ30 of [-(1n << 33n), (1n << 33n) - 1n]) {
      for (const aQ44 of [-(1n << 47n), (1n << 47n) - 1n]) {
        for (const bQ30 of [0n, (1n << 32n) - 1n]) {
          for (const cQ30 of [-(1n << 32n), (1n << 32n) - 1n]) {
            for (const mQ24 of [-(1n << 27n), (1n << 27n) - 1n]) {
              for (const sigmaQ24 of [0n, (1n << 27n) - 1n]) {
                check(kQ30, { aQ44, bQ30, cQ30, mQ24, sigmaQ24 });
              }
            }
          }
        }
      }
    }
  });

  const positive: Svi = {
    aQ44: 1n << 40n,
    bQ30: 1n << 28n,
    cQ30: -(1n << 27n),
    mQ24: 0n,
    sigmaQ24: 1n << 21n,
  };
  const negative: Svi = { ...positive, aQ44: -(1n << 44n), bQ30: 0n, cQ30: 0n };

  test('refuses the other sign of a variance, both ways', () => {
    expect(totalVarianceQ64(positive as LiveSlice, 5n)).toBeGreaterThan(0n);
    expect(totalVarianceQ64(negative as LiveSlice, 5n)).toBeLessThan(0n);
    const hide = circuit.forge({ inputs: inputs(5n, positive), overrides: { negative: 1n } });
    expectRefusedOnlyBy(hide, /absoluteRoot/);
    const invent = circuit.forge({ inputs: inputs(5n, negative), overrides: { negative: 0n } });
    expectRefusedOnlyBy(invent, /absoluteRoot/);
    // A sign that is no bit: −1 gives 3·V, whose root is a fine number.
    const third = circuit.forge({
      inputs: inputs(5n, positive),
      overrides: { negative: -1n },
    });
    expectRefusedOnlyBy(third, /^#\d+: \((1 \+ )?negative\) \*|negative/);
  });

  test('gives 0 for a variance of 0 whatever sign the prover names', () => {
    const zero: Svi = { aQ44: 0n, bQ30: 0n, cQ30: 0n, mQ24: 0n, sigmaQ24: 9n };
    for (const sign of [0n, 1n]) {
      const forgery = circuit.forge({ inputs: inputs(7n, zero), overrides: { negative: sign } });
      expect(forgery.violated).toEqual([]);
      expect(forgery.read('stdDevQ32')).toBe(0n);
    }
  });

  test.each([
    ['root.root', 1n],
    ['root.root', -1n],
    ['absoluteRoot.root', 1n],
    ['absoluteRoot.root', -1n],
  ])('refuses %s off by %s', (name, error) => {
    const forgery = circuit.forge({
      inputs: inputs(5n, positive),
      overrides: { [name]: (root) => root + error },
    });
    expectRefusedOnlyBy(
      forgery,
      new RegExp(`${name.replace('.root', '')}\\.(remainder|room)Range`),
    );
  });

  test('costs 155 constraints and refuses a wider slice', () => {
    expect(circuit.constraints).toBe(155);
    expect(() => circuit.witness(inputs(1n << 40n, positive))).toThrow(UnsatisfiedCircuit);
  });
});
