// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { accountAfter, NO_CHANGE } from '../../../prover/commitments/account-change.ts';
import type { AccountChange } from '../../../prover/commitments/account-change.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { instruments, SEED, seededScenes } from '../../support/arbitraries.ts';
import { soakCasesOf } from '../../support/cases.ts';
import { bearableChanges } from '../../support/changes.ts';
import { accountOf, CONTEXT } from './cores.ts';
import { GridCircuits } from './grid.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const SCENES = soakCasesOf(1000);
/** Of the small profile, so that a thousand take two minutes. */
const CAPACITY = 4;

/** A change of every other account, as its ledger stands; none where the account cannot bear it. */
function changeOf(account: Account, snapshot: MarketSnapshot, index: number): AccountChange {
  if (index % 2 === 0) return NO_CHANGE;
  const lots = fc.bigInt(-500n, 500n).filter((value) => value !== 0n);
  const others = fc.record({ instrument: instruments(snapshot), lots });
  const seed = SEED + index;
  const [change] = fc.sample(bearableChanges(account, others), { numRuns: 1, seed });
  try {
    return accountAfter(account, change!).positions.length <= CAPACITY ? change! : NO_CHANGE;
  } catch {
    return NO_CHANGE;
  }
}

test(`the grid agrees with TypeScript on ${SCENES} random accounts in random markets, half of them changed`, async () => {
  const parameters = loadDefaultParameters();
  const circuits = new GridCircuits();
  const scenes = seededScenes(SCENES, { maxPositions: CAPACITY });
  expect(scenes).toHaveLength(SCENES);
  let changed = 0;
  for (const [index, { snapshot, portfolio }] of scenes.entries()) {
    const account = accountOf(portfolio);
    const change = changeOf(account, snapshot, index);
    if (change !== NO_CHANGE) changed += 1;
    const opening = new Ledger([account]).open(0);
    const tick = new MarketTick(snapshot, parameters);
    const request = { opening, tick, context: CONTEXT, change };
    await circuits.expectAgreement(request, `scene ${index}`);
  }
  expect(changed).toBeGreaterThan(SCENES / 3);
}, 1_800_000);
