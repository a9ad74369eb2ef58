// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  underCoverageP,
  overCoverageP,
} from '../../../../prover/simulation/statistics/binomial.ts';
import { coverageInterval } from '../../../../prover/simulation/statistics/bootstrap.ts';
import { breachEvents } from '../../../../prover/simulation/statistics/events.ts';
import { movementOf } from '../../../../prover/simulation/statistics/movement.ts';
import { uniformNumbers } from '../../../../prover/simulation/statistics/random.ts';

const HOUR = 3600;
const hours = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => i * HOUR);

describe('binomial tails', () => {
  it('agree with the sum of probabilities', () => {
    const probability = (k: number, n: number, p: number): number => {
      let value = (1 - p) ** n;
      for (let i = 1; i <= k; i += 1) value *= ((n - i + 1) / i) * (p / (1 - p));
      return value;
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        (k, p) => {
          const n = 300;
          let below = 0;
          for (let i = 0; i < k; i += 1) below += probability(i, n, p);
          expect(underCoverageP(k, n, p)).toBeCloseTo(1 - below, 6);
          expect(overCoverageP(k, n, p)).toBeCloseTo(below + probability(k, n, p), 6);
        },
      ),
    );
  });
});

describe('coverageInterval', () => {
  const spread = Uint8Array.from({ length: 20_000 }, (_, i) => (i % 100 === 0 ? 1 : 0));
  const clustered = Uint8Array.from({ length: 20_000 }, (_, i) => (i % 10_000 < 100 ? 1 : 0));

  it('holds the observed coverage and is wider where breaches cluster', () => {
    const [even, stormy] = [spread, clustered].map((breached) =>
      coverageInterval(hours(20_000), breached),
    );
    for (const interval of [even!, stormy!]) {
      expect(interval.low).toBeLessThanOrEqual(0.99);
      expect(interval.high).toBeGreaterThanOrEqual(0.99);
    }
    expect(stormy!.high - stormy!.low).toBeGreaterThan(5 * (even!.high - even!.low));
  });

  it('is the same on every call', () => {
    expect(coverageInterval(hours(20_000), clustered)).toEqual(
      coverageInterval(hours(20_000), clustered),
    );
  });

  it('does not claim certainty where nothing was breached', () => {
    const interval = coverageInterval(hours(2400), new Uint8Array(2400));
    expect(interval).toEqual({ low: 1 - 3 / 10, high: 1 });
  });
});

describe('breachEvents', () => {
  it('counts breaches within 48 h as one event, and the worst of them', () => {
    const times = hours(200);
    const losses = new Float64Array(200).fill(0.05);
    for (const [index, loss] of [
      [10, 0.2],
      [40, 0.3],
      [88, 0.25],
      [137, 0.15],
    ] as const)
      losses[index] = loss;
    const events = breachEvents(times, losses, new Float64Array(200).fill(0.1));
    expect(events).toEqual([
      {
        start: 10 * HOUR,
        end: 88 * HOUR,
        windows: 3,
        worstLoss: 0.3,
        margin: 0.1,
        shortfall: 0.3 - 0.1,
      },
      {
        start: 137 * HOUR,
        end: 137 * HOUR,
        windows: 1,
        worstLoss: 0.15,
        margin: 0.1,
        shortfall: 0.15 - 0.1,
      },
    ]);
  });

  it('takes no window with a gap, and no loss that just reaches the margin, for a breach', () => {
    const margins = new Float64Array(3).fill(0.1);
    expect(breachEvents(hours(3), Float64Array.from([NaN, 0.1, 0.05]), margins)).toEqual([]);
  });
});

describe('movementOf', () => {
  it('finds the largest rise inside a day and inside five, wherever it began', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 2, maxLength: 300 }),
        (list) => {
          const values = Float64Array.from(list);
          const times = hours(list.length);
          const rise = (span: number): number =>
            Math.max(
              0,
              ...list.flatMap((to, j) =>
                list.slice(Math.max(0, j - span), j).map((from) => to / from - 1),
              ),
            );
          const movement = movementOf(times, values);
          expect(movement.oneDayRise).toBeCloseTo(rise(24), 12);
          expect(movement.fiveDayRise).toBeCloseTo(rise(120), 12);
          expect(movement.peakToTrough).toBe(Math.max(...list) / Math.min(...list));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('uniformNumbers', () => {
  it('repeats by seed, differs between seeds and is even', () => {
    const draw = (seed: number): number[] => {
      const next = uniformNumbers(seed);
      return Array.from({ length: 10_000 }, next);
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const buckets = new Float64Array(10);
    for (const value of draw(3)) buckets[Math.floor(value * 10)]! += 1;
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
