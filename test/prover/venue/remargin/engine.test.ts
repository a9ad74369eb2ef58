// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: venues re-margined by engine and by definition take ten seconds of processor time.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  arrayMargin,
  imSlackCeil,
  type ArrayMargin,
} from '../../../../prover/venue/remargin/definition.ts';
import { RemarginEngine, type EngineMargin } from '../../../../prover/venue/remargin/engine.ts';
import { riskArray } from '../../../../prover/venue/remargin/risk-array.ts';
import { concentrationQ10 } from '../../../../prover/risk/margin/contingencies.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket, type PricedMarket } from '../../../../prover/risk/pricing/market.ts';
import type { Portfolio } from '../../../../prover/model/types.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { loadSample, SAMPLE_TICKS } from '../../../../prover/sample/sample.ts';
import { goldenCases, goldenMarket } from '../../../support/golden.ts';
import { narrowPortfolios, portfolios, stressed } from './generators.ts';

const ACCOUNTS = 600;

const define = (portfolio: Portfolio, market: PricedMarket): ArrayMargin =>
  arrayMargin(portfolio, (instrument) => riskArray(instrument, market), market);

const comparable = ({ scanQ16: _, ...rest }: ArrayMargin): EngineMargin => rest;

function engineOf(accounts: readonly Portfolio[], market: PricedMarket): RemarginEngine {
  const engine = new RemarginEngine();
  for (const account of accounts) engine.add(account);
  engine.setMarket(market);
  engine.remargin();
  return engine;
}

/** The bounds of docs/array-margin.md, and the verdict against the authority. */
function expectBounds(array: ArrayMargin, portfolio: Portfolio, market: PricedMarket): void {
  const exact = marginPortfolio(portfolio, market);
  expect(array.equityE6 - array.roundingE6 <= exact.equityE6).toBe(true);
  expect(exact.equityE6 <= array.equityE6 + array.roundingE6).toBe(true);
  expect(array.mmE6 >= exact.mmE6).toBe(true);
  expect(array.mmE6 - exact.mmE6 <= array.slackE6).toBe(true);
  expect(array.imE6 >= exact.imE6).toBe(true);
  const imSlackE6 = imSlackCeil(array.roundingE6, market.parameters);
  expect(array.imE6 - exact.imE6 <= imSlackE6).toBe(true);
  if (array.verdict !== 'band') expect(array.verdict === 'liquidatable').toBe(exact.liquidatable);
}

