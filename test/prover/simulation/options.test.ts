// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { effectiveParameters } from '../../../prover/forecast/effective-set.ts';
import { pricePath } from '../../../prover/forecast/price-path.ts';
import type {
  Instrument,
  InstrumentKind,
  LiveSlice,
  MarketSnapshot,
  Position,
} from '../../../prover/model/types.ts';
import { optionGroups } from '../../../prover/risk/margin/uncovered.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { chainHistory } from '../../../prover/simulation/chain-history.ts';
import { chainPortfolios } from '../../../prover/simulation/chain-portfolios.ts';
import { measuresOf } from '../../../prover/simulation/delta-one.ts';
import { measureOptions, optionHistory } from '../../../prover/simulation/option-history.ts';
import {
  FAR_SECONDS,
  NEAR_SECONDS,
  OPTION_PORTFOLIOS,
  holdings,
  optionMargin,
  structuresAt,
  valuesAt,
  worth,
} from '../../../prover/simulation/option-model.ts';
import { historyOf, syntheticBars } from '../../support/bars.ts';
import { sampleSnapshot } from '../../support/flat-surface.ts';

const { parameters } = loadDefaultParameters();
const SPOT = 50_000;

describe('the option model in doubles', () => {
  const margin = optionMargin(parameters, 0);
  const names = OPTION_PORTFOLIOS.map(({ portfolio }) => portfolio);

  /** The same portfolios as accounts of the exact model, on a surface that is flat at one volatility. */
  function exactMargins(vol: number, multiplier: number): number[] {
    const snapshot = sampleSnapshot({ vol, spot: SPOT });
    const effective = effectiveParameters(parameters, [multiplier, multiplier]);
    const market = priceMarket(snapshot, effective);
    const { upperCall30, lowerCall30 } = structuresAt(vol);
    const option = (kind: InstrumentKind, tau: number, strike: number): Instrument => ({
      underlying: 0,
      kind,
      expiry: snapshot.time + BigInt(tau),
      strikeE4: BigInt(Math.round(strike * SPOT * 10_000)),
    });
    const [upper, lower] = [upperCall30!.strike, lowerCall30!.strike];
    const legs: Readonly<Record<string, readonly (readonly [Instrument, bigint])[]>> = {
      'short-straddle-30d': [
        [option('call', FAR_SECONDS, 1), -100n],
        [option('put', FAR_SECONDS, 1), -100n],
      ],
      'risk-reversal-long-call': [
        [option('call', FAR_SECONDS, upper), 100n],
        [option('put', FAR_SECONDS, lower), -100n],
      ],
      'risk-reversal-short-call': [
        [option('call', FAR_SECONDS, upper), -100n],
        [option('put', FAR_SECONDS, lower), 100n],
      ],
      'calendar-short-7d': [
        [option('call', NEAR_SECONDS, 1), -100n],
        [option('call', FAR_SECONDS, 1), 100n],
      ],
      'calendar-short-30d': [
        [option('call', NEAR_SECONDS, 1), 100n],
        [option('call', FAR_SECONDS, 1), -100n],
      ],
      // A coin moves as a perpetual does; only scan ranges are compared.
      'covered-call-30d': [
        [{ underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n }, 100n],
        [option('call', FAR_SECONDS, upper), -100n],
      ],
      'short-call-spread': [
        [option('call', FAR_SECONDS, 1), -100n],
        [option('call', FAR_SECONDS, upper), 100n],
      ],
      'short-put-spread': [
        [option('put', FAR_SECONDS, 1), -100n],
        [option('put', FAR_SECONDS, lower), 100n],
      ],
    };
    return names.map((name, index) => {
      const positions: Position[] = legs[name]!.map(([instrument, lots]) => ({ instrument, lots }));
      // What the table says is uncovered is what the format's rule finds in the legs.
      const uncovered = optionGroups(positions).map(({ uncoveredLots }) => Number(uncoveredLots));
      expect(
        uncovered.reduce((sum, lots) => sum + lots, 0),
        name,
      ).toBe(100 * OPTION_PORTFOLIOS[index]!.uncoveredShorts);
      const account = { quoteE6: 0n, collateralE8: [0n, 0n, 0n] as const, positions };
      // The scan range alone: contingencies are compared apart.
      return Number(marginPortfolio(account, market).scanMmE6) / 1e6 / SPOT;
    });
  }

  it.each([
    [0.3, 1],
    [0.6, 1],
    [1.2, 1],
    [0.6, 0.6],
    [0.9, 1.6],
  ])(
    'agrees with the exact model at a volatility of %d and a multiplier of %d',
    (vol, multiplier) => {
      const exact = exactMargins(vol, multiplier);
      const own = margin.maintenance(vol, multiplier);
      names.forEach((name, index) => {
        const { uncoveredShorts } = OPTION_PORTFOLIOS[index]!;
        const scan = own[index]! - 0.003 * uncoveredShorts;
        // The exact set rounds moves to 2⁻¹⁰, the tenor table and the surface to their grids.
        expect(Math.abs(scan - exact[index]!), name).toBeLessThan(0.0006);
        expect(scan, name).toBeGreaterThan(0.002);
      });
    },
  );

  it('holds what its name says: a short straddle loses on either side', () => {
    const straddle = holdings(OPTION_PORTFOLIOS[0]!);
    const structures = structuresAt(0.6);
    const at = (index: number): number => worth(straddle, valuesAt(structures, index, 0.6, 0));
    expect(at(1.2)).toBeLessThan(at(1));
    expect(at(0.8)).toBeLessThan(at(1));
  });

  it('a risk reversal and its reverse gain and lose the same', () => {
    const [long, short] = ['risk-reversal-long-call', 'risk-reversal-short-call'].map((name) =>
      holdings(OPTION_PORTFOLIOS[names.indexOf(name)]!),
    );
    const values = valuesAt(structuresAt(0.6), 1.1, 0.7, 3600);
    expect(worth(long!, values)).toBeCloseTo(-worth(short!, values), 15);
  });
});

