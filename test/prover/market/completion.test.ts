// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: whole chains are calibrated.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import '../../support/seed.ts';
import { readMarketFile } from '../../../prover/market/feeds/read-file.ts';
import type { ImportRequest } from '../../../prover/market/snapshot/import-market.ts';
import {
  DEFAULT_IMPORT_LIMITS,
  importMarket,
} from '../../../prover/market/snapshot/import-market.ts';
import { leastDensity } from '../../../prover/market/surface/domain.ts';
import { dequantise } from '../../../prover/market/surface/quantise.ts';
import { totalVariance } from '../../../prover/market/surface/svi.ts';
import type { LiveSlice, MarketSnapshot } from '../../../prover/model/types.ts';
import type { ChainSpec, SyntheticOption } from './synthetic.ts';
import { BTC, ETH, expiryAt, forwardAt, surfaceVol, syntheticChain, toCsv } from './synthetic.ts';

/*
 * Expiries that their quotes do not carry, of every kind: too narrow, too few, one-sided, without
 * bids, contradictory, absent; with and without a base. None may vanish, none may claim what it has
 * not, none may bring arbitrage in.
 */

const YEAR = 31_536_000;
const HOUR = 3600;
const ethFeed = feedsOf({ ...ETH, days: [30] }, (options) => options);

function feedsOf(spec: ChainSpec, change: (options: SyntheticOption[]) => SyntheticOption[]) {
  const read = readMarketFile(toCsv(change(syntheticChain(spec))), `${spec.underlying}.csv`);
  if (read.type !== 'feeds') throw new Error('not a chain');
  return read.feeds;
}

function imported(
  spec: ChainSpec,
  change: (options: SyntheticOption[]) => SyntheticOption[],
  more: Partial<ImportRequest> = {},
) {
  const eth =
    spec.time === ETH.time ? ethFeed : feedsOf({ ...ETH, days: [30], time: spec.time }, (o) => o);
  const result = importMarket({ feeds: [...feedsOf(spec, change), ...eth], inputs: [], ...more });
  return { ...result, btc: result.underlyings[0]! };
}

type Imported = ReturnType<typeof imported>;
const entryOf = ({ btc }: Imported, expiry: number) =>
  btc.surface.expiries.find((entry) => entry.expiry === expiry);
const sliceIn = (snapshot: MarketSnapshot, expiry: number) =>
  snapshot.underlyings[0].slices.find((slice) => Number(slice.expiry) === expiry) as
    LiveSlice | undefined;

/** Largest |volatility − truth| within `reach` standard deviations of the money, in points. */
function volError(
  snapshot: MarketSnapshot,
  spec: ChainSpec,
  expiry: number,
  reach: number,
): number {
  const svi = dequantise(sliceIn(snapshot, expiry)!);
  const years = (expiry - spec.time) / YEAR;
  const stdDev = surfaceVol(spec.surface, 0, years) * Math.sqrt(years);
  const ks = Array.from({ length: 21 }, (_, i) => ((i - 10) / 10) * reach * stdDev);
  const errors = ks.map((k) =>
    Math.abs(Math.sqrt(totalVariance(svi, k) / years) - surfaceVol(spec.surface, k, years)),
  );
  return 100 * Math.max(...errors);
}

function requireNoArbitrage(snapshot: MarketSnapshot): void {
  const slices = snapshot.underlyings[0].slices as readonly LiveSlice[];
  const surfaces = slices.map((slice) => dequantise(slice));
  surfaces.forEach((svi, index) => {
    expect(leastDensity(svi, svi).value).toBeGreaterThanOrEqual(0);
    const before = surfaces[index - 1];
    if (before === undefined) return;
    for (let i = -200; i <= 200; i += 1) {
      const k = i / 100;
      expect(totalVariance(svi, k)).toBeGreaterThanOrEqual(totalVariance(before, k));
    }
  });
}