describe.each(['crash', 'extremes'] as const)('the columnar engine in the %s market', (set) => {
  let market: PricedMarket;
  let sampled: Portfolio[];
  beforeAll(() => {
    market = goldenMarket(set);
    sampled = fc.sample(portfolios(market), ACCOUNTS);
  });

  it('agrees bit for bit with the definition, in both widths', () => {
    const engine = engineOf(sampled, market);
    engine.setMarket(market);
    const { wide } = engine.remargin();
    expect(wide).toBeGreaterThan(ACCOUNTS / 20);
    expect(wide).toBeLessThan(ACCOUNTS);
    for (const [account, portfolio] of sampled.entries()) {
      expect(engine.margin(account), `account ${account}`).toEqual(
        comparable(define(portfolio, market)),
      );
    }
  });

  it('agrees and keeps to the bounds under parameters that no venue would choose', () => {
    const harsh = stressed(market);
    const accounts = fc.sample(narrowPortfolios(harsh), 4 * ACCOUNTS);
    const engine = engineOf(accounts, harsh);
    for (const [account, portfolio] of accounts.entries()) {
      const defined = define(portfolio, harsh);
      expect(engine.margin(account), `account ${account}`).toEqual(comparable(defined));
      expectBounds(defined, portfolio, harsh);
    }
  });

  it('keeps to the bounds against the exact model', () => {
    for (const portfolio of sampled) expectBounds(define(portfolio, market), portfolio, market);
  });

  it('says who is bankrupt, by how much, and who is below initial margin as the exact model does', () => {
    const engine = engineOf(sampled, market);
    let [bankrupt, below] = [0, 0];
    for (const [account, portfolio] of sampled.entries()) {
      const exact = marginPortfolio(portfolio, market);
      expect(engine.deficitE6(account), `account ${account}`).toBe(exact.deficitE6);
      const isBelow = exact.equityE6 < exact.imE6;
      expect(engine.isBelowInitial(account), `account ${account}`).toBe(isBelow);
      bankrupt += exact.bankrupt ? 1 : 0;
      below += isBelow ? 1 : 0;
    }
    expect(bankrupt).toBeGreaterThan(ACCOUNTS / 20);
    expect(below).toBeGreaterThan(bankrupt);
    expect(below).toBeLessThan(ACCOUNTS);
  });

  it('re-decides to the unit what stands at its initial margin, or at nothing', () => {
    const { account } = goldenCases(set).find((golden) => golden.account.positions.length >= 4)!;
    const exact = marginPortfolio(account, market);
    const at = (lackE6: bigint): Portfolio => ({ ...account, quoteE6: account.quoteE6 - lackE6 });
    const [toIm, toNothing] = [exact.equityE6 - exact.imE6, exact.grossEquityE6];
    const engine = engineOf([at(toIm), at(toIm + 1n), at(toNothing), at(toNothing + 1n)], market);
    expect([0, 1].map((place) => engine.isBelowInitial(place))).toEqual([false, true]);
    expect([2, 3].map((place) => engine.deficitE6(place))).toEqual([0n, 1n]);
  });

  it('decides every golden account as the exact model does', () => {
    const golden = goldenCases(set);
    const engine = engineOf(
      golden.map(({ account }) => account),
      market,
    );
    for (const [account, { account: portfolio, name }] of golden.entries()) {
      const exact = marginPortfolio(portfolio, market);
      expect(engine.decide(account).liquidatable, name).toBe(exact.liquidatable);
      expectBounds(define(portfolio, market), portfolio, market);
    }
  });

  it('re-decides exactly what stands at its maintenance margin', () => {
    const { account } = goldenCases(set).find((golden) => golden.account.positions.length >= 4)!;
    const exact = marginPortfolio(account, market);
    const short = exact.equityE6 - exact.mmE6;
    const at = (distanceE6: bigint): Portfolio => ({
      ...account,
      quoteE6: account.quoteE6 - short + distanceE6,
    });
    const engine = engineOf([at(0n), at(-1n), at(10n ** 12n), at(-(10n ** 12n))], market);
    expect(engine.decide(0)).toMatchObject({ by: 'exact', liquidatable: false });
    expect(engine.decide(1)).toMatchObject({ by: 'exact', liquidatable: true });
    expect(engine.decide(2)).toEqual({ by: 'array', liquidatable: false });
    expect(engine.decide(3)).toEqual({ by: 'array', liquidatable: true });
    expect(engine.liquidatable()).toEqual([1, 3]);
  });

  it('re-margins only what changed, as if it had all been new', () => {
    const half = ACCOUNTS / 2;
    const engine = engineOf(sampled.slice(0, half), market);
    const moved = [0, 7, half - 1];
    for (const account of moved) engine.update(account, sampled[half + account]!);
    expect(() => engine.margin(7)).toThrow(/margined since its last change/);
    expect(engine.remargin().accounts).toBe(moved.length);
    for (let account = 0; account < half; account += 1) {
      const portfolio = sampled[moved.includes(account) ? half + account : account]!;
      expect(engine.margin(account)).toEqual(comparable(define(portfolio, market)));
      expect(engine.accounts.portfolio(account)).toEqual(portfolio);
    }
    expect(engine.remargin().accounts).toBe(0);
  });

  it('margins a new account alone, and leaves the others as they were', () => {
    const [first, ...others] = sampled;
    const engine = engineOf([first!], market);
    for (const [place, portfolio] of others.entries()) {
      const account = engine.add(portfolio);
      expect(account).toBe(place + 1);
      expect(() => engine.margin(account)).toThrow(/margined since its last change/);
      expect(() => engine.liquidatable()).toThrow(/margined since its last change/);
      expect(engine.remargin().accounts).toBe(1);
    }
    for (const [account, portfolio] of sampled.entries()) {
      expect(engine.margin(account), `account ${account}`).toEqual(
        comparable(define(portfolio, market)),
      );
    }
    expect(engine.liquidatable()).toEqual(engineOf(sampled, market).liquidatable());
  });

  it.each(['mmBps', 'imBps'] as const)(
    'rounds a total of %s up from its last fraction of a unit, where a band starts inside one',
    (rate) => {
      const harsh = stressed(market);
      const { concentration, perpetual } = harsh.parameters;
      const { depthQuote } = harsh.snapshot.underlyings[0];
      const marginal = rate === 'mmBps' ? 'marginalMmBps' : 'marginalImBps';
      const instrument = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n } as const;
      const { dollarDeltaE4, referenceE4 } = riskArray(instrument, harsh);
      const unit = 10_000n << 10n;
      /** The charge before its division by `unit`. */
      const total = (lots: bigint): bigint =>
        ((perpetual[rate] * referenceE4 * lots) << 10n) +
        concentrationQ10(
          (dollarDeltaE4 + 1n) * lots,
          depthQuote,
          concentration[marginal],
          concentration.bandsQ10,
        );
      const sizes: bigint[] = [];
      for (let lots = 1n; sizes.length < 3; lots += 1n) {
        const last = total(lots) % unit;
        if (last > 0n && last < 1n << 10n) sizes.push(lots);
      }
      const accounts = sizes.map((lots): Portfolio => {
        return {
          quoteE6: 0n,
          collateralE8: [0n, 0n, 0n],
          positions: [{ instrument, lots }],
        };
      });
      const engine = engineOf(accounts, harsh);
      for (const [account, portfolio] of accounts.entries()) {
        expect(engine.margin(account)).toEqual(comparable(define(portfolio, harsh)));
      }
    },
  );
});

describe('the columnar engine on the sample', () => {
  it.each(SAMPLE_TICKS)('decides as the exact model at the %s', (tick) => {
    const { ledgers, snapshots } = loadSample();
    const market = priceMarket(snapshots[tick].snapshot, loadDefaultParameters().parameters);
    const expected = ledgers[tick].flatMap((account, index) =>
      marginPortfolio(account, market).liquidatable ? [index] : [],
    );
    expect(engineOf(ledgers[tick], market).liquidatable()).toEqual(expected);
  });
});

describe('what the engine refuses', () => {
  const market = goldenMarket('crash');
  const account = goldenCases('crash')
    .map((golden) => golden.account)
    .find(({ positions }) => positions.length > 0);

  it('refuses to margin without a market', () => {
    expect(() => new RemarginEngine().remargin()).toThrow(/expected a market/);
  });

  it('refuses lots beyond 27 bits and changes nothing', () => {
    const engine = engineOf([account!], market);
    const before = engine.margin(0);
    const positions = [{ ...account!.positions[0]!, lots: 2n ** 26n }];
    expect(() => engine.update(0, { ...account!, positions })).toThrow(/27-bit lots/);
    engine.remargin();
    expect(engine.margin(0)).toEqual(before);
  });
});
