// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { PricedMarket } from '../../../../prover/risk/pricing/market.ts';
import { ENTRY, SegmentKernel, SUM } from '../../../../prover/venue/remargin/segment-kernel.ts';
import {
  COLUMN,
  ROW,
  SCENARIOS,
  TickArrays,
} from '../../../../prover/venue/remargin/tick-arrays.ts';
import { tickConstants } from '../../../../prover/venue/remargin/tick-constants.ts';
import { goldenMarket } from '../../../support/golden.ts';
import { stressed } from './generators.ts';

const market = goldenMarket('crash');
const constants = tickConstants(market);

interface Position {
  readonly instrument: number;
  readonly lots: number;
  readonly uncovered: number;
}
interface Segment {
  readonly u: 0 | 1;
  readonly gross: number;
  readonly shock: number;
  readonly positions: readonly Position[];
}

/** Rows of numbers no market has to have, so that every column is told from every other. */
function ticksOf(rows: readonly (readonly number[])[]): TickArrays {
  const tick = new TickArrays([], market);
  tick.rows = Float64Array.from(rows.flat());
  tick.arrays.push(...rows.map(() => ({}) as (typeof tick.arrays)[number]));
  return tick;
}

function summed(kernel: SegmentKernel, { u, gross, shock, positions }: Segment): bigint[] {
  for (const [place, { instrument, lots, uncovered }] of positions.entries()) {
    kernel.entries[place * ENTRY.doubles + ENTRY.lots] = lots;
    kernel.entries[place * ENTRY.doubles + ENTRY.uncovered] = uncovered;
    kernel.entriesInt32[2 * place * ENTRY.doubles + ENTRY.rowInt32] = kernel.rowAt(instrument);
  }
  kernel.sum(u, positions.length, gross, shock);
  const found = Array.from(kernel.sums.subarray(0, SUM.bestAt), BigInt);
  // Where nothing is lost, the place says nothing.
  return kernel.sums[SUM.best] === 0 ? found : [...found, BigInt(kernel.sums[SUM.bestAt]!)];
}

/** The same in integers without a bound. */
function defined(
  rows: readonly (readonly number[])[],
  segment: Segment,
  { parameters }: PricedMarket = market,
): bigint[] {
  const { u, gross, shock, positions } = segment;
  const total = (term: (position: Position, row: readonly number[]) => bigint): bigint =>
    positions.reduce((sum, position) => sum + term(position, rows[position.instrument]!), 0n);
  const signed = (column: number): bigint =>
    total(({ lots }, row) => BigInt(lots) * BigInt(row[column]!));
  const sized = (column: number): bigint =>
    total(({ lots }, row) => BigInt(Math.abs(lots)) * BigInt(row[column]!));
  const { scenarios } = parameters.underlyings[u];
  const losses = scenarios.map(
    ({ multiplierQ24 }, s) =>
      BigInt(gross) + signed(s) + ((BigInt(shock) * ((1n << 24n) - multiplierQ24)) >> 24n),
  );
  const dampings = scenarios.map(({ dampingQ16 }) => dampingQ16);
  const largest = dampings.reduce((most, damping) => (damping > most ? damping : most), 0n);
  const best = losses.reduce(
    (most, loss, s) => (dampings[s] === largest && loss > most ? loss : most),
    0n,
  );
  const bestAt = losses.findIndex((loss, s) => dampings[s] === largest && loss === best);
  return [
    ...losses,
    signed(COLUMN.mark),
    signed(COLUMN.dollarDelta),
    sized(COLUMN.future),
    sized(COLUMN.perpetual),
    total(({ uncovered }, row) => BigInt(uncovered) * BigInt(row[COLUMN.option]!)),
    total(({ lots }, row) => {
      const column = lots < 0 ? COLUMN.shortDoubt : COLUMN.longDoubt;
      return BigInt(Math.abs(lots)) * BigInt(row[column]!);
    }),
    best,
    ...(best === 0n ? [] : [BigInt(bestAt)]),
  ];
}

