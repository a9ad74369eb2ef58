// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { normalDistribution, Real } from '../../../../scripts/accuracy/reference.ts';
import {
  black76Call,
  splitStdDev,
  stdDevOfSplitQ32,
} from '../../../../prover/risk/pricing/black76.ts';
import {
  divCeil,
  divFloor,
  mulCeil,
  mulFloor,
  shiftCeil,
} from '../../../../prover/risk/pricing/fixed-point.ts';
import {
  coarseLogMoneynessQ20,
  logarithmQ72,
  logMoneynessQ30,
} from '../../../../prover/risk/pricing/logarithm.ts';
import {
  normalCdfQ128,
  normalDensityQ96,
  ONE_Q128,
} from '../../../../prover/risk/pricing/normal-distribution.ts';
import { sqrtFloor } from '../../../../prover/risk/pricing/square-root.ts';
import { SEED } from '../../../support/arbitraries.ts';
import { casesOf } from '../../../support/cases.ts';

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns: casesOf(1000) });

const priceE4 = fc
  .tuple(fc.integer({ min: 0, max: 39 }), fc.bigInt(0n, 2n ** 39n - 1n))
  .map(([bits, fraction]) => (1n << BigInt(bits)) + (fraction >> BigInt(39 - bits)));

const xQ20Of = (forward: bigint, strike: bigint): bigint =>
  coarseLogMoneynessQ20(logMoneynessQ30(logarithmQ72(strike), logarithmQ72(forward)));

const callAt = (forward: bigint, strike: bigint, stdDevQ32: bigint): bigint =>
  black76Call(forward, strike, xQ20Of(forward, strike), splitStdDev(stdDevQ32, 0n)).valueQ128;

const inUnits = (valueQ128: bigint): number => Number(valueQ128 >> 64n) / 2 ** 64;

describe('fixed point', () => {
  it('rounds quotients towards their names', () => {
    check(fc.tuple(fc.bigInt(-(2n ** 90n), 2n ** 90n), fc.bigInt(1n, 2n ** 70n)), ([a, b]) => {
      const floor = divFloor(a, b);
      expect(floor * b <= a && a < (floor + 1n) * b).toBe(true);
      const ceil = divCeil(a, b);
      expect((ceil - 1n) * b < a && a <= ceil * b).toBe(true);
      expect(mulFloor(a, 3n, b)).toBe(divFloor(3n * a, b));
      expect(mulCeil(a, 3n, b)).toBe(divCeil(3n * a, b));
      expect(shiftCeil(a, 20n)).toBe(divCeil(a, 1n << 20n));
    });
  });

  it('refuses to divide by nothing or less', () => {
    expect(() => divFloor(1n, 0n)).toThrow('expected b >= 1');
    expect(() => divCeil(1n, -1n)).toThrow('expected b >= 1');
  });

  it('takes exact integer square roots', () => {
    check(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.bigInt(0n, 2n ** 200n)), ([bits, x]) => {
      const n = x >> BigInt(200 - bits);
      const root = sqrtFloor(n);
      expect(root * root <= n && n < (root + 1n) * (root + 1n)).toBe(true);
      expect(sqrtFloor(root * root)).toBe(root);
      if (root > 0n) expect(sqrtFloor(root * root - 1n)).toBe(root - 1n);
    });
    expect([0n, 1n, 2n, 3n, 4n].map(sqrtFloor)).toEqual([0n, 1n, 1n, 1n, 2n]);
    expect(() => sqrtFloor(-1n)).toThrow('expected n >= 0');
  });
});

