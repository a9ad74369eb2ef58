// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import '../../../support/seed.ts';
import { isTickHeader, parseTicks, type Tick } from '../../../../prover/market/settlement/ticks.ts';
import { averageOfBars, averageOfTicks } from '../../../../prover/market/settlement/twap.ts';
import type { Bar } from '../../../../prover/market/volatility/bars.ts';

/** 2026-03-03T08:00:00Z. */
const EXPIRY = 1_772_524_800;
const WINDOW = { expiry: EXPIRY, windowSeconds: 1800 };
const START = EXPIRY - 1800;

const minute = (i: number, price: (seconds: number) => number): Bar => {
  const time = START + 60 * i;
  const path = Array.from({ length: 61 }, (_, s) => price(60 * i + s));
  return {
    time,
    open: path[0]!,
    high: Math.max(...path),
    low: Math.min(...path),
    close: path.at(-1)!,
  };
};
const minutes = (price: (seconds: number) => number, from = -5, to = 35) => ({
  stepSeconds: 60,
  runs: [Array.from({ length: to - from }, (_, i) => minute(from + i, price))],
});

describe('the settlement average over bars', () => {
  it('is that of a straight line to the last digit, and ignores what lies outside the window', () => {
    const line = (s: number): number =>
      s >= 0 && s <= 1800 ? 70_000 + s / 3 : s < 0 ? 1 : 999_999;
    const inside = minutes(line, 0, 30);
    const padded = {
      ...inside,
      runs: [[minute(-1, () => 1), ...inside.runs[0]!, minute(30, () => 999_999)]],
    };
    for (const history of [inside, padded]) {
      expect(averageOfBars(history, WINDOW)).toMatchObject({ price: 70_300, observations: 30 });
    }
  });

  it('bounds its own error: the true average of any path lies within the uncertainty', () => {
    const steps = fc.array(fc.integer({ min: -40, max: 40 }), {
      minLength: 1801,
      maxLength: 1801,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (moves) => {
        let level = 70_000;
        const path = moves.map((move) => (level += move));
        const { price, uncertainty } = averageOfBars(
          minutes((s) => path[Math.min(Math.max(s, 0), 1800)]!, 0, 30),
          WINDOW,
        );
        const truth = path.slice(0, 1800).reduce((sum, value) => sum + value, 0) / 1800;
        expect(Math.abs(price - truth)).toBeLessThanOrEqual(uncertainty + 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused where a bar of the window is missing or bars are too long for it', () => {
    const flat = minutes(() => 70_000);
    const bars = flat.runs[0]!;
    const gap = { stepSeconds: 60, runs: [bars.slice(0, 12), bars.slice(13)] };
    expect(() => averageOfBars(gap, WINDOW)).toThrow('no bar at 2026-03-03 07:37:00 UTC');
    expect(() => averageOfBars({ ...flat, runs: [bars.slice(0, 20)] }, WINDOW)).toThrow(
      'no bar at',
    );
    const hours = { stepSeconds: 3600, runs: [[{ ...bars[0]!, time: START - 1800 }]] };
    expect(() => averageOfBars(hours, WINDOW)).toThrow('bars of 3600 s cannot give an average');
    const odd = { stepSeconds: 420, runs: [] };
    expect(() => averageOfBars(odd, WINDOW)).toThrow('at least 6 equal bars');
  });
});

describe('the settlement average over ticks', () => {
  const ticks = (every: number, price: (s: number) => number, from = -60): Tick[] =>
    Array.from({ length: Math.floor((1860 - from) / every) }, (_, i) => ({
      time: START + from + every * i,
      price: price(from + every * i),
    }));

  it('weighs each tick by the time it stood', () => {
    const uneven = [
      { time: START - 10, price: 100 },
      ...Array.from({ length: 15 }, (_, i) => ({ time: START + 50 * (i + 1), price: 200 })),
      ...Array.from({ length: 22 }, (_, i) => ({ time: START + 760 + 47 * (i + 1), price: 300 })),
    ];
    const { price } = averageOfTicks(uneven, WINDOW);
    expect(price).toBeCloseTo((100 * 50 + 200 * (807 - 50) + 300 * (1800 - 807)) / 1800, 9);
  });

  it('agrees with the average of samples every four seconds, as the venue takes it', () => {
    const wave = (s: number): number => 70_000 + 300 * Math.sin(s / 200);
    const every4 = ticks(4, wave);
    const samples = every4.filter(({ time }) => time >= START && time < EXPIRY);
    const mean = samples.reduce((sum, { price }) => sum + price, 0) / samples.length;
    expect(averageOfTicks(every4, WINDOW).price).toBeCloseTo(mean, 6);
  });

  it('is refused where the index is unknown for more than a minute', () => {
    const all = ticks(5, () => 100);
    const hole = all.filter(({ time }) => time < START + 600 || time > START + 665);
    expect(() => averageOfTicks(hole, WINDOW)).toThrow('may be held for at most 60 s');
    const late = all.filter(({ time }) => time > START);
    expect(() => averageOfTicks(late, WINDOW)).toThrow('no tick at or before 2026-03-03 07:30:00');
    const early = all.filter(({ time }) => time < EXPIRY - 100);
    expect(() => averageOfTicks(early, WINDOW)).toThrow('may be held');
    expect(() => averageOfTicks([], WINDOW)).toThrow('no tick at or before');
  });
});

describe('a file of ticks', () => {
  it('is read by its header, whatever its times and columns are called', () => {
    const csv = 'ts,index\n2026-03-03T07:29:59.5Z,70000.25\n1772523001000,70001\n';
    expect(isTickHeader(csv)).toBe(true);
    expect(isTickHeader('ts,open,high,low,close\n')).toBe(false);
    expect(parseTicks(csv, 't.csv')).toEqual([
      { time: 1_772_522_999.5, price: 70_000.25 },
      { time: 1_772_523_001, price: 70_001 },
    ]);
    const pandas = ';Timestamp;index_price\n0;2026-03-03 07:29:59.5;70000.25\n1;1772523001;70001\n';
    expect(isTickHeader(pandas)).toBe(true);
    expect(parseTicks(pandas, 't.csv')).toEqual(parseTicks(csv, 't.csv'));
  });

  it('is refused with row and column', () => {
    const row = (ts: string, price: string): string =>
      `ts,price\n2026-03-03T07:00:00Z,5\n${ts},${price}\n`;
    expect(() => parseTicks(row('2026-03-03T06:00:00Z', '5'), 't.csv')).toThrow('row 3, ts');
    expect(() => parseTicks(row('2026-03-03T07:00:01Z', '-5'), 't.csv')).toThrow('row 3, price');
    expect(() => parseTicks(row('yesterday', '5'), 't.csv')).toThrow('row 3, ts');
    expect(() => parseTicks('price\n5\n', 't.csv')).toThrow('t.csv: ts: column is missing');
  });
});
