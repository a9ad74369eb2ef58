// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { requirementAt } from '../../../prover/risk/margin/margin.ts';
import {
  GOLDEN_SETS,
  goldenCases,
  marginOf,
  marginRecord,
  type GoldenCase,
} from '../../support/golden.ts';

describe.each(GOLDEN_SETS)('golden portfolios: %s', (set) => {
  const cases = goldenCases(set);

  it.each(cases)('$name: margin as frozen', (golden) => {
    expect(marginRecord(golden.name, marginOf(golden))).toEqual(golden.expected);
  });

  it('requires maintenance margin at the worst scenarios and never more at any other', () => {
    for (const golden of cases) {
      const margin = marginOf(golden);
      const { parameters } = golden.market;
      const [btc, eth] = margin.underlyings;
      const worst = [btc.worstScenario, eth.worstScenario] as const;
      expect(requirementAt(margin, parameters, worst), golden.name).toBe(margin.mmE6);
      for (let id = 0; id <= 32; id += 1) {
        if ((btc.lossesE6[id] ?? 0n) < 0n) continue;
        const required = requirementAt(margin, parameters, [id, eth.worstScenario]);
        expect(required, `${golden.name} at ${id}`).toBeLessThanOrEqual(margin.mmE6);
      }
    }
  });
});

describe('the line between solvent and liquidatable', () => {
  const crash = goldenCases('crash');
  const named = (name: string): GoldenCase => {
    const found = crash.find((golden) => golden.name === name);
    if (found === undefined) throw new Error(`no golden portfolio is called ${name}`);
    return found;
  };

  it('runs just below maintenance margin', () => {
    expect(marginOf(named('equity exactly at maintenance')).liquidatable).toBe(false);
    expect(marginOf(named('equity one unit above maintenance')).liquidatable).toBe(false);
    expect(marginOf(named('equity one unit below maintenance')).liquidatable).toBe(true);
  });

  it('runs just below zero for bankruptcy', () => {
    expect(marginOf(named('exactly nothing left')).bankrupt).toBe(false);
    const broke = marginOf(named('bankrupt by one unit'));
    expect(broke.bankrupt).toBe(true);
    expect(broke.deficitE6).toBe(1n);
  });

  it('takes a debt of one unit, without any position, as liquidatable and bankrupt', () => {
    const margin = marginOf(named('one unit of debt'));
    expect(margin).toMatchObject({ liquidatable: true, bankrupt: true, mmE6: 0n, deficitE6: 1n });
  });

  it('leaves the empty account alone', () => {
    expect(marginOf(named('empty account'))).toMatchObject({
      liquidatable: false,
      bankrupt: false,
      healthyForCure: true,
    });
  });

  it('ends a liquidation only a buffer above maintenance', () => {
    const golden = named('equity exactly at maintenance');
    const { mmE6, equityE6 } = marginOf(golden);
    const needed = (mmE6 * 11_000n + 9_999n) / 10_000n;
    const withQuote = (extra: bigint) =>
      marginOf({
        ...golden,
        account: { ...golden.account, quoteE6: golden.account.quoteE6 + extra },
      });
    expect(withQuote(needed - equityE6).healthyForCure).toBe(true);
    expect(withQuote(needed - equityE6 - 1n).healthyForCure).toBe(false);
  });
});

describe('an account that holds nothing but a worthless option', () => {
  const [{ account, market }] = goldenCases('crash') as [GoldenCase];
  const { expiry } = market.snapshot.underlyings[0].slices[6] as { expiry: bigint };
  const worthless = {
    instrument: { underlying: 0, kind: 'call', expiry, strikeE4: 2n * 10n ** 10n },
    lots: 1n,
  } as const;
  const holding = (quoteE6: bigint) =>
    marginOf({ market, account: { ...account, quoteE6, positions: [worthless] } });

  it('is charged nothing: it cannot lose what it does not hold', () => {
    expect(holding(0n)).toMatchObject({ equityE6: 0n, mmE6: 0n, liquidatable: false });
  });

  it('is liquidatable with one unit of debt', () => {
    expect(holding(-1n)).toMatchObject({ equityE6: -1n, mmE6: 0n, liquidatable: true });
  });
});
