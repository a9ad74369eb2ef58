// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  black76Call,
  black76Put,
  normalDistribution,
  Real,
} from '../../../../scripts/accuracy/reference.ts';
import {
  blackPrice,
  blackVega,
  impliedStdDev,
  normalCdf,
} from '../../../../prover/market/surface/black.ts';

const terms = fc.record({
  kind: fc.constantFrom('call' as const, 'put' as const),
  forward: fc.double({ min: 1, max: 1e6, noNaN: true }),
  k: fc.double({ min: -2, max: 2, noNaN: true }),
  stdDev: fc.double({ min: 0.005, max: 3, noNaN: true }),
});

describe('Black-76 in doubles', () => {
  it('has the normal distribution to 11 digits, also where it is small', () => {
    for (let x = -30; x <= 9; x += 0.37) {
      const exact = normalDistribution(new Real(x));
      const gap = new Real(normalCdf(x)).div(exact).sub(1).abs().toNumber();
      expect(gap, `N(${x})`).toBeLessThan(2e-12);
    }
  });

  it('prices to 13 digits of the forward', () => {
    fc.assert(
      fc.property(terms, ({ kind, forward, k, stdDev }) => {
        const strike = forward * Math.exp(k);
        const reference = kind === 'call' ? black76Call : black76Put;
        const exact = reference(new Real(forward), new Real(strike), new Real(stdDev)).toNumber();
        const error = Math.abs(blackPrice(kind, forward, strike, stdDev) - exact);
        expect(error / Math.max(forward, strike)).toBeLessThan(1e-13);
      }),
      { numRuns: 100 },
    );
  });

  it('finds a volatility that gives the price again', () => {
    fc.assert(
      fc.property(terms, ({ kind, forward, k, stdDev }) => {
        const strike = forward * Math.exp(k);
        const price = blackPrice(kind, forward, strike, stdDev);
        const implied = impliedStdDev(kind, forward, strike, price);
        // Deep in the money the time value drowns in the price, and with it the volatility.
        if (implied === undefined) {
          expect(blackVega(forward, strike, stdDev) / forward).toBeLessThan(1e-10);
        } else {
          const again = blackPrice(kind, forward, strike, implied);
          expect(Math.abs(again - price) / forward).toBeLessThan(1e-12);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('knows prices that no volatility gives', () => {
    expect(impliedStdDev('call', 100, 90, 10)).toBeUndefined();
    expect(impliedStdDev('call', 100, 90, 9)).toBeUndefined();
    expect(impliedStdDev('call', 100, 90, 100)).toBeUndefined();
    expect(impliedStdDev('put', 100, 90, 90)).toBeUndefined();
    expect(impliedStdDev('put', 100, 110, Number.NaN)).toBeUndefined();
  });
});
