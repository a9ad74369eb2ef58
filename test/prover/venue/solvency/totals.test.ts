// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import type { Account } from '../../../../prover/commitments/account.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { scenarioAt } from '../../../../prover/risk/pricing/scenarios.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { jointScenarios } from '../../../../prover/venue/solvency/joint-scenarios.ts';
import { reverseStress } from '../../../../prover/venue/solvency/reverse-stress.ts';
import { venueTotals, worstCovered } from '../../../../prover/venue/solvency/totals.ts';

const set = loadDefaultParameters();
const { parameters } = set;
const sample = loadSample();
const { snapshot } = sample.snapshots.crash;
const market = priceMarket(snapshot, parameters);
const accounts = sample.ledgers.crash;
const scenarios = jointScenarios(set.document.stress);
const totals = venueTotals(accounts, market, scenarios);

describe('joint scenarios', () => {
  test('are every id at once, alone in either, and against its opposite where it moves', () => {
    expect(scenarios).toHaveLength(32 * 3 + 22);
    expect(new Set(scenarios.map(({ ids }) => ids.join())).size).toBe(scenarios.length);
    for (const { ids } of scenarios) {
      const [i, j] = ids;
      if (i === 0 || j === 0 || i === j) continue;
      const [btc, eth] = [parameters.underlyings[0], parameters.underlyings[1]];
      expect(scenarioAt(btc, i).vol).toBe(scenarioAt(eth, j).vol);
      expect(scenarioAt(btc, i).logMoveQ10 > 0n).toBe(scenarioAt(eth, j).logMoveQ10 < 0n);
    }
  });

  test('cover the mildest tails undamped and disclose the others', () => {
    const disclosed = scenarios.filter(({ isCovered }) => !isCovered).flatMap(({ ids }) => ids);
    expect([...new Set(disclosed)].sort((a, b) => a - b)).toEqual([0, 21, 24, 25, 26]);
  });
});

describe('the totals of a venue', () => {
  test('count every account once, by what the exact model says of it', () => {
    const margins = accounts.map((account) => marginPortfolio(account, market));
    const { healthy, belowMaintenance, bankrupt } = totals.standings;
    expect(healthy.accounts + belowMaintenance.accounts + bankrupt.accounts).toBe(accounts.length);
    expect(bankrupt.accounts).toBe(margins.filter((margin) => margin.bankrupt).length);
    expect(belowMaintenance.accounts).toBe(
      margins.filter((margin) => margin.liquidatable && !margin.bankrupt).length,
    );
    expect(totals.deficitE6).toBe(margins.reduce((sum, { deficitE6 }) => sum + deficitE6, 0n));
    expect(totals.quoteE6).toBe(accounts.reduce((sum, { quoteE6 }) => sum + quoteE6, 0n));
  });

  test('are those of a second program that values each account in doubles', () => {
    const value = (account: Account, [i, j]: readonly [number, number]): number => {
      let usd = Number(account.quoteE6) / 1e6;
      for (const { instrument, lots } of account.positions) {
        const id = instrument.underlying === 0 ? i : j;
        const contract = Number(market.value(instrument).valuesQ152[id]! >> 100n) / 2 ** 52;
        usd += (Number(lots) * contract) / 1e6;
      }
      account.collateralE8.forEach((balance, c) => {
        const { underlying } = parameters.collateral[c as 0 | 1 | 2];
        const { multiplierQ24 } = scenarioAt(
          parameters.underlyings[underlying],
          underlying === 0 ? i : j,
        );
        const price = Number(market.collateralPricesE4[c as 0 | 1 | 2]) / 1e4;
        usd += (Number(balance) / 1e8) * price * (Number(multiplierQ24) / 2 ** 24);
      });
      return usd;
    };
    let short = 0;
    for (const { ids, shortfallE6, defaultingAccounts } of totals.joint) {
      const shortfalls = accounts.map((account) => Math.max(0, -value(account, ids)));
      const expected = shortfalls.reduce((sum, one) => sum + one, 0);
      expect(Math.abs(Number(shortfallE6) / 1e6 - expected)).toBeLessThan(1e-3);
      expect(defaultingAccounts).toBeGreaterThanOrEqual(
        shortfalls.filter((one) => one > 1e-3).length,
      );
      short += defaultingAccounts;
    }
    expect(short).toBeGreaterThan(100);
  });

  test('name the largest owners, several accounts of one together', () => {
    const worst = worstCovered(totals)!;
    const place = totals.joint.indexOf(worst);
    const [first, second] = worst.largest;
    expect(first!.shortfallE6).toBeGreaterThan(second!.shortfallE6);
    const joined = accounts.map((account) =>
      account.owner === second!.owner ? { ...account, owner: first!.owner } : account,
    );
    const [together] = venueTotals(joined, market, scenarios).joint[place]!.largest;
    expect(together!.shortfallE6).toBe(first!.shortfallE6 + second!.shortfallE6);
  });

  test('find a phantom long and an account left out', () => {
    expect(totals.unbalanced).toEqual([]);
    const [first] = accounts.filter(({ positions }) => positions.length > 0);
    const left = venueTotals(
      accounts.filter((account) => account !== first),
      market,
      [],
    );
    expect(left.unbalanced.map(({ netLots }) => netLots)).toEqual(
      first!.positions.map(({ lots }) => -lots),
    );
    const position = first!.positions[0]!;
    const longer = { ...position, lots: position.lots + 1n };
    const phantom = venueTotals(
      accounts.map((account) =>
        account === first
          ? { ...account, positions: [longer, ...account.positions.slice(1)] }
          : account,
      ),
      market,
      [],
    );
    expect(phantom.unbalanced).toEqual([{ instrument: position.instrument, netLots: 1n }]);
  });
});

describe('reverse stress', () => {
  const directions = [[-1, -1]] as const;

  test('finds the basis point at which the fund stops covering', () => {
    const fundE6 = totals.deficitE6 + 1_000_000_000n;
    const [found] = reverseStress(accounts, snapshot, parameters, fundE6, directions);
    expect(found!.moveBps).toBeGreaterThan(0n);
    expect(found!.shortfallE6).toBeGreaterThan(fundE6);
    const [more] = reverseStress(accounts, snapshot, parameters, found!.shortfallE6, directions);
    expect(more!.moveBps).toBeGreaterThan(found!.moveBps!);
  });

  test('says that no move needs more than a fund larger than all of it', () => {
    const [none] = reverseStress(accounts, snapshot, parameters, 10n ** 18n, directions);
    expect(none).toMatchObject({ moveBps: undefined, searchedToBps: 9_500n });
  });
});
