// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { instrumentId } from '../../../../prover/model/instrument.ts';
import type { Portfolio } from '../../../../prover/model/types.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket, type PricedMarket } from '../../../../prover/risk/pricing/market.ts';
import { SCENARIO_COUNT } from '../../../../prover/risk/pricing/scenarios.ts';
import { loadSample, SAMPLE_TICKS } from '../../../../prover/sample/sample.ts';
import {
  AccountFigures,
  type AccountStanding,
} from '../../../../prover/venue/solvency/account-figures.ts';
import { shortfallsCeil } from '../../../../prover/venue/solvency/stress.ts';
import { casesOf } from '../../../support/cases.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
/** Every pair of ids, more than any list names. */
const pairs = Array.from({ length: SCENARIO_COUNT ** 2 }, (_, at) => ({
  ids: [Math.floor(at / SCENARIO_COUNT), at % SCENARIO_COUNT] as const,
  isCovered: true,
}));

/** By the exact model. */
function exactly(account: Portfolio, market: PricedMarket): AccountStanding {
  const margin = marginPortfolio(account, market);
  const shortfallsE6 = shortfallsCeil(account.quoteE6, margin, market, pairs);
  return {
    equityE6: margin.equityE6,
    initialMarginE6: margin.imE6,
    shortfallsE6: shortfallsE6.every((one) => one === 0n) ? [] : shortfallsE6,
  };
}

describe('the figures that admission asks of an account', () => {
  test.each(SAMPLE_TICKS)('are those of the exact model to the unit, at %s', (tick) => {
    const market = priceMarket(sample.snapshots[tick].snapshot, parameters);
    const figures = new AccountFigures(market, pairs);
    let short = 0;
    for (const account of sample.ledgers[tick]) {
      const exact = exactly(account, market);
      expect(figures.standing(account)).toEqual(exact);
      expect(figures.shortfallsE6(account)).toEqual(exact.shortfallsE6);
      if (exact.shortfallsE6.length === 0) continue;
      short += 1;
      // On the edge: with exactly what it is short of it is short of nothing, with a unit less of one unit.
      const most = exact.shortfallsE6.reduce((a, b) => (a > b ? a : b));
      const lent = (amountE6: bigint): Portfolio => ({
        ...account,
        quoteE6: account.quoteE6 + amountE6,
      });
      expect(figures.shortfallsE6(lent(most))).toEqual([]);
      expect(figures.shortfallsE6(lent(most - 1n)).filter((one) => one > 0n)).toContain(1n);
    }
    expect(short).toBeGreaterThan(10);
  });

  test('and of any portfolio, however large and however many scenarios cost the same', () => {
    const market = priceMarket(sample.snapshots.crash.snapshot, parameters);
    const figures = new AccountFigures(market, pairs);
    const held = sample.ledgers.crash.flatMap(({ positions }) => positions);
    const instruments = [
      ...new Map(held.map(({ instrument }) => [instrumentId(instrument), instrument])).values(),
    ];
    // Up to the widths of the ledger; small amounts are as likely, where floors decide.
    const signed = fc.oneof(fc.bigInt(-(1n << 26n), 1n << 26n), fc.bigInt(-3n, 3n));
    const coins = fc.oneof(fc.bigInt(0n, 1n << 60n), fc.bigInt(0n, 1000n), fc.constant(0n));
    const portfolio = fc.record({
      quoteE6: fc.oneof(fc.bigInt(-(1n << 60n), 1n << 60n), fc.bigInt(-1000n, 1000n)),
      collateralE8: fc.tuple(coins, coins, coins),
      positions: fc.uniqueArray(
        fc.record({ instrument: fc.constantFrom(...instruments), lots: signed }),
        { maxLength: 16, selector: ({ instrument }) => instrumentId(instrument) },
      ),
    });
    fc.assert(
      fc.property(portfolio, (account) => {
        expect(figures.standing(account)).toEqual(exactly(account, market));
      }),
      { numRuns: casesOf(400), seed: Number(process.env['PLIMSOLL_SEED'] ?? 17) },
    );
  });
});
