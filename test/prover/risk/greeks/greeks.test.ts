// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  black76Call,
  black76Put,
  normalDistribution,
  Real,
  sviStdDev,
} from '../../../../scripts/accuracy/reference.ts';
import { multiplierOfLogMoveQ24 } from '../../../../prover/risk/pricing/log-grid.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import type { ValuedPosition } from '../../../../prover/risk/margin/contingencies.ts';
import type { Greeks, SurfaceGreeks } from '../../../../prover/risk/greeks/greeks.ts';
import {
  accountGreeks,
  positionGreeks,
  sumGreeks,
  surfaceGreeks,
} from '../../../../prover/risk/greeks/greeks.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import type {
  Instrument,
  LiveSlice,
  MarketSnapshot,
  Scenario,
} from '../../../../prover/model/types.ts';
import { goldenCases, goldenMarket } from '../../../support/golden.ts';
import { someOf } from '../../../support/cases.ts';

type Kind = 'call' | 'put';

const YEAR = 31_536_000;

interface Terms {
  readonly kind: Kind;
  readonly forward: number;
  readonly strike: number;
  readonly vol: number;
  readonly tau: number;
}

/** One contract, valued as the engine would, delta from the 50-digit reference. */
function positionOf({ kind, forward, strike, vol, tau }: Terms, lots = 100n): ValuedPosition {
  const stdDevQ32 = BigInt(Math.round(vol * Math.sqrt(tau / YEAR) * 2 ** 32));
  const stdDev = new Real(stdDevQ32.toString()).div(2 ** 32);
  const d1 = Real.ln(new Real(forward).div(strike)).div(stdDev).add(stdDev.div(2));
  const delta = normalDistribution(d1).sub(kind === 'call' ? 0 : 1);
  return {
    instrument: {
      underlying: 0,
      kind,
      expiry: 2_000_000_000n,
      strikeE4: BigInt(Math.round(strike * 1e4)),
    },
    lots,
    valuation: {
      settled: false,
      referenceE4: BigInt(Math.round(forward * 1e4)),
      confidenceQ10: 1024n,
      markQ128: 0n,
      deltaQ128: BigInt(delta.mul(new Real(2).pow(128)).toFixed(0)),
      stdDevQ32,
      tau: BigInt(tau),
      valuesQ152: [],
    },
  };
}

type Pricer = (forward: Real, volShift: Real, elapsedYears: Real) => Real;

/**
 * All six by differences of a price in 50 digits: h = 10⁻¹² leaves 20 good digits, and no formula
 * for a Greek is used.
 */
function byDifferences(price: Pricer, forward: Real): Greeks {
  const zero = new Real(0);
  const h = new Real('1e-12');
  const bump = forward.mul(h);
  const at = (df: number, dv: number): Real => price(forward.add(bump.mul(df)), h.mul(dv), zero);
  const slope = (up: Real, down: Real, step: Real): Real => up.sub(down).div(step.mul(2));
  const bend = (up: Real, down: Real, step: Real): Real =>
    up.add(down).sub(at(0, 0).mul(2)).div(step.mul(step));
  const cross = at(1, 1).sub(at(1, -1)).sub(at(-1, 1)).add(at(-1, -1));
  return {
    delta: slope(at(1, 0), at(-1, 0), bump).toNumber(),
    gamma: bend(at(1, 0), at(-1, 0), bump).toNumber(),
    vega: slope(at(0, 1), at(0, -1), h).div(100).toNumber(),
    theta: slope(price(forward, zero, h), price(forward, zero, h.neg()), h)
      .div(365)
      .toNumber(),
    vanna: cross.div(bump.mul(h).mul(4)).div(100).toNumber(),
    volga: bend(at(0, 1), at(0, -1), h).div(10_000).toNumber(),
  };
}

const optionPrice = (kind: Kind, forward: Real, strike: Real, stdDev: Real): Real =>
  (kind === 'call' ? black76Call : black76Put)(forward, strike, stdDev);

function expectClose(actual: Greeks, expected: Greeks, relative: number, absolute = 0): void {
  for (const name of ['delta', 'gamma', 'vega', 'theta', 'vanna', 'volga'] as const) {
    const limit = Math.abs(expected[name]) * relative + absolute;
    const gap = Math.abs(actual[name] - expected[name]);
    expect(gap, `${name}: ${actual[name]} for ${expected[name]}`).toBeLessThanOrEqual(limit);
  }
}

const GRID: Terms[] = (['call', 'put'] as const).flatMap((kind) =>
  [0.6, 0.9, 1, 1.15, 1.8].flatMap((moneyness) =>
    [
      [0.3, 3600],
      [0.8, 604_800],
      [1.5, 2_592_000],
      [0.55, 31_536_000],
    ].map(([vol, tau]) => ({
      kind,
      forward: 70_000,
      strike: 70_000 * moneyness,
      vol: vol!,
      tau: tau!,
    })),
  ),
);

