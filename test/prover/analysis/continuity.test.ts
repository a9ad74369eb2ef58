// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Where margin moves in steps of the grids only, and where it does jump: docs/risk-analysis.md,
 * "Cliffs", states the figures asserted here.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { noShock, shockSnapshot } from '../../../prover/analysis/shock.ts';
import { marginPortfolio, type AccountMargin } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import type { MarketSnapshot, Portfolio, Position, Slice } from '../../../prover/model/types.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { SEED, inLedgerOrder, portfolios, scenes, snapshots } from '../../support/arbitraries.ts';
import { casesOf } from '../../support/cases.ts';

const { parameters } = loadDefaultParameters();
const crash = loadSample().snapshots.crash.snapshot;

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 150): void =>
  fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns: casesOf(numRuns) });

const abs = (x: bigint): bigint => (x < 0n ? -x : x);
const marginIn = (snapshot: MarketSnapshot, portfolio: Portfolio): AccountMargin =>
  marginPortfolio(portfolio, priceMarket(snapshot, parameters));
const only = (positions: readonly Position[]): Portfolio => ({
  quoteE6: 0n,
  collateralE8: [0n, 0n, 0n],
  positions: inLedgerOrder(positions),
});

const { indexE4 } = crash.underlyings[0];
/** 20 minutes ahead in the crash. */
const SOON = crash.underlyings[0].slices.find(({ expiry }) => expiry - crash.time === 1_200n)!;
const LAST = crash.underlyings[0].slices.at(-1)!;
const forwardOf = (expiry: bigint): bigint =>
  priceMarket(crash, parameters).expiry({ underlying: 0, kind: 'future', expiry, strikeE4: 0n })
    .forwardE4;
const straddle = (expiry: bigint, lots: bigint): Portfolio =>
  only(
    (['call', 'put'] as const).map((kind) => ({
      instrument: { underlying: 0, kind, expiry, strikeE4: forwardOf(expiry) },
      lots,
    })),
  );
const later = (seconds: bigint): MarketSnapshot =>
  shockSnapshot(crash, { ...noShock(crash), seconds }, parameters).snapshot;
/** Per mille of one contract's index, to three decimals. */
const perMille = (amountE6: bigint): number =>
  Number((amountE6 * 10n ** 6n) / (indexE4 * 100n)) / 1e3;

describe('margin is continuous', () => {
  it('in volatility: a millionth more moves it by millionths of the notional', () => {
    check(scenes(), ({ snapshot, portfolio }) => {
      fc.pre(snapshot.underlyings.every(({ perpetualMarkE4: p }) => p < 2n ** 36n));
      const still = noShock(snapshot);
      const { snapshot: moved } = shockSnapshot(
        snapshot,
        { ...still, volPpm: [1_000_001n, 1_000_001n] },
        parameters,
      );
      const [before, after] = [marginIn(snapshot, portfolio), marginIn(moved, portfolio)];
      // Vega is at most 0.4·F a unit of standard deviation, which stays below 4 here and, shocked,
      // in a market of six times the price; the d₁ grid moves the delta that concentration charges.
      const bound = before.positions.reduce((sum, { lots, valuation, instrument }) => {
        const { indexE4: index } = snapshot.underlyings[instrument.underlying];
        return sum + (abs(lots) * (valuation.referenceE4 + index)) / 50_000n + abs(lots);
      }, 10n);
      for (const name of ['equityE6', 'mmE6', 'imE6'] as const) {
        expect(abs(after[name] - before[name])).toBeLessThanOrEqual(bound);
      }
    });
  });

  it('in time: second by second up to the expiry, with variance that shrinks with the time left', () => {
    for (const portfolio of [straddle(SOON.expiry, -100n), straddle(SOON.expiry, 100n)]) {
      let previous = marginIn(later(1_100n), portfolio);
      for (let seconds = 1_101n; seconds < 1_200n; seconds += 1n) {
        const next = marginIn(later(seconds), portfolio);
        // w ∝ √τ: the last second but one costs (√2 − 1)·√(1 s) of value, 0.08 per mille here.
        for (const name of ['equityE6', 'mmE6', 'imE6'] as const) {
          expect(Math.abs(perMille(next[name] - previous[name]))).toBeLessThan(0.1);
        }
        previous = next;
      }
    }
  });

  it('in the index: a path of small steps adds up to small steps of margin', () => {
    const still = noShock(crash);
    const portfolio = only([
      ...straddle(LAST.expiry, -100n).positions,
      { instrument: { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n }, lots: 100n },
    ]);
    const at = (bps: bigint): AccountMargin => {
      const moved = (still.indexE4[0] * (100_000n + bps)) / 100_000n;
      const shock = { ...still, indexE4: [moved, still.indexE4[1]] as const };
      return marginIn(shockSnapshot(crash, shock, parameters).snapshot, portfolio);
    };
    let previous = at(-3_000n);
    for (let bps = -2_990n; bps <= 3_000n; bps += 10n) {
      const next = at(bps);
      // One step is 0.1 per mille of the index: at most 1.2 times that in equity (delta up to 1.2).
      expect(Math.abs(perMille(next.equityE6 - previous.equityE6))).toBeLessThan(0.25);
      expect(Math.abs(perMille(next.mmE6 - previous.mmE6))).toBeLessThan(0.25);
      previous = next;
    }
  });
});

