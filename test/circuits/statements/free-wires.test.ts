// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { bankruptcyInputs } from '../../../prover/statements/bankruptcy.ts';
import { liquidationInputs } from '../../../prover/statements/liquidation.ts';
import { compileHarness, openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import { goldenCases, marginOf, type GoldenSet } from '../../support/golden.ts';
import { freeWires, looseWires } from '../../support/rigidity.ts';
import { requestOf } from './cores.ts';
import { gridInputsOf } from './grid-account.ts';

const CAPACITY = 7;
const parameters = loadDefaultParameters();

/** Insolvent and below maintenance, so that both statements have a witness. */
const ACCOUNTS: readonly (readonly [GoldenSet, string])[] = [
  ['crash', '5 positions'],
  ['crash', 'delta hedged skew'],
  ['crash', 'short strikes of one unit and of 2^40 - 1'],
  ['extremes', 'short ETH perpetual'],
];

function inputsOf(statement: string, set: GoldenSet, name: string): CircuitInputs {
  const cases = goldenCases(set);
  const index = cases.findIndex((golden) => golden.name === name);
  const { market } = cases[index]!;
  const [btc, eth] = marginOf(cases[index]!).underlyings;
  const ledger = new Ledger(cases.map(({ account }) => account));
  const request = requestOf(ledger, index, market, parameters);
  return statement === 'bankruptcy'
    ? bankruptcyInputs(request, CAPACITY)
    : liquidationInputs(request, [btc.worstScenario, eth.worstScenario], CAPACITY);
}

/** circomlib's IsZero names an inverse, which is multiplied by the number: by 0 where that is 0. */
function inversesOfZero(circuit: CircuitUnderTest, inputs: CircuitInputs): string[] {
  const inverses = circuit.symbols.matching(/\.inv$/).filter((name) => {
    return circuit.symbols.get(name).wire >= 0;
  });
  const numberOf = (name: string): string => name.replace(/inv$/, 'in');
  const numbers = circuit.signals(inputs, inverses.map(numberOf));
  return inverses.filter((name) => numbers[numberOf(name)] === 0n);
}

/** Wires of the inputs; of one that simplification expressed by others, its parts are not fixed. */
function inputWires(circuit: CircuitUnderTest, inputs: CircuitInputs): Set<number> {
  const wiresOf = (name: string, value: CircuitInputs[string]): number[] =>
    Array.isArray(value)
      ? value.flatMap((part: CircuitInputs[string], index) => wiresOf(`${name}[${index}]`, part))
      : [circuit.symbols.get(name).wire];
  return new Set(Object.entries(inputs).flatMap(([name, value]) => wiresOf(name, value)));
}

const namesOf = (circuit: CircuitUnderTest, wires: readonly number[]): string[] =>
  wires.map((wire) => circuit.symbols.nameOfWire(wire)).sort();

describe.each(['liquidation', 'bankruptcy'])('the shipped %s', (statement) => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await openStatement(statement, String(CAPACITY));
  }, 900_000);

  // These find a value without its constraint. A range that is too wide, or a relation that is the
  // wrong one, holds its wires as firmly as the right one: forgeries and bit-for-bit comparisons
  // are for those.
  describe.each(ACCOUNTS)('proven of (%s) %s', (set, name) => {
    test('lets no wire take another value alone, but inverses of zero', () => {
      const inputs = inputsOf(statement, set, name);
      const loose = looseWires(circuit.r1cs, circuit.witness(inputs));
      // The context is only squared, so −context satisfies the same constraints: it is a public
      // input, whose value the verifier sets.
      const argued = [...inversesOfZero(circuit, inputs), 'context'].sort();
      expect(namesOf(circuit, loose)).toEqual(argued);
    });
  });

  test('lets no set of wires move together, but inverses of zero', () => {
    const inputs = inputsOf(statement, ...ACCOUNTS[0]!);
    const free = freeWires(circuit.r1cs, circuit.witness(inputs), inputWires(circuit, inputs));
    expect(namesOf(circuit, free)).toEqual(inversesOfZero(circuit, inputs).sort());
  });
});

describe('the shipped account-margin', () => {
  let circuit: CircuitUnderTest;
  const inputs = gridInputsOf();
  beforeAll(async () => {
    circuit = await openStatement('account-margin', '4');
  }, 900_000);

  test('lets no wire take another value alone, but inverses of zero and tops of nothing', () => {
    const loose = namesOf(circuit, looseWires(circuit.r1cs, circuit.witness(inputs)));
    // Where a scaled divisor is a power of two, the flag of the upper range multiplies 0 (D1Cell,
    // TenorValues): here in the perpetual, whose deviation is the smallest there is.
    const tops = /^margin\.position\[0\]\..*\.top(\[\d\])?$/;
    const argued = [...inversesOfZero(circuit, inputs), 'context'].sort();
    expect(loose.filter((name) => !tops.test(name))).toEqual(argued);
  });

  test('lets no set of wires move together, but inverses of zero', () => {
    const free = freeWires(circuit.r1cs, circuit.witness(inputs), inputWires(circuit, inputs));
    expect(namesOf(circuit, free)).toEqual(inversesOfZero(circuit, inputs).sort());
  });
});

describe('a circuit with a hint that nothing holds, and one with two roots', () => {
  test('is seen through: one moves with what follows from it, the other jumps', async () => {
    const circuit = await compileHarness({
      name: 'loose-hints',
      file: 'test/circuits/templates/loose-hints.circom',
      template: 'LooseHints',
      parameters: [],
    });
    const inputs = { dividend: 17n, divisor: 5n, square: 9n };
    const witness = circuit.witness(inputs);
    expect(namesOf(circuit, looseWires(circuit.r1cs, witness))).toEqual(['root']);
    const [free, ...others] = namesOf(
      circuit,
      freeWires(circuit.r1cs, witness, inputWires(circuit, inputs)),
    );
    expect(['quotient', 'remainder']).toContain(free);
    expect(others).toEqual([]);
  });
});