describe('Greeks of an option', () => {
  it('are the derivatives of the price at 50 digits, the strike keeping its volatility', () => {
    for (const terms of someOf(GRID)) {
      const position = positionOf(terms);
      const stdDev = new Real(position.valuation.stdDevQ32.toString()).div(2 ** 32);
      const years = new Real(terms.tau).div(YEAR);
      const vol = stdDev.div(Real.sqrt(years));
      const price: Pricer = (forward, shift, elapsed) =>
        optionPrice(
          terms.kind,
          forward,
          new Real(terms.strike),
          vol.add(shift).mul(Real.sqrt(years.sub(elapsed))),
        );
      const expected = byDifferences(price, new Real(terms.forward));
      // Doubles lose digits in φ far from the money; values there are far below a cent.
      expectClose(positionGreeks(position), expected, 1e-9, 1e-12);
    }
  });

  it('agree with published values', () => {
    // Haug 1998 by way of QuantLib's test suite; spot Greeks with rate r and yield q, so
    // delta_S = e^(−qT)·delta_F, gamma_S = e^((r−2q)T)·gamma_F, vega_S = e^(−rT)·vega_F.
    const at = (
      kind: Kind,
      spot: number,
      strike: number,
      q: number,
      r: number,
      T: number,
      vol: number,
    ) =>
      positionGreeks(
        positionOf({ kind, forward: spot * Math.exp((r - q) * T), strike, vol, tau: T * YEAR }),
      );
    expect(Math.exp(-0.05) * at('call', 105, 100, 0.1, 0.1, 0.5, 0.36).delta).toBeCloseTo(
      0.5946,
      4,
    );
    expect(Math.exp(-0.05) * at('put', 105, 100, 0.1, 0.1, 0.5, 0.36).delta).toBeCloseTo(
      -0.3566,
      4,
    );
    for (const kind of ['call', 'put'] as const) {
      const greeks = at(kind, 55, 60, 0, 0.1, 0.75, 0.3);
      expect(Math.exp(0.075) * greeks.gamma).toBeCloseTo(0.0278, 4);
      expect(Math.exp(-0.075) * greeks.vega * 100).toBeCloseTo(18.9358, 3);
    }
  });

  it('grow with the position and turn with its sign', () => {
    const terms = GRID[5]!;
    const one = positionGreeks(positionOf(terms));
    const short = positionGreeks(positionOf(terms, -250n));
    for (const name of Object.keys(one) as (keyof Greeks)[]) {
      expect(short[name]).toBeCloseTo(-2.5 * one[name], 12);
    }
  });
});

/** A smile with skew and curvature around 70,000 USD. */
const SLICE: LiveSlice = {
  state: 'live',
  expiry: 2_000_000_000n,
  forwardRatioQ30: 1n << 30n,
  aQ44: BigInt(Math.round(0.002 * 2 ** 44)),
  bQ30: BigInt(Math.round(0.05 * 2 ** 30)),
  cQ30: BigInt(Math.round(-0.02 * 2 ** 30)),
  mQ24: BigInt(Math.round(0.01 * 2 ** 24)),
  sigmaQ24: BigInt(Math.round(0.12 * 2 ** 24)),
  kMinQ10: -700n,
  kMaxQ10: 600n,
  confidenceQ10: 1024n,
};

function snapshotWith(slice: LiveSlice): MarketSnapshot {
  const { snapshot } = goldenMarket('crash');
  const [btc, eth] = snapshot.underlyings;
  return { ...snapshot, underlyings: [{ ...btc, slices: [slice] }, eth] };
}

/** √w(k) of the slice in 50 digits. */
function smileStdDev(k: Real): Real {
  const real = (value: bigint, bits: number): Real => new Real(value.toString()).div(2 ** bits);
  return sviStdDev(k, {
    a: real(SLICE.aQ44, 44),
    b: real(SLICE.bQ30, 30),
    c: real(SLICE.cQ30, 30),
    m: real(SLICE.mQ24, 24),
    sigma: real(SLICE.sigmaQ24, 24),
  });
}

describe('Greeks under the surface', () => {
  const tau = 2_592_000;
  const years = new Real(tau).div(YEAR);

  function atStrike(kind: Kind, strike: number): { greeks: SurfaceGreeks; expected: Greeks } {
    const forward = 70_000;
    const money = (f: Real): Real => smileStdDev(Real.ln(new Real(strike).div(f)));
    const vol = money(new Real(forward)).div(Real.sqrt(years)).toNumber();
    const position = positionOf({ kind, forward, strike, vol, tau });
    const price: Pricer = (f, shift, elapsed) =>
      optionPrice(
        kind,
        f,
        new Real(strike),
        money(f)
          .div(Real.sqrt(years))
          .add(shift)
          .mul(Real.sqrt(years.sub(elapsed))),
      );
    return {
      greeks: surfaceGreeks(position, snapshotWith(SLICE)),
      expected: byDifferences(price, new Real(forward)),
    };
  }

  it('follow the smile when it moves with the forward', () => {
    for (const kind of ['call', 'put'] as const) {
      for (const strike of [45_000, 60_000, 70_000, 80_000, 110_000]) {
        const { greeks, expected } = atStrike(kind, strike);
        // The standard deviation is the engine's, rounded to 2⁻³².
        expectClose(greeks.stickyDelta, expected, 1e-6, 1e-9);
        expect(Math.abs(greeks.stickyStrike.delta - expected.delta)).toBeGreaterThan(1e-5);
      }
    }
  });

  it('are the same under both where the surface is flat', () => {
    for (const strike of [30_000, 140_000]) {
      const { greeks } = atStrike('call', strike);
      expect(greeks.stickyDelta).toEqual(greeks.stickyStrike);
    }
  });
});

