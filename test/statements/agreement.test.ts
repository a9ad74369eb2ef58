// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { Ledger } from '../../prover/ledger/ledger.ts';
import { loadDefaultParameters } from '../../prover/market/parameters-document.ts';
import { priceMarket } from '../../prover/risk/market.ts';
import { loadSample, SAMPLE_TICKS } from '../../prover/sample/sample.ts';
import { seededScenes } from '../support/arbitraries.ts';
import { GOLDEN_SETS, goldenCases } from '../support/golden.ts';
import {
  accountOf,
  decideInCircuit,
  decideInTypeScript,
  openCores,
  requestOf,
  type Cores,
} from './cores.ts';

const CAPACITIES = [8, 16, 64] as const;
const parameters = loadDefaultParameters();
let cores: readonly Cores[];

beforeAll(async () => {
  const opened: Cores[] = [];
  for (const capacity of CAPACITIES) opened.push(await openCores(capacity, 0));
  cores = opened;
}, 900_000);

const coresFor = (positions: number): Cores => {
  const found = cores.find(({ capacity }) => capacity >= positions);
  if (found === undefined) throw new Error(`no circuit for ${positions} positions`);
  return found;
};

describe('equity, requirement and gross equity of circuit and TypeScript agree bit for bit', () => {
  test.each(GOLDEN_SETS)('on every golden portfolio of %s', (set) => {
    const cases = goldenCases(set);
    const ledger = new Ledger(cases.map(({ account }) => account));
    for (const [index, { name, account, market, expected }] of cases.entries()) {
      const request = requestOf(ledger, index, market, parameters);
      const { decision, mmE6, worst } = decideInTypeScript(request, market);
      expect(decideInCircuit(coresFor(account.positions.length), request, worst), name).toEqual(
        decision,
      );
      expect(decision.requirementE6, name).toBe(mmE6);
      expect(String(decision.equityE6), name).toBe(expected?.equityE6);
      expect(String(decision.requirementE6), name).toBe(expected?.mmE6);
      expect(String(decision.grossEquityE6), name).toBe(expected?.grossEquityE6);
    }
  });

  test.each(SAMPLE_TICKS)('on every account of the sample at the %s', (tick) => {
    const sample = loadSample();
    const ledger = new Ledger(sample.ledgers[tick]);
    const market = priceMarket(sample.snapshots[tick].snapshot, parameters.parameters);
    for (const index of sample.ledgers[tick].keys()) {
      const request = requestOf(ledger, index, market, parameters);
      const { decision, worst } = decideInTypeScript(request, market);
      const { positions } = request.opening.account;
      expect(decideInCircuit(coresFor(positions.length), request, worst), `account ${index}`).toEqual(
        decision,
      );
    }
  });

  test('on a thousand seeded random accounts, each in a random market', () => {
    for (const [index, { snapshot, portfolio }] of seededScenes(1000).entries()) {
      const market = priceMarket(snapshot, parameters.parameters);
      const ledger = new Ledger([accountOf(portfolio)]);
      const request = requestOf(ledger, 0, market, parameters);
      const { decision, worst } = decideInTypeScript(request, market);
      expect(
        decideInCircuit(coresFor(portfolio.positions.length), request, worst),
        `scene ${index}`,
      ).toEqual(decision);
    }
  });
});