describe('option history made by a volatility model', () => {
  const path = pricePath(historyOf(syntheticBars({ seed: 8, hours: 800, gaps: [[300, 4]] })));
  const input = {
    underlying: 0 as const,
    path,
    parameters,
    horizonSeconds: 7200,
    first: 0,
    end: path.times.length,
  };
  const ones = new Float64Array(path.times.length).fill(1);

  it('is labelled and never counts', () => {
    const results = measureOptions(optionHistory(input, undefined), ones);
    expect(results.map(({ portfolio }) => portfolio)).toEqual(
      OPTION_PORTFOLIOS.map(({ portfolio }) => portfolio),
    );
    for (const result of results) {
      expect(result).toMatchObject({
        counted: false,
        source: 'realised',
        windows: 800 - 4 - 2 * 2,
      });
    }
  });

  it('is measured only where the index of volatility is known, and says so', () => {
    const times = path.times.slice(100, 200);
    const implied = { times, vols: new Float64Array(100).fill(0.7) };
    const [straddle] = measureOptions(optionHistory(input, implied), ones);
    // Two hours after its last entry an index is no longer of the hour.
    expect(straddle).toMatchObject({ source: 'implied-index', windows: 102 });
  });

  it('a rise of volatility costs the short straddle even where the price stands still', () => {
    const still = historyOf(
      Array.from({ length: 50 }, (_, hour) => ({
        time: 1_600_000_000 - (1_600_000_000 % 3600) + hour * 3600,
        open: 100,
        high: 100,
        low: 100,
        close: 100,
      })),
    );
    const flat = pricePath(still);
    const vols = Float64Array.from(flat.times, (_, index) => (index < 25 ? 0.5 : 2.5));
    const made = optionHistory(
      { ...input, path: flat, end: flat.times.length },
      { times: flat.times, vols },
    );
    expect(made.losses[0]![10]).toBeLessThan(1e-3);
    expect(made.losses[0]![24]).toBeGreaterThan(0.3);
  });
});

describe('real chains', () => {
  const before = sampleSnapshot({ vol: 0.5, spot: 60_000 });
  const later = (hours: number, vol: number, spot: number): MarketSnapshot =>
    sampleSnapshot({ vol, spot, after: hours * 3600 });
  const measures = measuresOf(7200);
  const run = (snapshots: readonly MarketSnapshot[], multiplier = 1) =>
    chainHistory(snapshots, parameters, () => [multiplier, multiplier], measures);
  const of = (results: ReturnType<typeof run>, portfolio: string) =>
    results.find((own) => own.portfolio === portfolio && own.underlying === 0)!;

  it('revalues every class exactly: a quiet window breaches nothing', () => {
    const results = run([before, later(2, 0.5, 60_000)]);
    expect(results).toHaveLength(20);
    for (const result of results)
      expect(result).toMatchObject({ beyondMm: false, beyondIm: false });
    expect(of(results, 'short-straddle').lossE6).toBeLessThan(0n);
  });

  it('finds the classes that a collapse with a jump of volatility ruins, and only these', () => {
    const results = run([before, later(2, 1.4, 42_000)]);
    const ruined = results.filter(({ underlying, beyondMm }) => underlying === 0 && beyondMm);
    expect(ruined.map(({ portfolio }) => portfolio)).toEqual(
      expect.arrayContaining(['perpetual-long', 'short-straddle', 'risk-reversal-long-call']),
    );
    expect(of(results, 'perpetual-short').beyondMm).toBe(false);
    expect(of(results, 'perpetual-long').lossE6).toBe(18_000_000_000n);
  });

  it('sorts snapshots by time and counts a window to the tightest promise it fits', () => {
    const results = run([later(50, 0.5, 60_000), before, later(20, 0.5, 60_000)]);
    expect([...new Set(results.map(({ from, to }) => (to - from) / 3600))]).toEqual([20, 30]);
    expect(results[0]!.countsTo).toEqual(['im-24h', 'mm-24h']);
    expect(results.at(-1)!.countsTo).toEqual([]);
    expect(run([before, later(2, 0.5, 60_000)])[0]!.countsTo).toEqual(['mm-horizon']);
  });

  it('margins with the multiplier in force', () => {
    const pair = [before, later(2, 0.5, 60_000)];
    const [low, high] = [0.7, 1.4].map(
      (multiplier) => of(run(pair, multiplier), 'short-straddle').mmE6,
    );
    expect(Number(high) / Number(low)).toBeGreaterThan(1.4);
  });

  it('uses no expiry that passes inside the window', () => {
    const market = priceMarket(before, parameters);
    const first = before.underlyings[0].slices[0] as LiveSlice;
    for (const { account } of chainPortfolios(market, 0, first.expiry)) {
      for (const { instrument } of account.positions)
        expect(instrument.expiry).not.toBe(first.expiry);
    }
  });
});