/** Index moves of 2⁻¹⁰ in logarithm, the strike keeping its volatility. */
const SMALL_MOVES: Scenario[] = [1, -1].map((logMove) => ({
  multiplierQ24: multiplierOfLogMoveQ24(logMove),
  logMoveQ10: BigInt(logMove),
  dampingQ16: 1n << 16n,
  vol: 'unchanged',
  roll: 'none',
}));

describe('Greeks and the engine', () => {
  const { snapshot } = goldenMarket('crash');
  const { parameters } = loadDefaultParameters();
  const [btc, eth] = parameters.underlyings;
  const small = {
    ...parameters,
    underlyings: [
      { ...btc, scenarios: SMALL_MOVES },
      { ...eth, scenarios: SMALL_MOVES },
    ] as const,
  };
  const market = priceMarket(snapshot, small);
  const moved = (bps: bigint): MarketSnapshot => ({
    ...snapshot,
    underlyings: snapshot.underlyings.map((each) => ({
      ...each,
      indexE4: (each.indexE4 * (10_000n + bps)) / 10_000n,
    })) as unknown as MarketSnapshot['underlyings'],
  });
  const [up, down] = [priceMarket(moved(10n), small), priceMarket(moved(-10n), small)];
  const usd = (value: bigint, bits: bigint): number =>
    Number(value >> (bits - 40n)) / 2 ** 40 / 1e4;

  const options: Instrument[] = snapshot.underlyings.flatMap(({ slices }, u) =>
    slices
      .filter((slice) => slice.state === 'live' && slice.expiry > snapshot.time + 86_400n)
      .flatMap(({ expiry }) =>
        [94n, 100n, 107n].flatMap((percent) =>
          (['call', 'put'] as const).map((kind) => ({
            underlying: u as 0 | 1,
            kind,
            expiry,
            strikeE4: (snapshot.underlyings[u]!.indexE4 * percent) / 100n,
          })),
        ),
      ),
  );

  it('has options to compare', () => {
    expect(options.length).toBeGreaterThan(20);
  });

  it('sticky strike is how scenarios move values', () => {
    for (const instrument of options) {
      const valuation = market.value(instrument);
      const { delta } = positionGreeks({ instrument, lots: 100n, valuation });
      const [, above, below] = valuation.valuesQ152;
      const forward = Number(valuation.referenceE4) / 1e4;
      const step = Number(SMALL_MOVES[0]!.multiplierQ24 - SMALL_MOVES[1]!.multiplierQ24) / 2 ** 24;
      const slope = (usd(above!, 152n) - usd(below!, 152n)) / (forward * step);
      expect(Math.abs(slope - delta)).toBeLessThan(2e-3);
    }
  });

  it('sticky delta is how marks move with the index', () => {
    let apart = 0;
    for (const instrument of options) {
      const valuation = market.value(instrument);
      const position = { instrument, lots: 100n, valuation };
      const { stickyDelta, stickyStrike } = surfaceGreeks(position, snapshot);
      const [above, below] = [up.value(instrument), down.value(instrument)];
      const step = (Number(above.referenceE4) - Number(below.referenceE4)) / 1e4;
      const slope = (usd(above.markQ128, 128n) - usd(below.markQ128, 128n)) / step;
      expect(Math.abs(slope - stickyDelta.delta)).toBeLessThan(2e-3);
      apart = Math.max(apart, Math.abs(stickyDelta.delta - stickyStrike.delta));
    }
    // The two conventions are not the same number: the comparison above can fail.
    expect(apart).toBeGreaterThan(0.02);
  });

  it('add up over positions, underlyings and the account', () => {
    for (const { account, market: golden } of goldenCases('crash')) {
      const { positions } = marginPortfolio(account, golden);
      const { underlyings, account: dollars } = accountGreeks(positions, golden.snapshot);
      const all = positions.map((position) => surfaceGreeks(position, golden.snapshot));
      const sum = sumGreeks(all.map(({ stickyDelta }) => stickyDelta));
      const [first, second] = underlyings;
      expect(first.stickyDelta.vega + second.stickyDelta.vega).toBeCloseTo(sum.vega, 6);
      expect(dollars.stickyDelta.theta).toBeCloseTo(sum.theta, 6);
      const deltaUsd = positions.reduce(
        (total, position) =>
          total + positionGreeks(position).delta * (Number(position.valuation.referenceE4) / 1e4),
        0,
      );
      expect(Math.abs(dollars.stickyStrike.delta - deltaUsd)).toBeLessThan(
        1e-9 * (1 + Math.abs(deltaUsd)),
      );
    }
  });
});