describe('margin jumps', () => {
  it('at an expiry, by the value of the last second: under 0.2 per mille of the index', () => {
    for (const lots of [-100n, 100n]) {
      const portfolio = straddle(SOON.expiry, lots);
      const [before, after] = [
        marginIn(later(1_199n), portfolio),
        marginIn(later(1_200n), portfolio),
      ];
      const jump = Math.abs(perMille(after.equityE6 - before.equityE6));
      expect(jump).toBeGreaterThan(0.1);
      expect(jump).toBeLessThan(0.2);
      expect(Math.abs(perMille(after.mmE6 - before.mmE6))).toBeLessThan(0.2);
    }
  });

  it('at a settlement, to nothing: a settled position needs no margin and is worth its payoff', () => {
    const portfolio = straddle(SOON.expiry, -100n);
    const expired = later(1_200n);
    const settled: MarketSnapshot = {
      ...expired,
      underlyings: [
        {
          ...expired.underlyings[0],
          slices: expired.underlyings[0].slices.map((slice): Slice =>
            slice.state === 'expired' && slice.expiry === SOON.expiry
              ? { ...slice, settlementPriceE4: forwardOf(SOON.expiry) }
              : slice,
          ),
        },
        expired.underlyings[1],
      ],
    };
    const [waiting, paid] = [marginIn(expired, portfolio), marginIn(settled, portfolio)];
    expect(perMille(waiting.mmE6)).toBeCloseTo(150.46, 1);
    expect([paid.mmE6, paid.imE6, paid.equityE6]).toEqual([0n, 0n, 0n]);
    // The equity of both is the payoff at the forward, up to the kernel's own least volatility.
    expect(Math.abs(perMille(waiting.equityE6))).toBeLessThan(0.06);
  });

  it('where an expiry leaves the snapshot, by all its time value and the forward premium', () => {
    const unlisted: MarketSnapshot = {
      ...crash,
      underlyings: [
        { ...crash.underlyings[0], slices: crash.underlyings[0].slices.slice(0, -1) },
        crash.underlyings[1],
      ],
    };
    const portfolio = straddle(LAST.expiry, -100n);
    const [listed, gone] = [marginIn(crash, portfolio), marginIn(unlisted, portfolio)];
    expect([perMille(listed.equityE6), perMille(listed.mmE6)].map(Math.round)).toEqual([-464, 195]);
    expect([perMille(gone.equityE6), perMille(gone.mmE6)].map(Math.round)).toEqual([-47, 247]);
  });
});

describe('accounts merged', () => {
  it('need at most what the two need, in a deep book and up to units of rounding', () => {
    const two = snapshots.chain((snapshot) =>
      fc.tuple(
        fc.constant(snapshot),
        portfolios(snapshot, { maxPositions: 5 }),
        portfolios(snapshot, { maxPositions: 5 }),
      ),
    );
    check(two, ([snapshot, one, other]) => {
      const deep: MarketSnapshot = {
        ...snapshot,
        underlyings: [
          { ...snapshot.underlyings[0], depthQuote: 2n ** 40n - 1n },
          { ...snapshot.underlyings[1], depthQuote: 2n ** 40n - 1n },
        ],
      };
      // Coins stay with one: haircut tiers are marginal, two balances together fall deeper.
      const bare = { ...other, collateralE8: [0n, 0n, 0n] as const };
      const sums = new Map<string, Position>();
      for (const position of [...one.positions, ...bare.positions]) {
        const { kind, expiry, strikeE4, underlying } = position.instrument;
        const id = `${underlying}:${kind}:${expiry}:${strikeE4}`;
        const lots = (sums.get(id)?.lots ?? 0n) + position.lots;
        sums.set(id, { ...position, lots });
      }
      const merged: Portfolio = {
        quoteE6: one.quoteE6 + bare.quoteE6,
        collateralE8: one.collateralE8,
        positions: inLedgerOrder([...sums.values()].filter(({ lots }) => lots !== 0n)),
      };
      const [a, b, whole] = [one, bare, merged].map((p) => marginIn(deep, p)) as [
        AccountMargin,
        AccountMargin,
        AccountMargin,
      ];
      expect(whole.mmE6).toBeLessThanOrEqual(a.mmE6 + b.mmE6 + 3n);
      expect(whole.imE6).toBeLessThanOrEqual(a.imE6 + b.imE6 + 3n);
      expect(whole.equityE6).toBeGreaterThanOrEqual(a.equityE6 + b.equityE6);
    });
  });
});
