// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { GOLDEN_SETS, goldenCases } from '../../support/golden.ts';
import { CoreCircuits, decideInCircuit, decideInTypeScript, requestOf } from './cores.ts';

const parameters = loadDefaultParameters();
const circuits = new CoreCircuits();

describe('circuit, TypeScript and the frozen margins agree bit for bit', () => {
  test.each(GOLDEN_SETS)(
    'on every golden portfolio of %s, at its worst scenarios',
    async (set) => {
      const cases = goldenCases(set);
      const ledger = new Ledger(cases.map(({ account }) => account));
      for (const [index, { name, account, market, expected }] of cases.entries()) {
        const request = requestOf(ledger, index, market, parameters);
        const { decision, worst } = decideInTypeScript(request, market);
        const cores = await circuits.for(account.positions.length);
        expect(decideInCircuit(cores, request, worst), name).toEqual(decision);
        expect(String(decision.equityE6), name).toBe(expected?.equityE6);
        expect(String(decision.requirementE6), name).toBe(expected?.mmE6);
        expect(String(decision.grossEquityE6), name).toBe(expected?.grossEquityE6);
      }
    },
    900_000,
  );

  test('on a hedged account in all 33 scenarios of each underlying', async () => {
    const cases = goldenCases('crash').filter(({ account }) => account.positions.length >= 5);
    const [golden] = cases;
    const ledger = new Ledger([golden!.account]);
    const request = requestOf(ledger, 0, golden!.market, parameters);
    const cores = await circuits.for(golden!.account.positions.length);
    let decided = 0;
    for (let id = 0; id <= 32; id += 1) {
      const ids = [id, 32 - id] as const;
      let expected: ReturnType<typeof decideInTypeScript>;
      try {
        expected = decideInTypeScript(request, golden!.market, ids);
      } catch (error) {
        // A pair of scenarios in which the account gains has no requirement, nor a witness.
        expect((error as { code?: string }).code).toBe('NEGATIVE_SCAN');
        expect(() => decideInCircuit(cores, request, ids)).toThrow(/Requirement/);
        continue;
      }
      decided += 1;
      expect(decideInCircuit(cores, request, ids), `ids ${ids.join()}`).toEqual(expected.decision);
    }
    expect(decided).toBeGreaterThan(5);
  }, 300_000);
});
