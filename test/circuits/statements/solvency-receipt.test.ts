// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { solvencyReceiptInputs } from '../../../prover/statements/solvency-receipt.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { market, parameters, POSITIONS, SAFE, stretchRange } from './attacks.ts';
import { requestOf } from './cores.ts';

const CAPACITY = 4;
const base: Account = { ...SAFE, positions: POSITIONS.slice(0, CAPACITY) };
const { equityE6: baseEquityE6, imE6 } = marginPortfolio(base, market);

/** A unit of cash is a unit of equity, and leaves the margin as it is. */
const withEquity = (equityE6: bigint): Account => ({
  ...base,
  quoteE6: base.quoteE6 + equityE6 - baseEquityE6,
});

const [AT_MARGIN, SHORT, RICH] = [0, 1, 2];
const SURPLUS = 1_000_000n;
const ledger = new Ledger([withEquity(imE6), withEquity(imE6 - 1n), withEquity(imE6 + SURPLUS)]);
const request = (index: number, equityAtLeastE6 = 0n) => ({
  ...requestOf(ledger, index, market, parameters),
  equityAtLeastE6,
});
const inputsOf = (index: number, statedE6 = 0n): CircuitInputs =>
  solvencyReceiptInputs(request(index, statedE6), CAPACITY);

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('solvency-receipt', '4');
}, 900_000);

/** The forgery satisfies the shipped R1CS but for what `by` names. */
function expectStopped(inputs: CircuitInputs, by: RegExp, overrides: Overrides = {}): void {
  const { reasons } = circuit.forge({ inputs, overrides });
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.filter((reason) => !by.test(reason))).toEqual([]);
}

describe('a receipt', () => {
  test.each([
    ['at its initial margin, stating nothing', AT_MARGIN, 0n],
    ['at its initial margin, stating all of it', AT_MARGIN, imE6],
    ['with more, stating exactly what there is', RICH, imE6 + SURPLUS],
  ])('is proven of an account %s', (_, index, statedE6) => {
    const { inputs, publicSignals } = prepareStatement(
      'solvency-receipt',
      request(index, statedE6),
    );
    const witness = circuit.witness(inputs);
    expect(circuit.check(witness)).toEqual([]);
    // Nothing else is published: six signals, and then the witness proper.
    expect(circuit.r1cs.publicOutputs + circuit.r1cs.publicInputs).toBe(6);
    expect(witness.slice(1, 7)).toEqual(encodePublicSignals('solvency-receipt', publicSignals));
  });

  test('binds its context', () => {
    const witness = circuit.witness(inputsOf(RICH));
    const { wire } = circuit.symbols.get('context');
    expect(circuit.check(witness.with(wire, witness[wire]! + 1n)).length).toBeGreaterThan(0);
  });
});

describe('no receipt exists', () => {
  test('one unit below the initial margin, and only that comparison objects', () => {
    expect(() => circuit.witness(inputsOf(SHORT))).toThrow(UnsatisfiedCircuit);
    expectStopped(inputsOf(SHORT), /surplus\.bits/);
    expect(() => prepareStatement('solvency-receipt', request(SHORT))).toThrow(
      expect.objectContaining({ code: 'ACCOUNT_UNHEALTHY' }),
    );
  });

  test('of one unit more than there is, and only that comparison objects', () => {
    const statedE6 = imE6 + SURPLUS + 1n;
    expect(() => circuit.witness(inputsOf(RICH, statedE6))).toThrow(UnsatisfiedCircuit);
    expectStopped(inputsOf(RICH, statedE6), /beyond\.bits/);
    expect(() => prepareStatement('solvency-receipt', request(RICH, statedE6))).toThrow(
      expect.objectContaining({ code: 'EQUITY_BELOW_STATED' }),
    );
  });

  test('of a negative amount, that would read as a large one', () => {
    const inputs = { ...inputsOf(RICH), statedEquityE6: -1n };
    expectStopped(inputs, /stated\.bits/, stretchRange('stated', 88));
    expect(() => prepareStatement('solvency-receipt', request(RICH, -1n))).toThrow(
      /equityAtLeastE6: must be from 0 to 2\^88 - 1/,
    );
  });

  test('for another owner than the leaf has', () => {
    const { accountOwner } = inputsOf(RICH);
    const inputs = { ...inputsOf(RICH), accountOwner: (accountOwner as bigint) - 1n };
    const honest = circuit.witness(inputsOf(RICH));
    // The leaf no longer is the one in the tree: the path objects, and with it nothing else.
    expectStopped(inputs, /opened\.path/);
    // Keeping the leaf by moving the owner's bits into the nonce takes a nonce of more than 32 bits.
    const carried = {
      ...inputsOf(RICH),
      accountOwner: (accountOwner as bigint) - 2n ** 160n,
      nonce: (inputsOf(RICH)['nonce'] as bigint) + 1n,
    };
    const forgery = circuit.forge({
      inputs: carried,
      overrides: stretchRange('opened.account.ownerRange', 160),
    });
    expect(forgery.witness[1]).toBe(honest[1]);
    expect(forgery.reasons.length).toBeGreaterThan(0);
    expect(forgery.reasons.filter((reason) => !/ownerRange/.test(reason))).toEqual([]);
  });

  test('for an owner that is only published, not the one in the leaf', () => {
    const witness = circuit.witness(inputsOf(RICH));
    const { wire } = circuit.symbols.get('owner');
    expect(wire).toBe(4);
    expect(circuit.check(witness.with(wire, witness[wire]! - 1n)).length).toBeGreaterThan(0);
  });
});
