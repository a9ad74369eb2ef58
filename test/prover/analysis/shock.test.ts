// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import {
  parseSnapshotValue,
  snapshotDocument,
} from '../../../prover/documents/snapshot-document.ts';
import { checkSnapshot } from '../../../prover/documents/snapshot-rules.ts';
import { scaleVariance } from '../../../prover/analysis/surface-moves.ts';
import {
  noShock,
  repriceMarket,
  shockSnapshot,
  VOL_UNCHANGED,
  type MarketShock,
} from '../../../prover/analysis/shock.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { sqrtFloor } from '../../../prover/risk/pricing/square-root.ts';
import { totalVarianceQ64 } from '../../../prover/risk/pricing/svi.ts';
import type { Instrument, LiveSlice, MarketSnapshot } from '../../../prover/model/types.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { SEED, scenes, snapshots, TIME } from '../../support/arbitraries.ts';
import { casesOf } from '../../support/cases.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const crash = sample.snapshots.crash.snapshot;

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 200): void =>
  fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns: casesOf(numRuns) });

const STEEP: LiveSlice = {
  state: 'live',
  expiry: TIME + 86_400n,
  forwardRatioQ30: 1n << 30n,
  aQ44: 1n << 40n,
  bQ30: 3n << 29n,
  cQ30: -(1n << 28n),
  mQ24: 0n,
  sigmaQ24: 1n << 22n,
  kMinQ10: -200n,
  kMaxQ10: 200n,
  confidenceQ10: 1024n,
};

/** From a tenth to ten times the index, a fifth to five times the volatility, up to two days. */
const shocks = (snapshot: MarketSnapshot): fc.Arbitrary<MarketShock> => {
  const index = (u: 0 | 1): fc.Arbitrary<bigint> =>
    fc.bigInt(100n, 10_000n).map((permille) => {
      const moved = (snapshot.underlyings[u].indexE4 * permille) / 1_000n;
      return moved > 2n ** 37n ? 2n ** 37n : moved < 1n ? 1n : moved;
    });
  const vol = fc.bigInt(200_000n, 5_000_000n);
  return fc.record({
    indexE4: fc.tuple(index(0), index(1)),
    volPpm: fc.tuple(vol, vol),
    seconds: fc.oneof(fc.constant(0n), fc.bigInt(1n, 172_800n)),
  });
};
const shocked = snapshots
  .filter(({ underlyings }) => underlyings.every(({ perpetualMarkE4: p }) => p < 2n ** 36n))
  .chain((snapshot) => fc.tuple(fc.constant(snapshot), shocks(snapshot)));

describe('a shocked snapshot', () => {
  it('obeys every rule of the document and fits its fields', () => {
    check(shocked, ([snapshot, shock]) => {
      const { snapshot: moved } = shockSnapshot(snapshot, shock, parameters);
      expect(() => checkSnapshot(moved)).not.toThrow();
      expect(parseSnapshotValue(JSON.parse(JSON.stringify(snapshotDocument(moved))))).toEqual(
        moved,
      );
    });
  });

  it('is the very snapshot where nothing moves', () => {
    check(snapshots, (snapshot) => {
      const { snapshot: same, limits } = shockSnapshot(snapshot, noShock(snapshot), parameters);
      expect(same).toEqual(snapshot);
      expect(same.underlyings[0]).toBe(snapshot.underlyings[0]);
      expect(limits).toEqual([]);
    });
  });

  it('keeps the ratio of every forward, and the premium of perpetual and coins to a unit', () => {
    check(shocked, ([snapshot, shock]) => {
      const { snapshot: moved } = shockSnapshot(snapshot, shock, parameters);
      for (const u of [0, 1] as const) {
        const [before, after] = [snapshot.underlyings[u], moved.underlyings[u]];
        expect(after.slices.map((s) => s.forwardRatioQ30)).toEqual(
          before.slices.map((s) => s.forwardRatioQ30),
        );
        const drift =
          2n * (after.perpetualMarkE4 * before.indexE4 - before.perpetualMarkE4 * after.indexE4);
        expect(drift <= before.indexE4 && drift >= -before.indexE4).toBe(true);
      }
    });
  });

  it('refuses prices and times beyond their fields', () => {
    const still = noShock(crash);
    const cases: readonly [Partial<MarketShock>, string][] = [
      [{ indexE4: [0n, still.indexE4[1]] }, 'index'],
      [{ indexE4: [2n ** 37n + 1n, still.indexE4[1]] }, 'index'],
      [{ volPpm: [0n, VOL_UNCHANGED] }, 'volatility multiple'],
      [{ seconds: 2n ** 32n }, 'time'],
    ];
    for (const [change, what] of cases) {
      expect(() => shockSnapshot(crash, { ...still, ...change }, parameters)).toThrow(what);
    }
  });
});