const LIMIT = 2 ** 49;
/** 64 positions of 2⁴³/2 by 1 lot, or 64 of 2¹⁷ by 2²⁶: within 2⁴⁹ each, as the narrow way demands. */
const magnitudes = fc.constantFrom(
  { value: 2 ** 43 - 1, lots: 1 },
  { value: 2 ** 30, lots: 2 ** 13 },
  { value: 2 ** 17, lots: 2 ** 26 },
);
const cases = magnitudes.chain(({ value, lots }) => {
  const end = (most: number): fc.Arbitrary<number> =>
    fc.oneof(fc.constantFrom(-most, most, 0), fc.integer({ min: -most, max: most }));
  const instrument = fc.nat({ max: 4 });
  const uncovered = fc.oneof(fc.constant(0), fc.nat({ max: lots }));
  return fc.record({
    rows: fc.array(fc.array(end(value), { minLength: ROW, maxLength: ROW }), {
      minLength: 5,
      maxLength: 5,
    }),
    segment: fc.record({
      u: fc.constantFrom(0 as const, 1 as const),
      gross: fc.integer({ min: 0, max: LIMIT / 2 }),
      shock: fc.oneof(fc.constantFrom(0, 1, 2 ** 26 - 1, LIMIT / 8), fc.nat({ max: LIMIT / 8 })),
      positions: fc.array(fc.record({ instrument, lots: end(lots), uncovered }), { maxLength: 64 }),
    }),
  });
});

describe('the vector kernel of a segment', () => {
  it('sums, shocks and compares as integers do, up to 64 positions at the ends of the narrow way', () => {
    const kernel = new SegmentKernel();
    fc.assert(
      fc.property(cases, ({ rows, segment }) => {
        kernel.load(ticksOf(rows), constants);
        expect(summed(kernel, segment)).toEqual(defined(rows, segment));
      }),
    );
  });

  it('forgets the positions of the account before, and adds the instruments that a tick gains', () => {
    const rows = [1, 2].map((value) => Array.from({ length: ROW }, (_, i) => value * 1000 + i));
    const kernel = new SegmentKernel();
    const tick = ticksOf(rows);
    kernel.load(tick, constants);
    const two: Segment = {
      u: 0,
      gross: 12,
      shock: 5_000_000,
      positions: [
        { instrument: 0, lots: 5, uncovered: 0 },
        { instrument: 1, lots: -7, uncovered: 7 },
      ],
    };
    const none: Segment = { u: 1, gross: 0, shock: 0, positions: [] };
    expect(summed(kernel, two)).toEqual(defined(rows, two));
    expect(summed(kernel, none)).toEqual(defined(rows, none));
    // More rows than a page of memory holds.
    const more = Array.from({ length: 1000 }, (_, n) => rows[n % 2]!.map((x) => x + n));
    const grown = ticksOf([...rows, ...more]);
    kernel.load(grown, constants);
    const last: Segment = { ...two, positions: [{ instrument: 1001, lots: -3, uncovered: 1 }] };
    expect(summed(kernel, last)).toEqual(defined([...rows, ...more], last));
  });

  it('names the first of equal losses, and of those only that are among the least damped', () => {
    const kernel = new SegmentKernel();
    const harsh = stressed(market);
    const { scenarios } = harsh.parameters.underlyings[0];
    const least = scenarios.flatMap(({ dampingQ16 }, s) => (dampingQ16 === 65_536n ? [s] : []));
    expect(least.length).toBeGreaterThan(2);
    for (const [n, place] of least.entries()) {
      // From there on all lose the same, and more damped ones before it too.
      const row = Array.from({ length: ROW }, (_, s) =>
        s < SCENARIOS && (s >= place || !least.includes(s)) ? 9 : 0,
      );
      kernel.load(ticksOf([row]), tickConstants(harsh));
      const segment: Segment = {
        u: 0,
        gross: 0,
        shock: 0,
        positions: [{ instrument: 0, lots: 1, uncovered: 0 }],
      };
      summed(kernel, segment);
      expect([kernel.sums[SUM.best], kernel.sums[SUM.bestAt]], `place ${n}`).toEqual([9, place]);
    }
  });

  it('takes another tick of as many instruments, and the parameters that come with it', () => {
    const rows = [Array.from({ length: ROW }, (_, i) => i)];
    const other = [Array.from({ length: ROW }, (_, i) => 7 * i)];
    const kernel = new SegmentKernel();
    const segment: Segment = {
      u: 0,
      gross: 3,
      shock: 2 ** 40,
      positions: [{ instrument: 0, lots: 3, uncovered: 3 }],
    };
    kernel.load(ticksOf(rows), constants);
    expect(summed(kernel, segment)).toEqual(defined(rows, segment));
    const harsh = stressed(market);
    kernel.load(ticksOf(other), tickConstants(harsh));
    expect(summed(kernel, segment)).toEqual(defined(other, segment, harsh));
    expect(defined(other, segment, harsh)).not.toEqual(defined(other, segment));
  });
});
