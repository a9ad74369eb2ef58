// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { SCALAR_FIELD } from '../../../prover/commitments/hash-words.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parameterHash } from '../../../prover/commitments/parameters-words.ts';
import { snapshotHash } from '../../../prover/commitments/snapshot-words.ts';
import { findStatement, loadManifest } from '../../../prover/statements/manifest.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { type Sample, loadSample } from '../../../prover/sample/sample.ts';
import { bankruptcyInputs, bankruptcyInstance } from '../../../prover/statements/bankruptcy.ts';
import { accountInputs } from '../../../prover/statements/circuit-inputs.ts';
import { fromFieldElement, toFieldElement } from '../../../prover/statements/field-element.ts';
import type { StatementRequest } from '../../../prover/statements/instance.ts';
import { smallestProfile } from '../../../prover/statements/instance.ts';
import { liquidationInputs, liquidationInstance } from '../../../prover/statements/liquidation.ts';
import {
  decodePublicSignals,
  encodePublicSignals,
} from '../../../prover/statements/public-signals.ts';
import { validAccount } from '../../support/venue.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const circuits = loadManifest(REPOSITORY_ROOT);
const liquidation = findStatement(circuits, 'liquidation');
const bankruptcy = findStatement(circuits, 'bankruptcy');
const parameters = loadDefaultParameters();
let sample: Sample;
let ledger: Ledger;

beforeAll(() => {
  sample = loadSample();
  ledger = new Ledger(sample.ledgers.crash);
});

function requestFor(name: string): StatementRequest {
  const { index } = labelled(sample.labels, name);
  const { snapshot } = sample.snapshots.crash;
  return { opening: ledger.open(index), tick: new MarketTick(snapshot, parameters), context: 7n };
}

describe('field elements of signed amounts', () => {
  it('are undone, and negative ones lie below r', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 127n) + 1n, 2n ** 127n - 1n), (value) => {
        expect(fromFieldElement(toFieldElement(value))).toBe(value);
      }),
    );
    expect(toFieldElement(-1n)).toBe(SCALAR_FIELD - 1n);
  });

  it('have one reading only', () => {
    for (const element of [2n ** 127n, SCALAR_FIELD - 2n ** 127n, SCALAR_FIELD, -1n]) {
      expect(() => fromFieldElement(element)).toThrow(/is no signed amount/);
    }
    expect(() => toFieldElement(2n ** 127n)).toThrow(/expected \|x\| < 2\^127/);
  });
});

describe('profile', () => {
  it('is the smallest that fits', () => {
    const chosen = [0, 1, 7, 8, 16, 17, 64].map((count) => smallestProfile(liquidation, count));
    expect(chosen).toEqual(['7', '7', '7', '16', '16', '64', '64']);
    expect(() => smallestProfile(liquidation, 65)).toThrow(/no profile for 65 positions/);
  });
});

describe('liquidation instance', () => {
  it('publishes what the model says of the account, at its worst scenarios', () => {
    const request = requestFor('ordinary-liquidation');
    const market = priceMarket(request.tick.snapshot, parameters.parameters);
    const margin = marginPortfolio(request.opening.account, market);
    const instance = liquidationInstance(request, liquidation);
    expect(instance.publicSignals).toEqual({
      ledgerRoot: ledger.root,
      snapshotHash: snapshotHash(request.tick.snapshot),
      parameterHash: parameterHash(parameters),
      accountIndex: BigInt(request.opening.index),
      settlementNonce: request.opening.account.settlementNonce,
      owner: request.opening.account.owner,
      frozen: 0n,
      riskReducingOnly: 0n,
      equityE6: margin.equityE6,
      requirementE6: margin.mmE6,
      context: 7n,
    });
    expect(instance.inputs['scenarioId']).toEqual(
      margin.underlyings.map(({ worstScenario }) => BigInt(worstScenario)),
    );
  });

  it('is refused for every healthy account of the venue and made for every other', () => {
    const { snapshot } = sample.snapshots.crash;
    const tick = new MarketTick(snapshot, parameters);
    let refused = 0;
    let made = 0;
    for (const [index, account] of ledger.accounts.entries()) {
      const request = { opening: ledger.open(index), tick, context: 1n };
      if (marginPortfolio(account, tick.market).liquidatable) {
        expect(liquidationInstance(request, liquidation).profile).toBeTypeOf('string');
        made += 1;
      } else if (refused < 20) {
        expect(() => liquidationInstance(request, liquidation)).toThrow(
          expect.objectContaining({ code: 'ACCOUNT_HEALTHY' }),
        );
        refused += 1;
      }
    }
    expect(refused).toBe(20);
    expect(made).toBeGreaterThan(3);
  });

  it('can be built for an attack where the honest way refuses', () => {
    const request = requestFor('ordinary-liquidation');
    const calm = { ...request, tick: new MarketTick(sample.snapshots.calm.snapshot, parameters) };
    expect(liquidationInputs(calm, [20, 0], 7)['scenarioId']).toEqual([20n, 0n]);
  });
});

