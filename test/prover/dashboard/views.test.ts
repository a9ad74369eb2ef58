// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { accountView, scenarioParts } from '../../../prover/dashboard/account-view.ts';
import { formatTickData, pageAccounts, readTickData } from '../../../prover/dashboard/tick-data.ts';
import { venueView } from '../../../prover/dashboard/venue-view.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

const { parameters, document } = loadDefaultParameters();
const sample = loadSample();
const { snapshot } = sample.snapshots.crash;
const market = priceMarket(snapshot, parameters);
const accounts = sample.ledgers.crash.slice(0, 40);

describe('tick data', () => {
  it('is read as it was written, every amount of it', () => {
    const data = {
      snapshot,
      parameters,
      heartbeats: document.heartbeatsSeconds,
      accounts: pageAccounts(accounts),
      part: { of: 'asked', ledgerAccounts: 304 } as const,
      names: { 3: 'nobody' },
    };
    expect(readTickData(formatTickData(data))).toEqual(data);
  });
});

describe('the view of a venue', () => {
  const view = venueView(pageAccounts(accounts), market);

  it('has every account once, in order, with the figures of the model', () => {
    expect(view.rows.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      accounts.map((_, index) => index),
    );
    for (const [place, row] of view.rows.entries()) {
      const margin = marginPortfolio(accounts[row.index]!, market);
      expect(row).toMatchObject({
        equityE6: margin.equityE6,
        mmE6: margin.mmE6,
        imE6: margin.imE6,
      });
      if (place > 0) {
        expect(row.excessMmE6).toBeGreaterThanOrEqual(view.rows[place - 1]!.excessMmE6);
      }
    }
  });

  it('sorts every account into one state and one ratio', () => {
    const counts = Object.values(view.counts);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(accounts.length);
    const bankrupt = accounts.filter((account) => marginPortfolio(account, market).bankrupt);
    expect(view.counts.bankrupt).toBe(bankrupt.length);
    expect(bankrupt.length).toBeGreaterThan(1);
    expect(view.buckets.reduce((sum, bucket) => sum + bucket.accounts, 0)).toBe(accounts.length);
    expect(view.buckets.reduce((sum, bucket) => sum + bucket.mmE6, 0n)).toBe(view.mmE6);
    // Who is liquidated needs more than it has.
    const [over, none] = view.buckets.slice(-2);
    expect(over!.accounts + none!.accounts).toBe(
      view.counts['below maintenance'] + view.counts.bankrupt,
    );
  });

  it('counts an instrument’s long side, its holders and the largest share of either side', () => {
    const [btc] = snapshot.underlyings;
    const perpetual = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n } as const;
    const holding = (lots: bigint) => ({
      ...accounts[0]!,
      positions: [{ instrument: perpetual, lots }],
    });
    const { openInterest } = venueView(
      pageAccounts([holding(300n), holding(100n), holding(-400n)]),
      market,
    );
    expect(openInterest).toEqual([
      {
        instrument: perpetual,
        longLots: 400n,
        notionalE6: 400n * btc.indexE4,
        holders: 3,
        largestBps: 10_000n,
      },
    ]);
  });
});

describe('the view of an account', () => {
  it('lets out no more than is above initial margin, nor than is there', () => {
    for (const account of accounts) {
      const { withdrawableE6 } = accountView(account, market);
      if (withdrawableE6 === 0n) continue;
      const left = { ...account, quoteE6: account.quoteE6 - withdrawableE6 };
      const after = marginPortfolio(left, market);
      expect(left.quoteE6).toBeGreaterThanOrEqual(0n);
      expect(after.equityE6).toBeGreaterThanOrEqual(after.imE6);
      if (left.quoteE6 > 0n) expect(after.equityE6).toBe(after.imE6);
    }
  });

  it('says of a position what the requirement is without it', () => {
    const account = sample.ledgers.crash[1]!;
    const view = accountView(account, market);
    expect(view.positions).toHaveLength(account.positions.length);
    for (const [place, { marginalMmE6 }] of view.positions.entries()) {
      const positions = account.positions.filter((_, other) => other !== place);
      const { mmE6 } = marginPortfolio({ ...account, positions }, market);
      expect(view.margin.mmE6 - marginalMmE6).toBe(mmE6);
    }
  });

  it('splits a scenario into positions and coins that add up to its loss, but for roundings', () => {
    const account = {
      ...sample.ledgers.crash[1]!,
      collateralE8: [3n, 5n, 7n].map((coins) => coins * 10n ** 8n) as [bigint, bigint, bigint],
    };
    const { margin, scenarios } = accountView(account, market);
    expect(scenarioParts(margin, market, 0, 1).map(({ name }) => name)).toContain(
      'BTC, after its haircut',
    );
    for (const u of [0, 1] as const) {
      for (const { id, lossE6 } of scenarios[u]) {
        const parts = scenarioParts(margin, market, u, id);
        const total = parts.reduce((sum, { pnlE6 }) => sum + pnlE6, 0n);
        expect(-total - lossE6).toBeGreaterThanOrEqual(0n);
        expect(-total - lossE6).toBeLessThanOrEqual(BigInt(parts.length));
      }
    }
  });
});
