// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../../prover/chain/config.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { auctionPriceE6, secondsUntilPrice } from '../../../prover/keeper/auction.ts';
import { unwindCost, valueBid, type KeeperLimits } from '../../../prover/keeper/valuation.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const { engine } = DEFAULT_VENUE_CONFIG;
const RAMP = BigInt(engine.rampSeconds);
const sample = loadSample();
const { snapshot } = sample.snapshots.crash;
const tick = new MarketTick(snapshot, loadDefaultParameters());
const index = sample.labels.find(({ name }) => name === 'ordinary-liquidation')!.index;
const margin = marginPortfolio(sample.ledgers.crash[index]!, tick.market);

const LIMITS: KeeperLimits = {
  inventoryE6: 10n ** 15n,
  spreadBps: 5n,
  volCentipoints: 100n,
  minProfitE6: 10_000_000n,
  maxGasPriceWei: 100n * 10n ** 9n,
};
const offerAt = (elapsed: bigint, overrides = {}) => ({
  margin,
  snapshot,
  config: engine,
  elapsed,
  backedE6: 0n,
  gasUsed: 460_000n,
  gasPriceWei: 10n ** 10n,
  ...overrides,
});

describe('the auction’s price', () => {
  const amount = fc.bigInt(-(10n ** 15n), 10n ** 15n);
  const maintenance = fc.bigInt(0n, 10n ** 14n);
  const moment = fc.bigInt(0n, 2n * RAMP);

  it('never rises, pays nobody at its start, and never more than the incentive at its end', () => {
    fc.assert(
      fc.property(amount, maintenance, moment, (gross, mm, elapsed) => {
        const at = (t: bigint): bigint => auctionPriceE6(engine, gross, mm, t);
        expect(at(0n)).toBe(gross > 0n ? gross : 0n);
        expect(at(elapsed + 1n)).toBeLessThanOrEqual(at(elapsed));
        const least = (gross < 0n ? gross : 0n) - (mm * BigInt(engine.incentiveBps)) / 10_000n;
        expect(at(2n * RAMP)).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it('is reached at the first moment that is told, and not a second before', () => {
    fc.assert(
      fc.property(amount, maintenance, amount, (gross, mm, price) => {
        const at = (t: bigint): bigint => auctionPriceE6(engine, gross, mm, t);
        const first = secondsUntilPrice(engine, gross, mm, price);
        if (first === undefined) {
          expect(at(RAMP)).toBeGreaterThan(price);
          return;
        }
        expect(at(first)).toBeLessThanOrEqual(price);
        if (first > 0n) expect(at(first - 1n)).toBeGreaterThan(price);
      }),
    );
  });
});

describe('a bid reckoned through', () => {
  it('waits at the start, and bids at the moment that it named', () => {
    const early = valueBid(offerAt(0n), LIMITS);
    expect(early.verdict).toBe('too little profit');
    expect(early.profitE6).toBe(-(early.unwind.totalE6 + early.gasE6));
    const { paysIn } = early;
    expect(paysIn).toBeGreaterThan(0n);
    expect(valueBid(offerAt(paysIn! - 1n), LIMITS).verdict).toBe('too little profit');
    const then = valueBid(offerAt(paysIn!), LIMITS);
    expect(then.verdict).toBe('bid');
    expect(then.paysIn).toBe(0n);
    expect(then.profitE6).toBeGreaterThanOrEqual(LIMITS.minProfitE6);
  });

  it('escrows price and top-up, and counts the top-up as no cost', () => {
    const { priceE6, topUpE6, paymentE6, profitE6, unwind, gasE6 } = valueBid(
      offerAt(RAMP),
      LIMITS,
    );
    expect(topUpE6).toBe(margin.imE6 - margin.equityE6);
    expect(paymentE6).toBe(priceE6 + topUpE6);
    expect(profitE6).toBe(margin.grossEquityE6 - unwind.totalE6 - priceE6 - gasE6);
  });

  it.each([
    ['gas too dear', offerAt(RAMP, { gasPriceWei: LIMITS.maxGasPriceWei + 1n }), LIMITS],
    ['costs more than the inventory', offerAt(RAMP), { ...LIMITS, inventoryE6: 1n }],
    ['recovered', offerAt(RAMP, { margin: { ...margin, healthyForCure: true } }), LIMITS],
  ] as const)('says %s', (verdict, offer, limits) => {
    expect(valueBid(offer, limits).verdict).toBe(verdict);
  });

  it('buys to the last cent of its inventory', () => {
    const { paymentE6 } = valueBid(offerAt(RAMP), LIMITS);
    const exact = { ...LIMITS, inventoryE6: paymentE6 };
    expect(valueBid(offerAt(RAMP), exact).verdict).toBe('bid');
    const short = { ...LIMITS, inventoryE6: paymentE6 - 1n };
    expect(valueBid(offerAt(RAMP), short).verdict).toBe('costs more than the inventory');
  });

  it('reckons with what the fund has, and not with what it would owe', () => {
    const gone = { ...margin, grossEquityE6: -20_000_000_000n, equityE6: -20_000_000_000n };
    const of = (backedE6: bigint) => valueBid(offerAt(RAMP, { margin: gone, backedE6 }), LIMITS);
    const rich = of(10n ** 15n);
    expect(rich.priceE6).toBeLessThan(-20_000_000_000n);
    const poor = of(7_000_000n);
    expect(poor.priceE6).toBe(-7_000_000n);
    expect(poor.verdict).toBe('too little profit');
    expect(poor.paysIn).toBeUndefined();
  });

  it('pays four times the impact for twice the size, twice the spread and twice the volatility', () => {
    const account = sample.ledgers.crash[index]!;
    const twice = marginPortfolio(
      {
        ...account,
        collateralE8: account.collateralE8.map((held) => 2n * held) as [bigint, bigint, bigint],
        positions: account.positions.map((one) => ({ ...one, lots: 2n * one.lots })),
      },
      tick.market,
    );
    const [once, double] = [
      unwindCost(margin, snapshot, LIMITS),
      unwindCost(twice, snapshot, LIMITS),
    ];
    const close = (value: bigint, expected: bigint): void => {
      const off = value > expected ? value - expected : expected - value;
      // A unit of rounding in each underlying, four times.
      expect(off).toBeLessThanOrEqual(16n);
    };
    close(double.impactE6, 4n * once.impactE6);
    close(double.spreadE6, 2n * once.spreadE6);
    close(double.volE6, 2n * once.volE6);
  });
});
