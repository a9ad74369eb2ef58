// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { loadSample, SAMPLE_TICKS } from '../../../../prover/sample/sample.ts';
import { accountFigures } from '../../../../prover/venue/session/claims.ts';
import { BATCH_PROFILES } from '../../../../prover/commitments/session/profiles.ts';
import { ROUNDING_E6 } from '../../../../prover/commitments/session/closed-totals.ts';
import {
  COVERED_IDS,
  isDampedId,
  isDisclosedId,
  TAIL_PAIRS,
} from '../../../../prover/commitments/session/lanes.ts';
import { pairEquitiesQ8 } from '../../../../prover/venue/session/account-sums.ts';
import { prepareSession } from '../../../../prover/venue/session/session.ts';
import { abs, max, sum } from '../../../../prover/risk/pricing/fixed-point.ts';
import { jointScenarios } from '../../../../prover/venue/solvency/joint-scenarios.ts';
import { shortfallsCeil } from '../../../../prover/venue/solvency/stress.ts';
import { venueTotals } from '../../../../prover/venue/solvency/totals.ts';

const set = loadDefaultParameters();
const sample = loadSample();
const ids = Array.from({ length: 32 }, (_, place) => place + 1);
/** Covered ids that are no tails, and standing still. */
const regular = [0, ...COVERED_IDS.filter((id) => !isDampedId(id))];
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
    expect(light / accounts.length).toBeGreaterThan(0.3);
  });

  test('who has no stress slot is short of nothing in any pair of covered scenarios', () => {
    const covered = jointScenarios(set.document.stress).filter(({ isCovered }) => isCovered);
    expect(covered.length).toBeGreaterThan(80);
    const at = [{ ids: [0, 0] as const, isCovered: true }, ...covered];
    let unsafe = 0;
    figures.forEach(({ heavy }, index) => {
      if (heavy?.isSafe === false) {
        unsafe += 1;
        return;
      }
      const { quoteE6 } = accounts[index]!;
      for (const short of shortfallsCeil(quoteE6, margins[index]!, market, at)) {
        expect(short, `account ${index}`).toBeLessThanOrEqual(ROUNDING_E6);
      }
    });
    expect(unsafe).toBeGreaterThan(50);
    expect(unsafe).toBeLessThan(80);
  });

  test('the shortfall of a covered scenario is at least that of the whole venue', () => {
    const exact = venueTotals(accounts, market, together, () => undefined);
    const shortfalls = new Map(exact.joint.map(({ ids: [id], shortfallE6 }) => [id, shortfallE6]));
    for (const id of ids.filter((one) => !isDisclosedId(one))) {
      const claimed = sum(
        prepared.claims.flatMap(({ stress }) =>
          stress.map(({ equitiesQ8 }) => max(0n, -equitiesQ8[id - 1]!)),
        ),
      );
      const bound = -(-claimed >> 8n) + ROUNDING_E6 * BigInt(accounts.length);
      expect(bound).toBeGreaterThanOrEqual(shortfalls.get(id)!);
      // At most a dollar an account above it: units of coins, and one of rounding a lot.
      expect(bound - shortfalls.get(id)!).toBeLessThan(1_000_000n * BigInt(accounts.length));
    }
  });

  test('the shortfalls after pairs are at least those of the whole venue, and hardly larger', () => {
    const listed = jointScenarios(set.document.stress).filter(
      ({ ids: [btc, eth], isCovered }) => isCovered && (btc !== eth || !isDampedId(btc)),
    );
    const exact = venueTotals(accounts, market, listed, () => undefined).joint;
    const rounding = ROUNDING_E6 * BigInt(accounts.length);
    const claimed = prepared.claims
      .flatMap(({ stress }) => stress.map(pairEquitiesQ8))
      .reduce(
        (totals, equities) => totals.map((total, pair) => total + max(0n, -equities[pair]!)),
        new Array<bigint>(TAIL_PAIRS.length + 1).fill(0n),
      )
      .map((shortfallQ8) => -(-shortfallQ8 >> 8n) + rounding);
    const dollars = 1_000_000n * BigInt(accounts.length);
    let worstOfRegular = 0n;
    let ofTails = 0;
    for (const { ids: pair, shortfallE6 } of exact) {
      const tail = TAIL_PAIRS.findIndex(([btc, eth]) => btc === pair[0] && eth === pair[1]);
      const bound = claimed.at(tail)!;
      expect(bound, String(pair)).toBeGreaterThanOrEqual(shortfallE6);
      if (tail < 0) worstOfRegular = max(worstOfRegular, shortfallE6);
      else {
        ofTails += 1;
        expect(bound - shortfallE6, String(pair)).toBeLessThan(dollars);
      }
    }
    expect(ofTails).toBe(TAIL_PAIRS.length);
    // One bound for all others: a 20th above the worst that the list names, at most.
    expect(claimed.at(-1)! - worstOfRegular).toBeLessThan(worstOfRegular / 20n + 2n * dollars);
  });

  test('no pair of covered ids that are no tails, of whatever directions, costs an account more', () => {
    const pairs = regular.flatMap((btc) =>
      regular.map((eth) => ({ ids: [btc, eth] as const, isCovered: true })),
    );
    let short = 0;
    for (const { stress, firstAccount } of prepared.claims) {
      for (const one of stress) {
        const index = firstAccount + one.account;
        const { quoteE6 } = accounts[index]!;
        const exact = shortfallsCeil(quoteE6, margins[index]!, market, pairs).reduce(max, 0n);
        const claimed = one.regularEquityQ8 < 0n ? -(one.regularEquityQ8 >> 8n) : 0n;
        expect(claimed + ROUNDING_E6, `account ${index}`).toBeGreaterThanOrEqual(exact);
        if (exact > 0n) short += 1;
      }
    }
    if (tick === 'calm') expect(short).toBe(0);
    else expect(short).toBeGreaterThan(0);
  });

  test('who has one has no smaller shortfall than in the exact model, and hardly a larger one', () => {
    const equities = new Map(
      prepared.claims.flatMap(({ stress, firstAccount }) =>
        stress.map((one) => [firstAccount + one.account, one] as const),
      ),
    );
    expect(equities.size).toBe(figures.filter(({ heavy }) => heavy?.isSafe === false).length);
    for (const [index, { markE6, equitiesQ8 }] of equities) {
      const { quoteE6 } = accounts[index]!;
      const exact = shortfallsCeil(quoteE6, margins[index]!, market, [
        { ids: [0, 0], isCovered: true },
        ...together,
      ]);
      [256n * markE6, ...equitiesQ8].forEach((equityQ8, place) => {
        const claimed = equityQ8 < 0n ? -(equityQ8 >> 8n) : 0n;
        expect(claimed + ROUNDING_E6).toBeGreaterThanOrEqual(exact[place]!);
        // Units of coins of both underlyings, and of rounding a lot in its value and its loss.
        const lots = sum(accounts[index]!.positions.map((held) => abs(held.lots)));
        expect(claimed - exact[place]!).toBeLessThan(2n ** 18n + 3n * lots);
      });
    }
  });

  test('takes at most ten batches, none of them the fallback', () => {
    expect(prepared.claims.length).toBeLessThanOrEqual(10);
    const used = new Set(prepared.claims.map(({ profile }) => profile));
    expect(used).not.toContain(BATCH_PROFILES.find(({ name }) => name === 'fallback'));
  });
});
