// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket, type PricedMarket } from '../../../prover/risk/pricing/market.ts';
import type { Portfolio } from '../../../prover/model/types.ts';
import { openTemplate, signed } from '../arithmetic/template.ts';
import { accountInputs } from '../pricing/grid-inputs.ts';
import { seededScenes } from '../../support/arbitraries.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { GOLDEN_SETS, goldenCases } from '../../support/golden.ts';

const COUNT = 2;
const OUTPUTS = [
  'scanQ16[0]',
  'scanQ16[1]',
  'worstScenario[0]',
  'worstScenario[1]',
  'markSumE6Q128',
] as const;
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('test/circuits/templates/account-grid', 'AccountGrid', [COUNT]);
});

function check(portfolio: Portfolio, market: PricedMarket, name = ''): void {
  const { underlyings, positions } = marginPortfolio(portfolio, market);
  const actual = circuit.signals(accountInputs(portfolio, market, COUNT), OUTPUTS);
  expect(
    [...OUTPUTS.slice(0, 4).map((output) => actual[output]), signed(actual.markSumE6Q128)],
    name,
  ).toEqual([
    ...underlyings.map(({ scanQ16 }) => scanQ16),
    ...underlyings.map(({ worstScenario }) => BigInt(worstScenario)),
    positions.reduce((sum, { lots, valuation }) => sum + lots * valuation.markQ128, 0n),
  ]);
}

describe.each(GOLDEN_SETS)('the golden portfolios: %s', (set) => {
  test('have the scan and the worst scenario of the risk model, by parts of two positions', () => {
    goldenCases(set).forEach(({ name, account, market }, index) => {
      const parts = Math.max(1, Math.ceil(account.positions.length / COUNT));
      const from = (index % parts) * COUNT;
      check({ ...account, positions: account.positions.slice(from, from + COUNT) }, market, name);
    });
  });
});

test('costs what the doc blocks of its parts say', () => {
  const harness = 1_746 + 3 * 77 + 3;
  expect(circuit.constraints).toBe(COUNT * 5_225 + 16_567 + 2_904 + harness);
});

test('so do random portfolios of random markets', () => {
  const { parameters } = loadDefaultParameters();
  for (const { portfolio, snapshot } of seededScenes(40, { maxPositions: COUNT })) {
    check(portfolio, priceMarket(snapshot, parameters));
  }
});

test('nothing wraps where every amount is as wide as it gets', () => {
  const { parameters } = loadDefaultParameters();
  // The widest moves of the layout, all collateral of one underlying, the dearest contract.
  const scenarios = parameters.underlyings[0].scenarios.map((scenario, i) =>
    scenario.logMoveQ10 === 0n
      ? scenario
      : {
          ...scenario,
          logMoveQ10: i % 2 === 0 ? 2047n : -2047n,
          multiplierQ24: BigInt(
            Math.round(2 ** 24 * Math.exp((i % 2 === 0 ? 2047 : -2047) / 1024)),
          ),
        },
  );
  const own = { ...parameters.underlyings[0], scenarios };
  const { snapshot } = goldenCases('extremes')[0]!.market;
  const [btc, eth] = snapshot.underlyings;
  const most = { ...btc, indexE4: 1n << 37n, perpetualMarkE4: (1n << 40n) - 1n };
  const market = priceMarket(
    { ...snapshot, underlyings: [most, eth] },
    { ...parameters, underlyings: [own, parameters.underlyings[1]] },
  );
  const perpetual = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n } as const;
  const { markQ128, valuesQ152 } = market.value(perpetual);
  const haircutValueE6 = ((1n << 56n) * (1n << 40n)) / 10n ** 6n;
  for (const lots of [-(1n << 26n), (1n << 26n) - 1n]) {
    for (const collateral of [0n, haircutValueE6]) {
      let [scan, worst] = [0n, 0n];
      scenarios.forEach(({ multiplierQ24, dampingQ16 }, i) => {
        const change =
          BigInt(COUNT) * lots * (valuesQ152[i + 1]! - (markQ128 << 24n)) +
          ((3n * collateral * (multiplierQ24 - (1n << 24n))) << 128n);
        const damped = dampingQ16 * (-change >> 152n);
        if (damped > scan) [scan, worst] = [damped, BigInt(i + 1)];
      });
      const portfolio: Portfolio = {
        quoteE6: 0n,
        collateralE8: [0n, 0n, 0n],
        positions: [
          { instrument: perpetual, lots },
          { instrument: perpetual, lots },
        ],
      };
      const inputs = {
        ...accountInputs(portfolio, market, 2),
        assetUnderlying: [0n, 0n, 0n],
        haircutValueE6: [collateral, collateral, collateral],
      };
      const read = circuit.signals(inputs, ['scanQ16[0]', 'worstScenario[0]']);
      expect([read['scanQ16[0]'], read['worstScenario[0]']]).toEqual([scan, worst]);
      expect(scan).toBeGreaterThan(0n);
    }
  }
});
