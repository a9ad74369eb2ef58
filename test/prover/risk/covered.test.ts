// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: thousands of portfolios are margined at three ticks.
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { UNDERLYINGS } from '../../../prover/model/types.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { loadSample, type SampleTick } from '../../../prover/sample/sample.ts';
import { paidPositions, residuesOf } from '../../../scripts/covered/measure.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const TICKS: readonly SampleTick[] = ['calm', 'crash', 'rebound'];

describe.each(TICKS)(
  'fully paid options of one expiry that never owe at expiry, in the %s',
  (tick) => {
    const market = priceMarket(sample.snapshots[tick].snapshot, parameters);

    it('pay no short option contingency, and stand below maintenance only where a shocked surface says that they are worth less than nothing', () => {
      let tried = 0;
      for (const underlying of UNDERLYINGS) {
        for (const { expiry } of market.snapshot.underlyings[underlying].slices) {
          for (const { positions } of paidPositions(market, underlying, expiry, 12, 7)) {
            const margin = marginPortfolio(
              { quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions },
              market,
            );
            expect(margin.contingencies.mmE6).toBe(0n);
            if (margin.equityE6 < 0n || !margin.liquidatable) continue;
            const { lossesE6 } = margin.underlyings[underlying];
            expect(lossesE6.some((loss) => loss > margin.equityE6)).toBe(true);
          }
          tried += 1;
        }
      }
      expect(tried).toBeGreaterThan(8);
    });

    it('do so no more often, and by no more, than docs/risk-model.md publishes', () => {
      for (const { shape, tried, below, worstBps } of residuesOf(market, 150)) {
        expect(tried).toBeGreaterThan(100);
        const published = { vertical: 0.15, butterfly: 0.2, mixture: 0.1 }[shape];
        expect(below / tried, shape).toBeLessThanOrEqual(published);
        expect(worstBps, shape).toBeLessThanOrEqual(12);
      }
    });
  },
);
