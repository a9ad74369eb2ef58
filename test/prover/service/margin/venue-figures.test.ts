// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  PRICE_MOVES_BPS,
  STRESS_VOL_PPM,
  belowIn,
  marketAt,
} from '../../../../prover/dashboard/liquidation-prices.ts';
import { pageAccounts } from '../../../../prover/dashboard/tick-data.ts';
import { venueView } from '../../../../prover/dashboard/venue-view.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { belowElsewhere, venueFigures } from '../../../../prover/service/margin/venue-figures.ts';
import { RemarginEngine } from '../../../../prover/venue/remargin/engine.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, parameters);
const accounts = sample.ledgers.crash;
const engine = new RemarginEngine();
for (const account of accounts) engine.add(account);
engine.setMarket(market);
engine.remargin();

describe('a venue as its service shows it', () => {
  const exact = venueView(pageAccounts(accounts), market);
  const shown = venueFigures(engine, market, 40);

  it('has states, open interest, deficits and the rows of the exact model', () => {
    expect(shown.counts).toEqual(exact.counts);
    expect(shown.openInterest).toEqual(exact.openInterest);
    expect(shown.deficitE6).toBe(exact.deficitE6);
    expect(shown.accounts).toBe(accounts.length);
    expect(shown.rows).toHaveLength(40);
    for (const [place, row] of shown.rows.entries()) {
      expect(row).toEqual(exact.rows.find(({ index }) => index === row.index));
      expect(row.excessMmE6).toBe(exact.rows[place]!.excessMmE6);
    }
  });

  it('has sums that are those of the arrays: never below the model’s, and by no more than their slack', () => {
    const slackE6 = accounts.reduce((sum, _, index) => sum + engine.margin(index).slackE6, 0n);
    expect(shown.mmE6).toBeGreaterThanOrEqual(exact.mmE6);
    expect(shown.mmE6).toBeLessThanOrEqual(exact.mmE6 + slackE6);
    // A ratio may be over a bucket's edge by that slack, but not over 100 %, where liquidation begins.
    const counts = (of: typeof exact): number[] => of.buckets.map(({ accounts: count }) => count);
    expect(counts(shown).slice(-2)).toEqual(counts(exact).slice(-2));
    expect(counts(shown).reduce((sum, count) => sum + count)).toBe(accounts.length);
  });
});

describe('who would be below maintenance after a move', () => {
  it('is by the arrays who it is by the exact model, with the same notional', () => {
    for (const moveBps of [PRICE_MOVES_BPS[0], -500n, 0n, 3_000n]) {
      for (const volPpm of [1_000_000n, STRESS_VOL_PPM]) {
        const elsewhere = marketAt(market, moveBps, volPpm);
        expect(belowElsewhere(engine, market, elsewhere)).toEqual(
          belowIn(accounts, market, elsewhere),
        );
      }
    }
  });

  it('is who is below now where nothing moves, and leaves the engine’s margins as they are', () => {
    const before = engine.margin(1);
    const still = belowElsewhere(engine, market, marketAt(market, 0n, 1_000_000n));
    expect(still.accounts).toBe(engine.liquidatable().length);
    expect(still.notionalE6).toBeGreaterThan(0n);
    const far = belowElsewhere(engine, market, marketAt(market, -5_000n, 1_000_000n));
    expect(far.accounts).toBeGreaterThan(still.accounts);
    expect(engine.margin(1)).toEqual(before);
  });
});