describe('a move of the index', () => {
  it('leaves strikes inside the fitted range their volatility (sticky strike)', () => {
    const option = (slice: LiveSlice, forwardE4: bigint, percent: bigint): Instrument => ({
      underlying: 0,
      kind: 'call',
      expiry: slice.expiry,
      strikeE4: (forwardE4 * percent) / 100n,
    });
    const market = priceMarket(crash, parameters);
    const still = noShock(crash);
    let compared = 0;
    for (const bps of [9_900n, 9_950n, 10_070n, 10_100n]) {
      const indexE4: [bigint, bigint] = [(still.indexE4[0] * bps) / 10_000n, still.indexE4[1]];
      const { snapshot } = shockSnapshot(crash, { ...still, indexE4 }, parameters);
      const after = repriceMarket(market, snapshot);
      for (const slice of crash.underlyings[0].slices) {
        if (slice.state !== 'live') continue;
        const { forwardE4 } = market.expiry(option(slice, 1n, 100n));
        for (const percent of [96n, 98n, 100n, 103n]) {
          const k = Math.log(Number(percent) / 100) * 1024;
          // Clear of the edges of the range, which live on a grid of 2⁻¹⁰.
          if (k < Number(slice.kMinQ10) + 1 || k > Number(slice.kMaxQ10) - 1) continue;
          const instrument = option(slice, forwardE4, percent);
          const [was, is] = [market, after].map((m) => Number(m.value(instrument).stdDevQ32));
          expect(Math.abs(is! / was! - 1)).toBeLessThan(2e-5);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('loses what the scenario of the same move loses, where no coin and no range edge is in play', () => {
    const market = priceMarket(crash, parameters);
    const still = noShock(crash);
    let compared = 0;
    for (const account of sample.ledgers.crash) {
      // Far expiries, whose fitted range holds the strikes and the move.
      const positions = account.positions.filter(
        ({ instrument: { underlying, expiry } }) =>
          underlying === 0 && (expiry === 0n || expiry > crash.time + 100n * 86_400n),
      );
      if (positions.length === 0) continue;
      const portfolio = { quoteE6: 0n, collateralE8: [0n, 0n, 0n] as const, positions };
      const margin = marginPortfolio(portfolio, market);
      for (const id of [8, 11]) {
        const { multiplierQ24 } = parameters.underlyings[0].scenarios[id - 1]!;
        const indexE4: [bigint, bigint] = [
          (still.indexE4[0] * multiplierQ24) >> 24n,
          still.indexE4[1],
        ];
        const { snapshot } = shockSnapshot(crash, { ...still, indexE4 }, parameters);
        const after = marginPortfolio(portfolio, repriceMarket(market, snapshot));
        const loss = margin.equityE6 - after.equityE6;
        const scenario = margin.underlyings[0].lossesE6[id]!;
        const notional = positions.reduce(
          (sum, { lots }) => sum + (lots < 0n ? -lots : lots) * still.indexE4[0],
          0n,
        );
        // The grids: k at 2⁻³⁰, m at 2⁻²⁴, the multiplier at 2⁻²⁴, d₁ at 2⁻¹³.
        const difference = Number(loss - scenario) / Number(notional);
        expect(Math.abs(difference)).toBeLessThan(1e-6);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(50);
  });
});

describe('a move of volatility', () => {
  const surfaces = snapshots
    .map(({ underlyings }) =>
      underlyings.flatMap(({ slices }) => slices.filter((s) => s.state === 'live')),
    )
    .filter((slices) => slices.length > 0);

  it('scales total variance at every strike, and at the forward even where wings are capped', () => {
    check(
      fc.tuple(surfaces, fc.bigInt(50_000n, 4_000_000n), fc.integer({ min: -4_000, max: 4_000 })),
      ([slices, by, kQ10]) => {
        for (const slice of slices) {
          const { slice: scaled, limits } = scaleVariance(slice, by, 1_000_000n);
          if (limits.includes('variance')) continue;
          const k = limits.includes('wings') ? 0n : BigInt(kQ10) << 20n;
          const [before, after] = [totalVarianceQ64(slice, k), totalVarianceQ64(scaled, k)];
          const error = Number(after - (before * by) / 1_000_000n) / 2 ** 64;
          // b and c at 2⁻³⁰ over |k − m| < 8, a at 2⁻⁴⁴.
          expect(Math.abs(error)).toBeLessThan(2 ** -24);
        }
      },
    );
  });

  it('never takes the least variance below zero, even of a slice that touches it', () => {
    const touching = fc
      .record({
        bQ30: fc.bigInt(0n, 2n ** 30n),
        rho: fc.bigInt(-1_000n, 1_000n),
        mQ24: fc.bigInt(-(2n ** 25n), 2n ** 25n),
        sigmaQ24: fc.bigInt(0n, 2n ** 25n),
      })
      .map(({ rho, ...slice }): LiveSlice => {
        const cQ30 = (slice.bQ30 * rho) / 1_000n;
        const valleyQ54 = sqrtFloor(slice.sigmaQ24 ** 2n * (slice.bQ30 ** 2n - cQ30 ** 2n));
        return { ...STEEP, ...slice, cQ30, aQ44: -(valleyQ54 >> 10n) };
      });
    check(fc.tuple(touching, fc.bigInt(1n, 4_000_000n)), ([slice, by]) => {
      const { slice: scaled } = scaleVariance(slice, by, 1_000_000n);
      const market = { ...crash.underlyings[0], slices: [scaled] };
      const underlyings = [market, crash.underlyings[1]] as const;
      expect(() => checkSnapshot({ ...crash, underlyings })).not.toThrow();
    });
  });

  it('reports the limits it meets', () => {
    const up = scaleVariance(STEEP, 2n, 1n);
    expect(up.limits).toEqual(['wings']);
    expect(up.slice.bQ30 - up.slice.cQ30).toBeLessThanOrEqual(1n << 31n);
    expect(scaleVariance(STEEP, 1_000n, 1n).limits).toEqual(['wings', 'variance']);
    expect(scaleVariance(STEEP, 1n, 2n).limits).toEqual([]);
  });
});

describe('passing time', () => {
  it('shrinks total variance with the time left, and expires without a settlement price', () => {
    const still = noShock(crash);
    const [btc] = crash.underlyings;
    const next = btc.slices.find((slice) => slice.state === 'live')!;
    const seconds = next.expiry - crash.time;
    const { snapshot } = shockSnapshot(crash, { ...still, seconds }, parameters);
    expect(snapshot.time).toBe(next.expiry);
    expect(snapshot.time - snapshot.indexTime).toBe(crash.time - crash.indexTime);
    const passed = snapshot.underlyings[0].slices.find(({ expiry }) => expiry === next.expiry)!;
    expect(passed).toMatchObject({ state: 'expired', settlementPriceE4: 0n });
    const last = btc.slices.at(-1) as LiveSlice;
    const later = snapshot.underlyings[0].slices.at(-1) as LiveSlice;
    const left = Number(last.expiry - snapshot.time) / Number(last.expiry - crash.time);
    expect(Number(totalVarianceQ64(later, 0n)) / Number(totalVarianceQ64(last, 0n))).toBeCloseTo(
      left,
      6,
    );
  });
});

describe('a repriced market', () => {
  it('is the market priced from scratch', () => {
    check(
      scenes({ maxPositions: 5 })
        .filter(({ snapshot: { underlyings } }) =>
          underlyings.every(({ perpetualMarkE4: p }) => p < 2n ** 36n),
        )
        .chain((scene) => fc.tuple(fc.constant(scene), shocks(scene.snapshot))),
      ([{ snapshot, portfolio }, { indexE4 }]) => {
        const base = priceMarket(snapshot, parameters);
        const shock = {
          ...noShock(snapshot),
          indexE4: [indexE4[0], base.snapshot.underlyings[1].indexE4] as const,
        };
        const { snapshot: moved } = shockSnapshot(snapshot, shock, parameters);
        expect(marginPortfolio(portfolio, repriceMarket(base, moved))).toEqual(
          marginPortfolio(portfolio, priceMarket(moved, parameters)),
        );
      },
      60,
    );
  });
});
