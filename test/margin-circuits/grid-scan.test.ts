// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../prover/market/parameters-document.ts';
import { marginPortfolio } from '../../prover/risk/margin.ts';
import { priceMarket, type PricedMarket } from '../../prover/risk/market.ts';
import type { Portfolio } from '../../prover/risk/types.ts';
import { openTemplate, signed } from '../arithmetic/template.ts';
import { accountInputs } from '../pricing/grid-inputs.ts';
import { seededScenes } from '../support/arbitraries.ts';
import type { CircuitUnderTest } from '../support/circuit.ts';
import { GOLDEN_SETS, goldenCases } from '../support/golden.ts';

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
  circuit = await openTemplate('test/circuits/account-grid', 'AccountGrid', [COUNT]);
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
  expect(circuit.constraints).toBe(COUNT * 5_224 + 16_567 + 2_904 + harness);
});

test('so do random portfolios of random markets', () => {
  const { parameters } = loadDefaultParameters();
  for (const { portfolio, snapshot } of seededScenes(40, { maxPositions: COUNT })) {
    check(portfolio, priceMarket(snapshot, parameters));
  }
});
