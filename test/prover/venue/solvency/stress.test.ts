// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { SCENARIO_COUNT } from '../../../../prover/risk/pricing/scenarios.ts';
import { loadSample, SAMPLE_TICKS } from '../../../../prover/sample/sample.ts';
import { ShortfallScreen, shortfallsCeil } from '../../../../prover/venue/solvency/stress.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
/** Every pair of ids, more than any list names. */
const pairs = Array.from({ length: SCENARIO_COUNT ** 2 }, (_, at) => ({
  ids: [Math.floor(at / SCENARIO_COUNT), at % SCENARIO_COUNT] as const,
  isCovered: true,
}));

describe('the screen for accounts that may be short', () => {
  test.each(SAMPLE_TICKS)('passes over none that is, at %s', (tick) => {
    const market = priceMarket(sample.snapshots[tick].snapshot, parameters);
    const screen = new ShortfallScreen(market);
    let short = 0;
    let tooMany = 0;
    for (const account of sample.ledgers[tick]) {
      const exact = shortfallsCeil(
        account.quoteE6,
        marginPortfolio(account, market),
        market,
        pairs,
      );
      const isShort = exact.some((one) => one > 0n);
      // It may name an account too many, one that stands within its rounding, and none too few.
      if (isShort) expect(screen.mayBeShort(account)).toBe(true);
      else if (screen.mayBeShort(account)) tooMany += 1;
      // On the edge: with exactly what it is short of it is short of nothing, with a unit less it is.
      const most = exact.reduce((a, b) => (a > b ? a : b));
      if (most === 0n) continue;
      short += 1;
      expect(screen.mayBeShort({ ...account, quoteE6: account.quoteE6 + most - 1n })).toBe(true);
      const whole = { ...account, quoteE6: account.quoteE6 + most + 1_000_000n };
      expect(screen.mayBeShort(whole)).toBe(false);
    }
    expect(short).toBeGreaterThan(10);
    expect(tooMany).toBeLessThan(sample.ledgers[tick].length / 20);
  });
});