describe('logarithm', () => {
  it('is within 3e-10 of the logarithm over the whole range of prices', () => {
    const scale = new Real(2).pow(72);
    const edges = [1n, 2n, 3n, 2n ** 39n - 1n, 2n ** 39n, 2n ** 40n - 1n];
    const error = (n: bigint): number =>
      new Real(String(logarithmQ72(n)))
        .div(scale)
        .sub(Real.ln(String(n)))
        .abs()
        .toNumber();
    for (const n of edges) expect(error(n), String(n)).toBeLessThan(3e-10);
    fc.assert(
      fc.property(priceE4, (n) => {
        expect(error(n)).toBeLessThan(3e-10);
      }),
      { seed: SEED, numRuns: casesOf(500) },
    );
  });

  it('refuses what is no price', () => {
    expect(() => logarithmQ72(0n)).toThrow('expected 1 <= n < 2^40');
    expect(() => logarithmQ72(2n ** 40n)).toThrow('expected 1 <= n < 2^40');
  });
});

describe('normal distribution', () => {
  it('joins its intervals and both ends without a step above 1e-9', () => {
    for (let edge = 8192n; edge <= 65_536n; edge += 8192n) {
      const step = Number(normalCdfQ128(edge) - normalCdfQ128(edge - 1n)) / 2 ** 128;
      const exact = normalDistribution(new Real(String(edge)).add(0.5).div(8192))
        .sub(normalDistribution(new Real(String(edge)).sub(0.5).div(8192)))
        .toNumber();
      expect(Math.abs(step - exact), String(edge)).toBeLessThan(1e-9);
    }
    expect(normalCdfQ128(65_536n)).toBe(ONE_Q128);
    expect(normalDensityQ96(65_536n)).toBe(0n);
  });
});

describe('split standard deviation', () => {
  it('keeps every bit of a standard deviation of at least 2^-14', () => {
    check(fc.bigInt(2n ** 18n, 2n ** 39n), (stdDevQ32) => {
      const split = splitStdDev(stdDevQ32, 0n);
      expect(stdDevOfSplitQ32(split)).toBe(stdDevQ32);
      expect(split.remainderQ32).toBeGreaterThanOrEqual(-(2n ** 18n));
      expect(split.remainderQ32).toBeLessThan(2n ** 18n);
      expect(splitStdDev(stdDevQ32 << 10n, 10n)).toEqual(split);
    });
  });

  it('floors what is smaller at 2^-14', () => {
    for (const stdDevQ32 of [0n, 1n, 2n ** 18n - 1n]) {
      expect(stdDevOfSplitQ32(splitStdDev(stdDevQ32, 0n))).toBe(2n ** 18n);
    }
    expect(stdDevOfSplitQ32(splitStdDev(2n ** 18n, 0n))).toBe(2n ** 18n);
  });
});

