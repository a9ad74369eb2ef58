// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { SAMPLE_TICKS, loadSample } from '../../../prover/sample/sample.ts';
import { GOLDEN_SETS, goldenCases } from '../../support/golden.ts';
import { requestOf } from './cores.ts';
import { GridCircuits } from './grid.ts';

const parameters = loadDefaultParameters();
const circuits = new GridCircuits();

describe('margins over the whole grid are those of TypeScript, bit for bit', () => {
  const sample = loadSample();
  test.each(SAMPLE_TICKS)(
    'on the accounts of the sample, in the %s',
    async (tick) => {
      const ledger = new Ledger(sample.ledgers[tick]);
      const market = priceMarket(sample.snapshots[tick].snapshot, parameters.parameters);
      for (let index = 0; index < ledger.accounts.length; index += 1) {
        const request = requestOf(ledger, index, market, parameters);
        await circuits.expectAgreement(request, `account ${index}`);
      }
    },
    900_000,
  );

  test.each(GOLDEN_SETS)(
    'on every golden portfolio of %s',
    async (set) => {
      const cases = goldenCases(set);
      const ledger = new Ledger(cases.map(({ account }) => account));
      for (const [index, { name, market }] of cases.entries()) {
        await circuits.expectAgreement(requestOf(ledger, index, market, parameters), name);
      }
    },
    900_000,
  );
});
