// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PlimsollError } from '../../../../prover/core/errors.ts';
import { blackPrice } from '../../../../prover/market/surface/black.ts';
import { calendarMargin } from '../../../../prover/market/surface/calendar.ts';
import type { Linearisation } from '../../../../prover/market/surface/constrained-least-squares.ts';
import { solve } from '../../../../prover/market/surface/constrained-least-squares.ts';
import { confidenceQ10 } from '../../../../prover/market/surface/diagnostics.ts';
import { domainAround, stretchDomain } from '../../../../prover/market/surface/domain.ts';
import { minimiseQuadratic } from '../../../../prover/market/surface/quadratic-program.ts';
import {
  brokenRule,
  dequantise,
  engineOrders,
  quantise,
} from '../../../../prover/market/surface/quantise.ts';
import {
  densityGradient,
  parametersOf,
  smileOf,
  varianceGradient,
} from '../../../../prover/market/surface/smile-gradient.ts';
import {
  clampKink,
  densityFactor,
  smileAt,
  totalVariance,
} from '../../../../prover/market/surface/svi.ts';
import type { ClampedSvi, Svi } from '../../../../prover/market/surface/types.ts';

/** A month at about 60 %, fresh each time. */
function slice(overrides: Partial<ClampedSvi> = {}): ClampedSvi {
  return {
    a: 0.01,
    b: 0.1,
    c: -0.03,
    m: 0.02,
    sigma: 0.2,
    kMin: -0.75,
    kMax: 0.75,
    ...overrides,
  };
}

const smiles: fc.Arbitrary<Svi> = fc
  .record({
    a: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
    b: fc.double({ min: 0.01, max: 1, noNaN: true }),
    rho: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    m: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
    sigma: fc.double({ min: 0.02, max: 1, noNaN: true }),
  })
  .map(({ rho, ...rest }) => ({ ...rest, c: rest.b * rho }));

