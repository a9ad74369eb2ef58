// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { loadSample, SAMPLE_TICKS } from '../../../../prover/sample/sample.ts';
import { accountFigures } from '../../../../prover/venue/session/claims.ts';
import { BATCH_PROFILES } from '../../../../prover/commitments/session/profiles.ts';
import { prepareSession, ROUNDING_E6 } from '../../../../prover/venue/session/session.ts';
import { shortfallsCeil } from '../../../../prover/venue/solvency/stress.ts';

const set = loadDefaultParameters();
const sample = loadSample();
const ids = Array.from({ length: 32 }, (_, place) => place + 1);
const together = ids.map((id) => ({ ids: [id, id] as const, isCovered: true }));

describe.each(SAMPLE_TICKS)('the whole sample in %s', (tick) => {
  const market = priceMarket(sample.snapshots[tick].snapshot, set.parameters);
  const accounts = sample.ledgers[tick];
  const prepared = prepareSession({ ledger: new Ledger(accounts), market, parameters: set });
  const figures = accounts.map((account) =>
    accountFigures(account, prepared.table, prepared.terms),
  );
  const margins = accounts.map((account) => marginPortfolio(account, market));

  test('who is counted as covered has its maintenance margin, but for the rounding', () => {
    let light = 0;
    figures.forEach(({ heavy }, index) => {
      if (heavy === undefined) light += 1;
      if (heavy?.isCovered === false) return;
      const { equityE6, mmE6 } = margins[index]!;
      expect(equityE6 + ROUNDING_E6, `account ${index}`).toBeGreaterThanOrEqual(mmE6);
    });
    expect(light / accounts.length).toBeGreaterThan(0.5);
  });

  test('who is not has no smaller shortfall than in the exact model, and hardly a larger one', () => {
    const equities = new Map(
      prepared.claims.flatMap(({ stress, firstAccount }) =>
        stress.map((one) => [firstAccount + one.account, one] as const),
      ),
    );
    expect(equities.size).toBe(figures.filter(({ heavy }) => heavy?.isCovered === false).length);
    for (const [index, { markE6, equitiesQ8 }] of equities) {
      const { quoteE6 } = accounts[index]!;
      const exact = shortfallsCeil(quoteE6, margins[index]!, market, [
        { ids: [0, 0], isCovered: true },
        ...together,
      ]);
      [256n * markE6, ...equitiesQ8].forEach((equityQ8, place) => {
        const claimed = equityQ8 < 0n ? -(equityQ8 >> 8n) : 0n;
        expect(claimed + ROUNDING_E6).toBeGreaterThanOrEqual(exact[place]!);
        // Two coins of 6.6 cents, and a unit a lot.
        expect(claimed - exact[place]!).toBeLessThan(1_000_000n);
      });
    }
  });

  test('takes at most nine batches, of which one is not the default', () => {
    expect(prepared.claims.length).toBeLessThanOrEqual(9);
    const others = prepared.claims.filter(({ profile }) => profile !== BATCH_PROFILES[0]);
    expect(others.map(({ profile }) => profile.name)).toEqual(['dense']);
  });
});
