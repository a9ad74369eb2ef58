// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { SAMPLE_TICKS, loadSample } from '../../../prover/sample/sample.ts';
import { CoreCircuits, decideInCircuit, decideInTypeScript, requestOf } from './cores.ts';

const parameters = loadDefaultParameters();
const sample = loadSample();
const circuits = new CoreCircuits();

describe('circuit and TypeScript agree bit for bit on the accounts of the sample', () => {
  test.each(SAMPLE_TICKS)(
    'in the %s',
    async (tick) => {
      const accounts = sample.ledgers[tick];
      const ledger = new Ledger(accounts);
      const market = priceMarket(sample.snapshots[tick].snapshot, parameters.parameters);
      for (let index = 0; index < accounts.length; index += 1) {
        const request = requestOf(ledger, index, market, parameters);
        const { decision, worst } = decideInTypeScript(request, market);
        const cores = await circuits.for(accounts[index]!.positions.length);
        expect(decideInCircuit(cores, request, worst), `account ${index}`).toEqual(decision);
      }
    },
    900_000,
  );
});
