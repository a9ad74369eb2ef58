// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import type { Slice, UnderlyingId } from '../../../prover/model/types.ts';
import { SAMPLE_TICKS, indexOf, marginOf, margins, markets, parameters, sample } from './venue.ts';

const UNDERLYINGS = [
  ['btc', 0],
  ['eth', 1],
] as const;
const ONE_USD_E6 = 1_000_000n;

/** How many of the limits lie below a value: the number of its tier or band. */
const rank = (value: bigint, limits: readonly bigint[]): number =>
  limits.filter((limit) => value > limit).length;

describe('boundaries of the crash', () => {
  it('equity equal to the maintenance margin is not liquidatable, one unit less is', () => {
    const equal = marginOf('equity-equals-mm', 'crash');
    const below = marginOf('equity-below-mm', 'crash');
    expect(equal.equityE6).toBe(equal.mmE6);
    expect(equal.liquidatable).toBe(false);
    expect(below.equityE6).toBe(below.mmE6 - 1n);
    expect(below.liquidatable).toBe(true);
  });

  it('one account stands exactly on its initial margin', () => {
    const margin = marginOf('equity-equals-im', 'crash');
    expect(margin.equityE6).toBe(margin.imE6);
  });

  it('one account is bankrupt by one unit', () => {
    const margin = marginOf('gross-equity-minus-one', 'crash');
    expect(margin.grossEquityE6).toBe(-1n);
    expect(margin.deficitE6).toBe(1n);
  });
});

describe('fates', () => {
  it('the wick victim could cure on the rebound, the ordinary liquidation could not', () => {
    expect(marginOf('wick-victim', 'crash').liquidatable).toBe(true);
    expect(marginOf('wick-victim', 'rebound').healthyForCure).toBe(true);
    expect(marginOf('ordinary-liquidation', 'crash').liquidatable).toBe(true);
    expect(marginOf('ordinary-liquidation', 'crash').bankrupt).toBe(false);
    expect(marginOf('ordinary-liquidation', 'rebound').healthyForCure).toBe(false);
  });

  it('the fated accounts were above their initial margin in the calm', () => {
    for (const { name } of sample.labels.filter(({ kind }) => kind === 'fate')) {
      const { equityE6, imE6 } = marginOf(name, 'calm');
      expect(equityE6, name).toBeGreaterThan(imE6);
    }
  });

  it('two accounts go bankrupt, one by five times as much as the other', () => {
    const paid = marginOf('bankrupt-paid-in-full', 'crash').deficitE6;
    const beyond = marginOf('bankrupt-beyond-the-fund', 'crash').deficitE6;
    expect(paid).toBeGreaterThan(10_000n * ONE_USD_E6);
    expect(beyond).toBeGreaterThan(5n * paid);
  });

  it('market makers and the vault are never touched', () => {
    const houses = sample.labels.filter(({ kind }) => ['market-maker', 'vault'].includes(kind));
    expect(houses.length).toBeGreaterThan(2);
    for (const tick of SAMPLE_TICKS) {
      for (const { name } of houses) {
        expect(marginOf(name, tick).healthyForCure, `${name} ${tick}`).toBe(true);
      }
    }
  });

  it('the hedged market maker is hedged: it loses less than a fifth of its delta-one risk', () => {
    const positions = sample.ledgers.calm[indexOf('hedged-market-maker')]?.positions ?? [];
    expect(positions.length).toBeGreaterThan(32);
    const unhedged = positions.filter(({ instrument }) => instrument.kind !== 'perpetual');
    const without = marginPortfolio(
      { quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions: unhedged },
      markets.calm,
    );
    const dollarDelta = without.contingencies.bases.dollarDeltaE6;
    const hedged = marginOf('hedged-market-maker', 'calm').contingencies.bases.dollarDeltaE6;
    expect(hedged[0] + hedged[1]).toBeLessThan((dollarDelta[0] + dollarDelta[1]) / 5n);
  });

  it('the same positions on the same money are safe together and liquidated apart', () => {
    const apart = ['separate-1', 'separate-2', 'separate-3'];
    const accounts = apart.map((name) => sample.ledgers.crash[indexOf(name)]);
    const together = sample.ledgers.crash[indexOf('together')];
    expect(accounts.flatMap((account) => account?.positions ?? []).length).toBe(3);
    expect(together?.positions).toEqual(
      expect.arrayContaining(accounts.flatMap((account) => account?.positions ?? [])),
    );
    // In the crash ledger funding has been paid by the same positions on both sides.
    expect(together?.quoteE6).toBe(
      accounts.reduce((total, account) => total + (account?.quoteE6 ?? 0n), 0n),
    );
    expect(marginOf('together', 'crash').liquidatable).toBe(false);
    expect(apart.map((name) => marginOf(name, 'crash').liquidatable)).toEqual([false, true, true]);
  });
});

