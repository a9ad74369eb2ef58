// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { seededScenes } from '../../support/arbitraries.ts';
import {
  accountOf,
  CoreCircuits,
  decideInCircuit,
  decideInTypeScript,
  requestOf,
} from './cores.ts';

const SCENES = 1000;

test('circuit and TypeScript agree bit for bit on 1,000 random accounts in random markets', async () => {
  const parameters = loadDefaultParameters();
  const cores = await new CoreCircuits().for(7);
  const scenes = seededScenes(SCENES, { maxPositions: 7 });
  expect(scenes).toHaveLength(SCENES);
  for (const [index, { snapshot, portfolio }] of scenes.entries()) {
    const market = priceMarket(snapshot, parameters.parameters);
    const request = requestOf(new Ledger([accountOf(portfolio)]), 0, market, parameters);
    const { decision, worst } = decideInTypeScript(request, market);
    expect(decideInCircuit(cores, request, worst), `scene ${index}`).toEqual(decision);
  }
}, 1_800_000);
