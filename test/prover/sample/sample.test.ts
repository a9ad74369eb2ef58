// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { instrumentKey } from '../../../prover/commitments/instrument.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { requirementAt } from '../../../prover/risk/margin/margin.ts';
import { SAMPLE_TICKS, margins, parameters, sample } from './venue.ts';

const quoteTotal = (accounts: readonly Account[]): bigint =>
  accounts.reduce((total, { quoteE6 }) => total + quoteE6, 0n);

describe('the sample', () => {
  it('has at least 200 accounts, each with a label of its own', () => {
    const { labels, ledgers } = sample;
    expect(ledgers.crash.length).toBeGreaterThanOrEqual(200);
    expect(labels.map(({ index }) => index)).toEqual(ledgers.crash.map((_, index) => index));
    expect(new Set(labels.map(({ name }) => name)).size).toBe(labels.length);
  });

  it('nets every instrument to zero at every tick', () => {
    for (const tick of SAMPLE_TICKS) {
      const net = new Map<bigint, bigint>();
      for (const { instrument, lots } of sample.ledgers[tick].flatMap((a) => a.positions)) {
        const key = instrumentKey(instrument);
        net.set(key, (net.get(key) ?? 0n) + lots);
      }
      expect(net.size).toBeGreaterThan(200);
      expect([...net.values()].filter((lots) => lots !== 0n)).toEqual([]);
    }
  });

  it('keeps owners, nonces and positions over the ticks', () => {
    const kept = (accounts: readonly Account[]) =>
      accounts.map(({ owner, settlementNonce, positions }) => ({
        owner,
        settlementNonce,
        positions,
      }));
    expect(kept(sample.ledgers.calm)).toEqual(kept(sample.ledgers.crash));
    expect(kept(sample.ledgers.rebound)).toEqual(kept(sample.ledgers.crash));
  });

  it('pays funding between the accounts and loses none of it', () => {
    const { calm, crash, rebound } = sample.ledgers;
    expect(quoteTotal(crash)).toBe(quoteTotal(calm));
    const dust = 1n;
    expect(quoteTotal(rebound)).toBe(quoteTotal(crash) + dust);
    expect(crash.filter(({ quoteE6 }, index) => quoteE6 !== calm[index]?.quoteE6).length).toBe(
      crash.filter(({ positions }) =>
        positions.some(({ instrument }) => instrument.kind === 'perpetual'),
      ).length,
    );
  });

  it('decides every account at every tick: the worst scenarios require what the margin says', () => {
    for (const tick of SAMPLE_TICKS) {
      for (const margin of margins[tick]) {
        const [btc, eth] = margin.underlyings;
        const ids = [btc.worstScenario, eth.worstScenario] as const;
        expect(requirementAt(margin, parameters, ids)).toBe(margin.mmE6);
        expect(margin.liquidatable).toBe(margin.equityE6 < margin.mmE6);
        expect(margin.imE6).toBeGreaterThanOrEqual(margin.mmE6);
        // Haircuts only take away: whoever is bankrupt is liquidatable.
        if (margin.bankrupt) expect(margin.liquidatable).toBe(true);
      }
    }
  });

  it('is sound in the calm and breaks in the crash', () => {
    const count = (tick: (typeof SAMPLE_TICKS)[number], key: 'liquidatable' | 'bankrupt') =>
      margins[tick].filter((margin) => margin[key]).length;
    expect(count('calm', 'liquidatable')).toBe(0);
    expect(count('crash', 'liquidatable')).toBeGreaterThanOrEqual(10);
    expect(count('crash', 'bankrupt')).toBe(3);
    expect(count('rebound', 'liquidatable')).toBeLessThan(count('crash', 'liquidatable'));
    expect(count('rebound', 'bankrupt')).toBe(0);
  });
});