describe('Black-76', () => {
  const stdDevQ32 = fc
    .tuple(fc.integer({ min: 18, max: 38 }), fc.bigInt(0n, 2n ** 38n - 1n))
    .map(([bits, fraction]) => (1n << BigInt(bits)) + (fraction >> BigInt(38 - bits)));

  it('leaves call and put worth nothing or more, however far out, short or long', () => {
    const forwards = [1n, 7n, 10_000n, 678_476_400n, 2n ** 37n, 2n ** 40n - 1n];
    for (const forward of forwards) {
      for (let log = -13; log <= 13; log += 0.217) {
        const strike = BigInt(Math.round(Number(forward) * Math.exp(log)));
        if (strike < 1n || strike >= 2n ** 40n) continue;
        for (let bits = -15; bits < 7; bits += 0.37) {
          const call = callAt(forward, strike, BigInt(Math.floor(2 ** (32 + bits))));
          const put = call - ((forward - strike) << 128n);
          if (call < 0n || put < 0n) expect.fail(`negative at ${forward} ${strike} 2^${bits}`);
        }
      }
    }
  });

  it('leaves them so within fourteen standard deviations, and with the log move of a scenario', () => {
    const forward = 678_476_400n;
    for (let bits = -14.5; bits < 4; bits += 0.251) {
      const width = 2 ** bits;
      const split = splitStdDev(BigInt(Math.floor(width * 2 ** 32)), 0n);
      for (let deviation = -14; deviation <= 14; deviation += 0.0613) {
        const strike = BigInt(Math.round(Number(forward) * Math.exp(deviation * width)));
        if (strike < 1n || strike >= 2n ** 40n) continue;
        // A rolled multiplier is off its log move by up to 3e-7; five times that on either side.
        for (const slip of [-2n, 0n, 2n]) {
          const call = black76Call(
            forward,
            strike,
            xQ20Of(forward, strike) + slip,
            split,
          ).valueQ128;
          const put = call - ((forward - strike) << 128n);
          if (call < 0n || put < 0n) expect.fail(`negative at ${strike} 2^${bits} ${slip}`);
        }
      }
    }
  });

  it('leaves them so where the polynomials meet, which is where they fall short most', () => {
    const forward = 2n ** 40n - 7n;
    for (let bits = -14; bits < 2; bits += 0.37) {
      const width = 2 ** bits;
      const stdDev = BigInt(Math.floor(width * 2 ** 32));
      for (let d1 = -8; d1 <= 8; d1 += 1) {
        for (let step = -40; step <= 40; step += 1) {
          const near = d1 + (step * 6e-5 + (step * 5e-7) / width);
          const log = (near - width / 2) * width;
          const strike = BigInt(Math.round(Number(forward) * Math.exp(-log)));
          if (strike < 1n || strike >= 2n ** 40n) continue;
          const call = callAt(forward, strike, stdDev);
          const put = call - ((forward - strike) << 128n);
          // Not merely above zero: half the margin is to spare.
          const least = ((forward + strike) << 88n) / 2n;
          if (call < least || put < least) expect.fail(`${call} ${put} at ${strike} 2^${bits}`);
        }
      }
    }
  });

  it('never leaves the bounds of no arbitrage by more than 2e-8 of forward and strike', () => {
    check(fc.tuple(priceE4, priceE4, stdDevQ32), ([forward, strike, width]) => {
      const call = callAt(forward, strike, width);
      const slack = ((forward + strike) << 128n) / 50_000_000n;
      expect(call <= (forward << 128n) + slack).toBe(true);
      expect(call >= ((forward - strike) << 128n) - slack).toBe(true);
    });
  });

  it('falls with the strike and rises with volatility, up to its error', () => {
    const near = fc.bigInt(100_000n, 10n ** 10n);
    const steps = fc.tuple(near, fc.bigInt(50n, 2000n), fc.bigInt(1n, 500n), stdDevQ32);
    check(steps, ([forward, permille, wider, width]) => {
      const strike = (forward * permille) / 1000n + 1n;
      const slack = inUnits(((forward + strike) << 128n) / 50_000_000n);
      const here = inUnits(callAt(forward, strike, width));
      const higherStrike = inUnits(callAt(forward, strike + (strike * wider) / 1000n, width));
      const morevolatile = inUnits(callAt(forward, strike, width + (width * wider) / 1000n));
      expect(higherStrike).toBeLessThanOrEqual(here + slack);
      expect(morevolatile).toBeGreaterThanOrEqual(here - slack);
    });
  });

  it('scales exactly: a scenario that moves nothing prices the mark', () => {
    check(fc.tuple(priceE4, priceE4, stdDevQ32), ([forward, strike, width]) => {
      const x = xQ20Of(forward, strike);
      const split = splitStdDev(width, 0n);
      const mark = black76Call(forward, strike, x, split);
      const scaled = black76Call(forward << 24n, strike << 24n, x, split);
      expect(scaled.valueQ128).toBe(mark.valueQ128 << 24n);
    });
  });

  it('is total at the ends of prices and widths', () => {
    const ends = [1n, 2n ** 40n - 1n];
    for (const forward of ends) {
      for (const strike of ends) {
        for (const width of [0n, 2n ** 18n, 2n ** 39n - 1n]) {
          const call = callAt(forward, strike, width);
          expect(call).toBeGreaterThanOrEqual(0n);
          expect(call).toBeLessThanOrEqual((forward << 128n) + ((forward + strike) << 88n));
        }
      }
    }
  });
});
