// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { restoringTrades, tradedAtMark } from '../../../prover/analysis/restoring-trades.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, parameters);
const accounts = sample.ledgers.crash;

describe('trades back to initial margin', () => {
  it('bring it back, where a lot less does not, the smallest notional first', () => {
    const short = accounts
      .slice(0, 200)
      .filter((account) => marginPortfolio(account, market).equityE6 > 0n)
      .map((account) => ({ account, trades: restoringTrades(account, market) }))
      .filter(({ trades }) => trades.length > 0);
    expect(short.length).toBeGreaterThan(5);
    for (const { account, trades } of short) {
      const excess = (lots: bigint, at: number): bigint => {
        const { instrument } = trades[at]!;
        const after = tradedAtMark(account, { instrument, lots }, market)!;
        const { equityE6, imE6 } = marginPortfolio(after, market);
        return equityE6 - imE6;
      };
      for (const [at, { lots, notionalE6 }] of trades.entries()) {
        expect(excess(lots, at)).toBeGreaterThanOrEqual(0n);
        const less = lots > 0n ? lots - 1n : lots + 1n;
        if (less !== 0n) expect(excess(less, at)).toBeLessThan(0n);
        if (at > 0) expect(notionalE6).toBeGreaterThanOrEqual(trades[at - 1]!.notionalE6);
      }
    }
  });

  it('are none of an account that has its initial margin, and none where no trade is enough', () => {
    const healthy = accounts.find((account) => {
      const { equityE6, imE6 } = marginPortfolio(account, market);
      return equityE6 > imE6 && account.positions.length > 0;
    })!;
    expect(restoringTrades(healthy, market)).toEqual([]);
    const empty = {
      ...healthy,
      quoteE6: -1_000_000n,
      positions: [],
      collateralE8: [0n, 0n, 0n] as const,
    };
    expect(restoringTrades(empty, market)).toEqual([]);
  });
});
