// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { SCALAR_FIELD } from '../../../prover/proving/formats/r1cs.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { bankruptcyInputs } from '../../../prover/statements/bankruptcy.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import { changed, market, parameters, SAFE, slotOf, stretchRange } from './attacks.ts';
import { requestOf } from './cores.ts';

/** The account whose gross equity is exactly that. */
function accountWithGross(grossE6: bigint): Account {
  const { grossEquityE6 } = marginPortfolio(SAFE, market);
  return { ...SAFE, quoteE6: SAFE.quoteE6 + grossE6 - grossEquityE6 };
}

const [SOLVENT, BANKRUPT] = [0, 1];
const ledger = new Ledger([accountWithGross(0n), accountWithGross(-1n)]);
const inputsOf = (index: number): CircuitInputs =>
  bankruptcyInputs(requestOf(ledger, index, market, parameters), 7);
const PUBLIC = ['ledgerRoot', 'snapshotHash', 'parameterHash', 'account'];

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('bankruptcy', '7');
}, 900_000);

const published = (witness: readonly bigint[]): bigint[] => witness.slice(1, 1 + PUBLIC.length);

/** Claims more than is missing, under the real commitments; only the named constraints object. */
function expectStopped(
  index: number,
  attack: Partial<CircuitInputs>,
  forged: Overrides,
  by: RegExp,
) {
  const honest = circuit.forge({ inputs: inputsOf(index) });
  const inputs = { ...inputsOf(index), ...attack } as CircuitInputs;
  const forgery = circuit.forge({ inputs, overrides: forged });
  const deficit = forgery.read('deficitE6');
  expect(published(forgery.witness)).toEqual(published(honest.witness));
  expect(deficit > 1n && deficit < SCALAR_FIELD / 2n).toBe(true);
  expect(forgery.reasons.length).toBeGreaterThan(0);
  expect(forgery.reasons.filter((reason) => !by.test(reason))).toEqual([]);
}

describe('the boundary', () => {
  test('gross equity 0 has no witness, and only the sign check objects', () => {
    const { reasons, read } = circuit.forge({ inputs: inputsOf(SOLVENT!) });
    expect(read('deficitE6')).toBe(0n);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(/positiveDeficit\.bits/);
  });

  test('gross equity −1 has one, with deficit 1', () => {
    const witness = circuit.witness(inputsOf(BANKRUPT!));
    expect(circuit.check(witness)).toEqual([]);
    expect(circuit.signals(inputsOf(BANKRUPT!), ['deficitE6']).deficitE6).toBe(1n);
  });

  test('the context is bound to the proof', () => {
    const witness = circuit.witness(inputsOf(BANKRUPT!));
    const { wire } = circuit.symbols.get('context');
    expect(circuit.check(witness.with(wire, witness[wire]! + 1n)).length).toBeGreaterThan(0);
  });
});

describe.each([
  ['solvent', SOLVENT!],
  ['bankrupt', BANKRUPT!],
])('the deficit of a %s account cannot be overstated', (_, index) => {
  test('by a debt below 64 bits, carried into the next balance', () => {
    const inputs = inputsOf(index);
    const understated = changed(
      { ...inputs, quoteE6: (inputs['quoteE6'] as bigint) - 2n ** 64n },
      'balanceE8',
      (balances) => {
        balances[0]! += 1n;
      },
    );
    const overrides = stretchRange('gross.account.account.quoteRange', 64);
    expectStopped(index, understated, overrides, /quoteRange\.bits/);
  });

  test('by a collateral price with the rest called a remainder', () => {
    const value = 'gross.value[2]';
    const overrides: Overrides = {
      [`${value}.priceRemainder`]: (_, read) => read(`${value}.scaledPriceE4`),
      ...stretchRange(`${value}.priceRemainderRange`, 30),
    };
    expectStopped(index, {}, overrides, /value\[2\]\.priceRemainderRange/);
  });

  test('by a collateral value of fewer dollars, the rest called a remainder', () => {
    const value = 'gross.value[2]';
    const overrides: Overrides = {
      [`${value}.remainder`]: (remainder) => remainder + 1000n * 10n ** 12n,
      ...stretchRange(`${value}.remainderRange`, 20),
      ...stretchRange(`${value}.remainderBelow`, 20),
    };
    expectStopped(index, {}, overrides, /value\[2\]\.remainder(Range|Below)/);
  });

  test('by calling the expiry of a long put unlisted', () => {
    const put = slotOf('put');
    const prefix = `gross.position[${put}].slice.selection.match`;
    const names = Array.from({ length: 12 }, (_, slice) => `${prefix}[${slice}].out`);
    const inputs = inputsOf(index);
    const matches = circuit.forge({ inputs }).read;
    const own = names.find((name) => matches(name) === 1n)!;
    expectStopped(index, {}, { [own]: 0n }, /selection\.match/);
  });
});