describe('bankruptcy instance', () => {
  it('publishes the exact deficit', () => {
    const request = requestFor('bankrupt-paid-in-full');
    const instance = bankruptcyInstance(request, bankruptcy);
    const market = priceMarket(request.tick.snapshot, parameters.parameters);
    const margin = marginPortfolio(request.opening.account, market);
    expect(instance.publicSignals.deficitE6).toBe(-margin.grossEquityE6);
    expect(margin.grossEquityE6).toBeLessThan(0n);
    expect(Object.keys(bankruptcyInputs(request, 7))).not.toContain('scenarioId');
  });

  it('is refused for an account that is below maintenance but solvent', () => {
    expect(() => bankruptcyInstance(requestFor('ordinary-liquidation'), bankruptcy)).toThrow(
      expect.objectContaining({ code: 'ACCOUNT_SOLVENT' }),
    );
  });
});

describe('circuit inputs', () => {
  it('fill the slots beyond the last position with zeros', () => {
    const opening = new Ledger([validAccount()]).open(0);
    const inputs = accountInputs(opening, 5);
    expect(inputs['kind']).toEqual([1n, 5n, 7n, 0n, 0n]);
    expect(inputs['underlying']).toEqual([0n, 0n, 1n, 0n, 0n]);
    expect(inputs['lots']).toEqual([SCALAR_FIELD - 250n, SCALAR_FIELD - 1500n, 700n, 0n, 0n]);
    expect(inputs['quoteE6']).toBe(SCALAR_FIELD - 1_234_567_890n);
    expect(inputs['accountCount']).toBe(1n);
  });

  it('are not made where the positions do not fit', () => {
    const opening = new Ledger([validAccount()]).open(0);
    expect(() => accountInputs(opening, 2)).toThrow(/expected at most 2 positions, got 3/);
  });
});

describe('public signals', () => {
  it('are encoded as the circuit publishes them and decoded by name', () => {
    const { publicSignals } = liquidationInstance(requestFor('bankrupt-paid-in-full'), liquidation);
    expect(publicSignals.equityE6).toBeLessThan(0n);
    const elements = encodePublicSignals('liquidation', publicSignals);
    expect(elements).toHaveLength(6);
    expect(elements[0]).toBe(ledger.root);
    const { equityE6, requirementE6 } = publicSignals;
    expect(elements[4]).toBe(equityE6 + (1n << 79n) + (requirementE6 << 80n));
    expect(decodePublicSignals('liquidation', elements)).toEqual(publicSignals);
    expect(() => decodePublicSignals('liquidation', [5n])).toThrow(/has 6 public signals, got 1/);
  });

  it('are packed and split, each field in its own bits', () => {
    const values = {
      ledgerRoot: 1n,
      snapshotHash: 2n,
      parameterHash: 3n,
      accountIndex: 2n ** 24n - 1n,
      settlementNonce: 5n,
      owner: 2n ** 160n - 1n,
      frozen: 0n,
      riskReducingOnly: 1n,
      equityE6: -7n,
      maintenanceMarginE6: 2n ** 96n - 1n,
      initialMarginE6: 9n,
      worstScenarioBtc: 32n,
      worstScenarioEth: 0n,
      cureBufferBps: 1_000n,
      change: 2n ** 105n,
      haircutE6: 2n ** 80n - 1n,
      context: 11n,
    };
    const elements = encodePublicSignals('account-margin', values);
    expect(elements).toHaveLength(8);
    expect(elements[3]).toBe(
      2n ** 24n - 1n + 5n * 2n ** 24n + (2n ** 160n - 1n) * 2n ** 56n + 2n ** 217n,
    );
    expect(elements[6]).toBe(2n ** 105n + (2n ** 80n - 1n) * 2n ** 172n);
    expect(elements[5]).toBe(
      2n ** 96n - 1n + 9n * 2n ** 96n + 32n * 2n ** 192n + 1_000n * 2n ** 204n,
    );
    expect(decodePublicSignals('account-margin', elements)).toEqual(values);
    expect(() =>
      decodePublicSignals('account-margin', elements.with(3, elements[3]! + 2n ** 218n)),
    ).toThrow(/account: must fit its 218 bits/);
    expect(() =>
      encodePublicSignals('account-margin', { ...values, worstScenarioBtc: 64n }),
    ).toThrow(/worstScenarioBtc in 6 bits/);
  });
});
