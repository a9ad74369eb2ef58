// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { black76Call, Real } from '../../scripts/accuracy/reference.ts';
import { plimsoll } from '../support/cli.ts';
import { recompute, type DerivationDocument } from './auditor.ts';

/** Accounts that between them reach every line of a derivation. */
const ACCOUNTS = [
  'together',
  'ordinary-liquidation',
  'bankrupt-beyond-the-fund',
  'equity-equals-im',
  'haircut-btc-tier-4',
  'haircut-steth-tier-3',
  'concentration-btc-band-3',
  'concentration-eth-band-1',
  'worst-eth-7',
  'positions-17',
  'positions-64',
];

interface Report {
  readonly equityE6: string;
  readonly grossEquityE6: string;
  readonly deficitE6: string;
  readonly mmE6: string;
  readonly imE6: string;
  readonly derivation: DerivationDocument;
}

async function explain(account: string): Promise<Report> {
  const { status, stdout, stderr } = await plimsoll('margin', account, '--explain', '--json');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Report;
}

describe('the derivation as JSON', () => {
  it.each(ACCOUNTS)('gives the totals of %s to who adds it up again', async (account) => {
    const report = await explain(account);
    const totals = recompute(report.derivation);
    expect({
      equityE6: report.equityE6,
      grossEquityE6: report.grossEquityE6,
      deficitE6: report.deficitE6,
      mmE6: report.mmE6,
      imE6: report.imE6,
    }).toEqual(Object.fromEntries(Object.entries(totals).map(([k, v]) => [k, String(v)])));
  });

  it('breaks the sum when one PnL of the worst scenario is changed', async () => {
    const { derivation, mmE6 } = await explain('positions-17');
    const [btc] = derivation.underlyings;
    const worst = btc!.scenarios[btc!.worstScenario]!;
    const [first] = worst.positions;
    const raised = { ...first!, pnlE6Q152: String(BigInt(first!.pnlE6Q152) + (1n << 160n)) };
    const changed = structuredClone(derivation);
    const place = changed.underlyings[0]!.scenarios[btc!.worstScenario]!;
    Object.assign(place, { positions: [raised, ...worst.positions.slice(1)] });
    expect(() => recompute(changed)).toThrow('pnl');
    expect(recompute(derivation).mmE6).toBe(BigInt(mmE6));
  });

  it('prices every option from the inputs it names, with another Black-76', async () => {
    const { derivation } = await explain('positions-64');
    let priced = 0;
    for (const { option, kind, strikeE4, position } of derivation.positions) {
      if (option === undefined || position % 3 === 0) continue;
      const strike = new Real(strikeE4);
      for (const { scenarios } of derivation.underlyings) {
        for (const { id, positions } of scenarios) {
          const value = positions.find((line) => line.position === position)?.valueE4Q152;
          const inputs = option.scenarios[id];
          if (value === undefined || inputs === undefined) continue;
          const forward = new Real(inputs.forwardE4Q24).div(2 ** 24);
          const width = Real.max(new Real(inputs.stdDevQ42).div(2 ** 42), 2 ** -14);
          const call = black76Call(forward, strike, width);
          const exact = kind === 'call' ? call : call.sub(forward).add(strike);
          const error = new Real(value).div(new Real(2).pow(152)).sub(exact).abs();
          // The specification's bound, and that of the rolls' multiplier.
          const bound = Real.max(forward, strike)
            .mul(id > 30 ? 4.2e-7 : 2e-8)
            .add(1);
          expect(error.lte(bound), `#${position} in scenario ${id}: ${error}`).toBe(true);
          priced += 1;
        }
      }
    }
    expect(priced).toBeGreaterThan(1000);
  });
});

describe('the derivation in print', () => {
  it('shows PnL by position, every contingency, the tiers and the roundings', async () => {
    const { status, stdout } = await plimsoll('margin', 'positions-64', '--explain');
    expect(status).toBe(0);
    for (const title of [
      'Derivation: positions and their unrounded value at mark',
      'BTC: PnL of each position by scenario',
      'ETH: from PnL to scan range',
      'Contingencies (USD)',
      'Every rounding between the snapshot and the totals',
    ]) {
      expect(stdout).toContain(title);
    }
    expect(stdout).toMatch(/#63 /);
    const tiers = await plimsoll('margin', 'haircut-btc-tier-4', '--explain');
    expect(tiers.stdout).toMatch(/25,000,000 +100\.00 % +[\d,.]+ +0\.0000000000/);
  });
});
