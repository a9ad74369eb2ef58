// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { deriveMargin } from '../../../../prover/analysis/derivation/derivation.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../../prover/sample/labels.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { black76Call, Real } from '../../../../scripts/accuracy/reference.ts';
import { plimsoll } from '../../../support/cli.ts';
import { recompute, type DerivationDocument } from '../auditor.ts';

const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, loadDefaultParameters().parameters);
const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));

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

/** As the command prints it, without hashing the ledger for its root every time. */
function derived(name: string): Report {
  const account = sample.ledgers.crash[labelled(sample.labels, name).index]!;
  const margin = marginPortfolio(account, market);
  const { equityE6, grossEquityE6, deficitE6, mmE6, imE6 } = margin;
  const derivation = deriveMargin(account, margin, market);
  const report = { equityE6, grossEquityE6, deficitE6, mmE6, imE6, derivation };
  return JSON.parse(toJson(report)) as Report;
}

async function explain(account: string): Promise<Report> {
  const { status, stdout, stderr } = await plimsoll('margin', account, '--explain', '--json');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Report;
}

describe('the derivation as JSON', () => {
  it.each(ACCOUNTS)('gives the totals of %s to who adds it up again', (account) => {
    const report = derived(account);
    const totals = recompute(report.derivation);
    expect({
      equityE6: report.equityE6,
      grossEquityE6: report.grossEquityE6,
      deficitE6: report.deficitE6,
      mmE6: report.mmE6,
      imE6: report.imE6,
    }).toEqual(Object.fromEntries(Object.entries(totals).map(([k, v]) => [k, String(v)])));
  });

  it('is what the command emits', async () => {
    const { derivation } = await explain('positions-17');
    expect(derivation).toEqual(derived('positions-17').derivation);
    expect(derivation).toMatchObject({ format: 'plimsoll.margin-derivation', version: 1 });
  });

  it('breaks the sum when one PnL of the worst scenario is changed', () => {
    const { derivation, mmE6 } = derived('positions-17');
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

  it('prices every option from the inputs it names, with another Black-76', () => {
    const { derivation } = derived('positions-64');
    let priced = 0;
    for (const { option, kind, strikeE4, position } of derivation.positions) {
      if (option === undefined) continue;
      // A few of all, and those whose strike lies outside the fitted range.
      const isOutside = option.clampedLogMoneynessQ30 !== option.logMoneynessQ30;
      if (!isOutside && position % 6 !== 1) continue;
      const strike = new Real(strikeE4);
      for (const { scenarios } of derivation.underlyings) {
        for (const { id, positions } of scenarios) {
          const value = positions.find((line) => line.position === position)?.valueE4Q152;
          const inputs = option.scenarios[id];
          // Of the strikes outside only the skews are in doubt.
          if (isOutside && (id < 27 || id > 30)) continue;
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
    expect(priced).toBeGreaterThan(250);
  });
});

describe('the derivation in print', () => {
  it('shows PnL by position, every contingency, the tiers and the roundings', async () => {
    const { status, stdout } = await plimsoll('margin', 'positions-17', '--explain');
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
    expect(stdout).toMatch(/#16 /);
    const tiers = await plimsoll('margin', 'haircut-btc-tier-4', '--explain');
    expect(tiers.stdout).toMatch(/25,000,000 +100\.00 % +[\d,.]+ +0\.0000000000/);
  });
});