describe('the smile', () => {
  it('has the gradients that differences show', () => {
    const scale = { variance: 0.09, k: 0.3 };
    fc.assert(
      fc.property(smiles, fc.double({ min: -1, max: 1, noNaN: true }), (svi, k) => {
        const x = parametersOf(svi, scale);
        const slopes = [
          varianceGradient(svi, smileAt(svi, k), scale),
          densityGradient(svi, smileAt(svi, k), scale),
        ];
        const values = (at: readonly number[]): [number, number] => {
          const point = smileAt(smileOf(at, scale), k);
          return [point.w, densityFactor(point)];
        };
        x.forEach((value, i) => {
          const h = 1e-5 * Math.max(Math.abs(value), 0.1);
          const up = values(x.with(i, value + h));
          const down = values(x.with(i, value - h));
          slopes.forEach((gradient, j) => {
            const difference = (up[j]! - down[j]!) / (2 * h);
            const size = Math.max(...gradient.map(Math.abs), 1);
            expect(Math.abs(difference - gradient[i]!) / size).toBeLessThan(1e-5);
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it('has the kink at its bounds that prices show', () => {
    const svi = slice({ kMin: -0.3, kMax: 0.3 });
    const price = (k: number): number =>
      blackPrice('call', 1, Math.exp(k), Math.sqrt(totalVariance(svi, k)));
    const h = 1e-5;
    for (const [side, bound] of [
      ['low', svi.kMin],
      ['high', svi.kMax],
    ] as const) {
      const before = (price(bound) - price(bound - h)) / h;
      const after = (price(bound + h) - price(bound)) / h;
      const kink = clampKink(smileAt(svi, bound), side);
      expect(kink).toBeGreaterThan(0.01);
      expect(Math.abs(before - after - kink)).toBeLessThan(1e-3 * kink + 1e-4);
    }
    // A wing that falls outwards turns flat without taking anything away.
    expect(clampKink(smileAt(slice({ m: 1 }), 0.5), 'high')).toBe(0);
  });

  it('is priced on a domain whose kinks are small', () => {
    const svi = slice();
    const stretched = stretchDomain(svi, domainAround(-0.2, 0.2));
    expect(clampKink(smileAt(svi, -0.2), 'low')).toBeGreaterThan(0.05);
    expect(clampKink(smileAt(svi, stretched.kMin), 'low')).toBeLessThanOrEqual(1e-3);
    expect(clampKink(smileAt(svi, stretched.kMax), 'high')).toBeLessThanOrEqual(1e-3);
    expect(stretched.kMin).toBeGreaterThan(-2);
    expect(stretched.kMin * 1024).toBe(Math.round(stretched.kMin * 1024));
    // Quotes on one side only still leave both bounds around the money.
    expect(domainAround(0.1, 9)).toEqual({ kMin: -(2 ** -10), kMax: 7 });
  });

  it('is compared with the next one beyond their domains too', () => {
    const near = slice({ kMin: -1, kMax: 1 });
    const far = slice({ a: 0.011 });
    // Inside both domains the far slice is higher; beyond its own it is flat, and the near is not.
    const { k, value } = calendarMargin(near, far);
    expect(value).toBeLessThan(0);
    expect(Math.abs(k)).toBeGreaterThan(0.75);
    expect(calendarMargin({ ...near, kMin: -0.75, kMax: 0.75 }, far).value).toBeGreaterThan(0);
  });
});

describe('the optimiser', () => {
  it('solves quadratic programs exactly', () => {
    // Nearest point of x + y ≥ 2, x ≤ 1/2 to the origin: (1/2, 3/2).
    const nearest = minimiseQuadratic(
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
      [
        { gradient: [1, 1], bound: 2 },
        { gradient: [-1, 0], bound: -0.5 },
      ],
    );
    expect(nearest[0]).toBeCloseTo(0.5, 14);
    expect(nearest[1]).toBeCloseTo(1.5, 14);
  });

  it('says when constraints contradict each other', () => {
    const contradiction = [
      { gradient: [1], bound: 1 },
      { gradient: [-1], bound: 1 },
    ];
    expect(() => minimiseQuadratic([[1]], [0], contradiction)).toThrow(PlimsollError);
    expect(() => minimiseQuadratic([[-1]], [0], [])).toThrow('not positive definite');
  });

  /** Rosenbrock's valley inside the unit disc: minimum (0.786, 0.618), cost 0.0228. */
  function rosenbrock(x: readonly number[]): Linearisation {
    const [p, q] = x as [number, number];
    const residuals = [10 * (q - p * p), 1 - p];
    const rows = [
      [-20 * p, 10],
      [-1, 0],
    ];
    const sum = (f: (r: number) => number): number => f(0) + f(1);
    return {
      cost: sum((r) => residuals[r]! ** 2) / 2,
      gradient: [0, 1].map((i) => sum((r) => rows[r]![i]! * residuals[r]!)),
      hessian: [0, 1].map((i) => [0, 1].map((j) => sum((r) => rows[r]![i]! * rows[r]![j]!))),
      constraints: [{ name: 'disc', value: 1 - p * p - q * q, gradient: [-2 * p, -2 * q] }],
    };
  }

  it('finds a curved valley along a curved constraint', () => {
    const solution = solve({ linearise: rosenbrock, lower: [-3, -3], upper: [3, 3] }, [-1.2, 1]);
    expect(solution.x[0]).toBeCloseTo(0.7864, 3);
    expect(solution.x[1]).toBeCloseTo(0.6177, 3);
    expect(solution.binding).toEqual(['disc']);
    expect(solution.violation).toBeLessThan(1e-6);
  });

  it('stays inside its bounds', () => {
    const solution = solve({ linearise: rosenbrock, lower: [-3, -3], upper: [0.5, 3] }, [2, 2]);
    expect(solution.x[0]).toBeCloseTo(0.5, 9);
    expect(solution.x[1]).toBeCloseTo(0.25, 6);
    expect(solution.binding).toEqual([]);
  });
});

describe('quantisation', () => {
  it('reads back exactly what it wrote, within half a unit of every field', () => {
    fc.assert(
      fc.property(smiles, (svi) => {
        const exact = { ...svi, kMin: -0.5, kMax: 0.5 };
        const surface = quantise(exact);
        const read = dequantise(surface);
        expect(quantise(read)).toEqual(surface);
        expect(Math.abs(read.a - exact.a)).toBeLessThanOrEqual(2 ** -45);
        expect(Math.abs(read.b - exact.b)).toBeLessThanOrEqual(2 ** -31);
        expect(Math.abs(read.m - exact.m)).toBeLessThanOrEqual(2 ** -25);
      }),
    );
  });

  it.each([
    ['a must be', { a: 8 }],
    ['m must be', { m: -8.5 }],
    ['sigma must be', { sigma: 0 }],
    ['sigma must be', { sigma: 8 }],
    ['the domain must', { kMax: 8 }],
    ['surface.cQ30', { c: 0.2 }],
    ['surface.bQ30', { b: 1.5, c: 0.7 }],
    ['surface.aQ44', { a: -0.02 }],
    ['surface.kMinQ10', { kMin: 0 }],
  ])('names the rule: %s', (rule, overrides) => {
    expect(brokenRule(quantise(slice()))).toBeUndefined();
    expect(brokenRule(quantise(slice(overrides)))).toContain(rule);
  });

  it('orders slices by the integers that the engine prices', () => {
    const near = quantise(slice());
    expect(engineOrders(undefined, near)).toBe(true);
    expect(engineOrders(near, near)).toBe(true);
    expect(engineOrders(near, { ...near, aQ44: near.aQ44 + 1n })).toBe(true);
    expect(engineOrders(near, { ...near, aQ44: near.aQ44 - 1n })).toBe(false);
    expect(engineOrders(near, { ...near, kMaxQ10: near.kMaxQ10 - 10n })).toBe(false);
    expect(engineOrders(undefined, { ...near, aQ44: -(1n << 44n) })).toBe(false);
  });
});

describe('confidence', () => {
  const confidence = (rms: number, halfSpread: number | undefined, quotes: number): bigint => {
    const quote = { k: 0, vol: 0.5, volError: 1, halfSpread, core: true };
    const data = {
      expiry: 1n,
      years: 1,
      forward: 1,
      moneyVol: 0.5,
      scale: { variance: 0.25, k: 0.5 },
      isSoft: false,
      quotes: Array.from({ length: quotes }, () => quote),
    };
    const errors = { rms, median: rms, max: rms };
    return confidenceQ10(data, { core: { quotes, vol: errors, price: errors } });
  };

  it('is whole for many exact quotes and half at an uncertainty of 5 %', () => {
    expect(confidence(0, undefined, 8)).toBe(1024n);
    expect(confidence(0.025, undefined, 8)).toBe(512n);
    expect(confidence(0, 0.025, 20)).toBe(512n);
    expect(confidence(0.015, 0.02, 8)).toBe(512n);
  });

  it('falls with quotes missing', () => {
    expect(confidence(0, undefined, 4)).toBe(512n);
    expect(confidence(0, undefined, 0)).toBe(0n);
  });
});