const surfaces = fc.record({
  rho: fc.double({ min: -0.6, max: 0.3, noNaN: true }),
  eta: fc.double({ min: 0.5, max: 1.1, noNaN: true }),
  frontVol: fc.double({ min: 0.5, max: 1.1, noNaN: true }),
  backVol: fc.double({ min: 0.45, max: 0.7, noNaN: true }),
});
const chains = surfaces.map((surface): ChainSpec => ({ ...BTC, surface, strikes: 15 }));
const nths = fc.integer({ min: 0, max: BTC.days.length - 1 });

const drop =
  (expiry: number, keep: (option: SyntheticOption) => boolean) =>
  (options: SyntheticOption[]): SyntheticOption[] =>
    options.filter((option) => option.expiry !== expiry || keep(option));
const noBids = (expiry: number) => (options: SyntheticOption[]) =>
  options.map((option) => (option.expiry === expiry ? { ...option, bid: undefined } : option));

describe('an expiry whose quotes reach too near the money', () => {
  it('is fitted to them, keeps its place and says what it is worth', () => {
    fc.assert(
      fc.property(
        chains,
        nths,
        fc.double({ min: 0.25, max: 0.45, noNaN: true }),
        (spec, nth, reach) => {
          const expiry = expiryAt(spec, spec.days[nth]!);
          const years = (expiry - spec.time) / YEAR;
          const forward = forwardAt(spec, expiry);
          const near = reach * surfaceVol(spec.surface, 0, years) * Math.sqrt(years);
          // As a collector near the money: many strikes, none further out.
          const dense = syntheticChain({ ...spec, days: [spec.days[nth]!], strikes: 81 }).filter(
            ({ strike }) => Math.abs(Math.log(strike / forward)) <= near,
          );
          const result = imported(spec, (options) => [
            ...options.filter((option) => option.expiry !== expiry),
            ...dense,
          ]);
          const entry = entryOf(result, expiry)!;
          expect(entry.origin).toBe('narrow');
          expect(entry.remark).toContain('smile needs');
          const { confidenceQ10 } = sliceIn(result.snapshot, expiry)!;
          expect(confidenceQ10).toBeGreaterThan(0n);
          expect(confidenceQ10).toBeLessThanOrEqual(512n);
          expect(volError(result.snapshot, spec, expiry, reach)).toBeLessThan(0.5);
          expect(volError(result.snapshot, spec, expiry, 2)).toBeLessThan(6);
          requireNoArbitrage(result.snapshot);
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('is refused no more where less is asked for', () => {
    const expiry = expiryAt(BTC, 86);
    const spec = { ...BTC, strikes: 81 };
    const near = ({ strike }: SyntheticOption): boolean =>
      Math.abs(Math.log(strike / forwardAt(BTC, expiry))) < 0.09;
    const narrow = drop(expiry, near);
    const fit = { ...DEFAULT_IMPORT_LIMITS.fit, leastReach: 0.2 };
    const limits = { ...DEFAULT_IMPORT_LIMITS, fit };
    const [asked, loose] = [imported(spec, narrow), imported(spec, narrow, { limits })];
    expect(entryOf(asked, expiry)!.origin).toBe('narrow');
    expect(entryOf(loose, expiry)!.origin).toBe('quotes');
  });
});

describe('an expiry without usable quotes', () => {
  it('is drawn through the expiries beside it, with no confidence at all', () => {
    fc.assert(
      fc.property(chains, nths, (spec, nth) => {
        const expiry = expiryAt(spec, spec.days[nth]!);
        const result = imported(spec, noBids(expiry));
        const entry = entryOf(result, expiry)!;
        expect(entry.origin).toBe('borrowed');
        expect(sliceIn(result.snapshot, expiry)!.confidenceQ10).toBe(0n);
        const isBetween = nth > 0 && nth < spec.days.length - 1;
        expect(volError(result.snapshot, spec, expiry, 1.5)).toBeLessThan(isBetween ? 10 : 16);
        requireNoArbitrage(result.snapshot);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('is carried from the base at the level of a crash, and trusted less the older it is', () => {
    const hours = fc.integer({ min: 1, max: 40 });
    const jump = fc.double({ min: 1, max: 1.9, noNaN: true });
    fc.assert(
      fc.property(
        chains,
        nths,
        hours,
        jump,
        fc.boolean(),
        (spec, nth, elapsed, factor, isAbsent) => {
          const base = imported(spec, (options) => options).snapshot;
          const { frontVol, backVol } = spec.surface;
          // A fall lifts the near end more than the far one.
          const surface = {
            ...spec.surface,
            frontVol: frontVol * factor,
            backVol: backVol * (1 + (factor - 1) / 3),
          };
          const later: ChainSpec = {
            ...spec,
            surface,
            index: spec.index * 0.9,
            time: spec.time + elapsed * HOUR,
          };
          const expiry = expiryAt(spec, spec.days[nth]!);
          const at = { ...later, days: shifted(spec, later, spec.days) };
          const change = isAbsent ? drop(expiry, () => false) : noBids(expiry);
          const result = imported(at, change, { base });
          const entry = entryOf(result, expiry)!;
          expect(entry.origin).toBe('carried');
          expect(entry.remark).toContain('carried from --base');
          const decayed = Number(sliceIn(base, expiry)!.confidenceQ10) * 2 ** (-elapsed / 6);
          const { confidenceQ10 } = sliceIn(result.snapshot, expiry)!;
          expect(Number(confidenceQ10)).toBe(Math.min(Math.floor(decayed), 512));
          expect(volError(result.snapshot, at, expiry, 1)).toBeLessThan(16 * factor);
          requireNoArbitrage(result.snapshot);
          // What was carried does not date the quotes of the others.
          expect(result.snapshot.surfaceTime).toBe(BigInt(later.time));
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('is carried with the skew that a fall steepened: puts on it are not margined too low', () => {
    const [calm, fallen] = [-0.1, -0.5].map((rho): ChainSpec => {
      const { eta, frontVol } = BTC.surface;
      const factor = rho === -0.5 ? 1.2 : 1;
      return {
        ...BTC,
        surface: { ...BTC.surface, rho, eta: eta * factor, frontVol: frontVol * factor },
      };
    }) as [ChainSpec, ChainSpec];
    const base = imported(calm, (options) => options).snapshot;
    for (const day of BTC.days.slice(1, -1)) {
      const expiry = expiryAt(BTC, day);
      const { snapshot } = imported(fallen, noBids(expiry), { base });
      const years = (expiry - BTC.time) / YEAR;
      const k = -1.5 * surfaceVol(fallen.surface, 0, years) * Math.sqrt(years);
      const [before, after] = [calm, fallen].map(({ surface }) => surfaceVol(surface, k, years));
      const carried = Math.sqrt(totalVariance(dequantise(sliceIn(snapshot, expiry)!), k) / years);
      expect(after! - before!).toBeGreaterThan(0.05);
      expect(Math.abs(carried - after!)).toBeLessThan(0.015);
    }
  });

  it('does not move the others', () => {
    const expiry = expiryAt(BTC, 30);
    const whole = imported(BTC, (options) => options);
    const without = imported(BTC, noBids(expiry));
    for (const { expiry: at } of whole.btc.surface.expiries) {
      if (at === expiry) continue;
      expect(sliceIn(without.snapshot, at)).toEqual(sliceIn(whole.snapshot, at));
    }
  });
});

/** The same expiries counted from the later day. */
function shifted(spec: ChainSpec, later: ChainSpec, days: readonly number[]): number[] {
  const passed = Math.floor(later.time / 86_400) - Math.floor(spec.time / 86_400);
  return days.map((day) => day - passed).filter((day) => expiryAt(later, day) > later.time);
}

describe('an expiry whose quotes contradict each other', () => {
  it('is not believed: carried from the base, or drawn beside the others without confidence', () => {
    const expiry = expiryAt(BTC, 30);
    const zigzag = (options: SyntheticOption[]) =>
      syntheticChain({ ...BTC, halfSpread: 0.08 }).map((option, index) => {
        const original = options[index]!;
        return option.expiry !== expiry || Math.round(index / 2) % 2 === 0
          ? original
          : { ...original, markVol: original.markVol * 1.35, markPrice: NaN };
      });
    const spoilt = (options: SyntheticOption[]) =>
      zigzag(options).map((option) =>
        Number.isNaN(option.markPrice) ? { ...option, markPrice: undefined as never } : option,
      );
    const base = imported(BTC, (options) => options).snapshot;
    const [carried, borrowed] = [imported(BTC, spoilt, { base }), imported(BTC, spoilt)];
    expect(entryOf(carried, expiry)).toMatchObject({ origin: 'carried' });
    expect(entryOf(borrowed, expiry)).toMatchObject({ origin: 'borrowed' });
    expect(sliceIn(borrowed.snapshot, expiry)!.confidenceQ10).toBe(0n);
    expect(volError(carried.snapshot, BTC, expiry, 2)).toBeLessThan(0.5);
  });
});

describe('an expiry whose forward contradicts its puts and calls', () => {
  it('is left out without a base, and with one carried without any confidence', () => {
    const expiry = expiryAt(BTC, 30);
    const wrong = (options: SyntheticOption[]) =>
      options.map((option) =>
        option.expiry === expiry ? { ...option, forward: option.forward! * 1.03 } : option,
      );
    const base = imported(BTC, (options) => options).snapshot;
    const [alone, carried] = [imported(BTC, wrong), imported(BTC, wrong, { base })];
    expect(sliceIn(alone.snapshot, expiry)).toBeUndefined();
    expect(alone.btc.surface.skipped[0]!.message).toContain('forward');
    expect(entryOf(carried, expiry)!.remark).toContain('contradicts put-call parity');
    expect(sliceIn(carried.snapshot, expiry)!.confidenceQ10).toBe(0n);
    expect(volError(carried.snapshot, BTC, expiry, 2)).toBeLessThan(0.5);
  });
});

describe('a chain that carries no expiry', () => {
  it('makes no snapshot, with a base neither', () => {
    const base = imported(BTC, (options) => options).snapshot;
    const silent = (options: SyntheticOption[]) =>
      options.map((option) => ({ ...option, bid: undefined }));
    expect(() => imported(BTC, silent)).toThrow('none of 5 expiries could be fitted');
    expect(() => imported(BTC, silent, { base })).toThrow('none of 5 expiries could be fitted');
  });
});

describe('the slots of a snapshot', () => {
  it('stay with the expiries of the base, whatever the open interest of new ones', () => {
    const weeks = Array.from({ length: 12 }, (_, i) => 7 * (i + 1));
    const spec = { ...BTC, days: weeks, strikes: 9 };
    const base = imported(spec, (options) => options).snapshot;
    const more = { ...spec, days: [2, 3, ...weeks] };
    const busy = (options: SyntheticOption[]) =>
      options.map((option) => ({
        ...option,
        openInterest: weeks.some((day) => expiryAt(spec, day) === option.expiry) ? 1 : 500,
      }));
    const result = imported(more, busy, { base });
    expect(result.btc.crowdedOut).toEqual([2, 3].map((day) => expiryAt(more, day)));
    expect(result.snapshot.underlyings[0].slices.map(({ expiry }) => Number(expiry))).toEqual(
      weeks.map((day) => expiryAt(spec, day)),
    );
  });

  it('go to new expiries in which positions are open before busier ones', () => {
    const weeks = Array.from({ length: 14 }, (_, i) => 7 * (i + 1));
    const spec = { ...BTC, days: weeks, strikes: 9 };
    const held = expiryAt(spec, 21);
    const quiet = (options: SyntheticOption[]) =>
      options.map((option) => (option.expiry === held ? { ...option, openInterest: 0 } : option));
    const openExpiries = [{ underlying: 0, expiry: BigInt(held) } as const];
    const [unknown, known] = [imported(spec, quiet), imported(spec, quiet, { openExpiries })];
    expect(sliceIn(unknown.snapshot, held)).toBeUndefined();
    expect(sliceIn(known.snapshot, held)).toBeDefined();
    expect(known.btc.crowdedOut).toHaveLength(2);
  });
});