describe('coverage', () => {
  it.each(UNDERLYINGS)('each scenario is the worst one of an account: %s', (symbol, underlying) => {
    for (let id = 1; id <= 32; id += 1) {
      const risk = marginOf(`worst-${symbol}-${id}`, 'crash').underlyings[underlying];
      expect(risk.worstScenario).toBe(id);
      expect(risk.scanQ16).toBeGreaterThan(0n);
    }
  });

  it.each([
    ['btc', 0],
    ['eth', 1],
    ['steth', 2],
  ] as const)('each haircut tier holds the last dollar of an account: %s', (symbol, asset) => {
    const limits = parameters.collateral[asset].tierThresholds.map((usd) => usd * ONE_USD_E6);
    for (let tier = 1; tier <= 4; tier += 1) {
      const margin = marginOf(`haircut-${symbol}-tier-${tier}`, 'crash');
      expect(rank(margin.collateral[asset].valueE6, limits)).toBe(tier - 1);
    }
  });

  it.each(UNDERLYINGS)('each concentration band holds an account: %s', (symbol, underlying) => {
    const depth = sample.snapshots.crash.snapshot.underlyings[underlying].depthQuote;
    const limits = parameters.concentration.bandsQ10.map(
      (band) => (band * depth * ONE_USD_E6) >> 10n,
    );
    for (let band = 0; band <= 3; band += 1) {
      const margin = marginOf(`concentration-${symbol}-band-${band}`, 'crash');
      const dollarDelta = margin.contingencies.bases.dollarDeltaE6[underlying];
      expect(rank(dollarDelta, limits)).toBe(band);
    }
  });

  it('accounts of 0, 1, 4, 5, 16, 17 and 64 positions', () => {
    for (const count of [0, 1, 4, 5, 8, 9, 16, 17, 64]) {
      const account = sample.ledgers.crash[indexOf(`positions-${count}`)];
      expect(account?.positions.length).toBe(count);
    }
  });

  it.each(UNDERLYINGS)('each life of an expiry, held long and short: %s', (symbol, underlying) => {
    const { time, underlyings } = sample.snapshots.crash.snapshot;
    const sliceOf = (name: string): Slice | undefined => {
      const position = sample.ledgers.crash[indexOf(name)]?.positions[0];
      return underlyings[underlying].slices.find(
        ({ expiry }) => expiry === position?.instrument.expiry,
      );
    };
    for (const side of ['long', 'short']) {
      const settled = sliceOf(`expiry-${symbol}-settled-${side}`);
      const unsettled = sliceOf(`expiry-${symbol}-unsettled-${side}`);
      const minutes20 = sliceOf(`expiry-${symbol}-minutes20-${side}`);
      const hours6 = sliceOf(`expiry-${symbol}-hours6-${side}`);
      expect(settled?.state === 'expired' && settled.settlementPriceE4 > 0n).toBe(true);
      expect(unsettled?.state === 'expired' && unsettled.settlementPriceE4 === 0n).toBe(true);
      expect((minutes20?.expiry ?? 0n) - time).toBe(1_200n);
      expect((hours6?.expiry ?? 0n) - time).toBe(21_600n);
    }
  });

  it('doubtful expiries cost initial margin', () => {
    const confidences = ([0, 1] as const).flatMap((underlying: UnderlyingId) =>
      sample.snapshots.crash.snapshot.underlyings[underlying].slices
        .filter(({ state }) => state === 'live')
        .map(({ confidenceQ10 }) => confidenceQ10),
    );
    const { thresholdQ10 } = parameters.confidence;
    expect(confidences.some((confidence) => confidence < thresholdQ10)).toBe(true);
    expect(confidences.some((confidence) => confidence >= thresholdQ10)).toBe(true);
    const charged = margins.crash.filter(
      ({ contingencies }) => contingencies.oracleConfidenceE6 > 0n,
    );
    expect(charged.length).toBeGreaterThan(4);
    expect(charged.length).toBeLessThan(margins.crash.length);
  });

  it('quotes twelve expiries of each underlying at every tick', () => {
    for (const tick of SAMPLE_TICKS) {
      for (const { slices } of sample.snapshots[tick].snapshot.underlyings) {
        expect(slices.length).toBe(12);
      }
    }
  });
});

describe('attacks', () => {
  it.each(['ordinary-liquidation', 'equity-below-mm'])(
    'a transfer to an account under liquidation raises its health, no more: %s',
    (name) => {
      const before = sample.ledgers.crash[indexOf(name)];
      const after = sample.ledgers.rebound[indexOf(name)];
      if (before === undefined || after === undefined) throw new Error(`${name} is missing`);
      expect(after.collateralE8).not.toEqual(before.collateralE8);
      // The gift alone, without the funding paid meanwhile, in the market of the crash.
      const gifted = marginPortfolio(
        { ...before, collateralE8: after.collateralE8 },
        markets.crash,
      );
      const was = marginPortfolio(before, markets.crash);
      expect(gifted.equityE6 - gifted.mmE6).toBeGreaterThanOrEqual(was.equityE6 - was.mmE6);
    },
  );

  it('the stale surface carries the index of the crash and its own, old time', () => {
    const stale = sample.staleSurface.snapshot;
    const crash = sample.snapshots.crash.snapshot;
    expect(stale.time).toBe(crash.time);
    expect(stale.underlyings[0].indexE4).toBe(crash.underlyings[0].indexE4);
    expect(stale.surfaceTime).toBeLessThan(stale.time - 300n);
    expect(stale.underlyings[0].slices).not.toEqual(crash.underlyings[0].slices);
  });
});
