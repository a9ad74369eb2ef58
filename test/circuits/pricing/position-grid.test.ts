// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { CircuitInput, CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { openTemplate } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { GOLDEN_SETS, goldenCases } from '../../support/golden.ts';
import { freeWires, looseWires } from '../../support/rigidity.ts';
import { expectGrid, key } from './grid-agreement.ts';
import { gridInputs } from './grid-inputs.ts';

let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await openTemplate('pricing/position-grid', 'PositionGrid');
});

describe.each(GOLDEN_SETS)('the instruments of the golden portfolios: %s', (set) => {
  const cases = goldenCases(set);
  const { market } = cases[0]!;
  const instruments = new Map(
    cases.flatMap(({ account }) =>
      account.positions.map(({ instrument }) => [key(instrument), instrument] as const),
    ),
  );

  test('agree with the risk model in all 32 scenarios, bit for bit', () => {
    [...instruments.values()].forEach((instrument, index) => {
      const lots = index % 3 === 0 ? -(1n << 26n) : BigInt(index) + 1n;
      expectGrid(circuit, instrument, lots, market);
    });
  });
});

test('costs what the doc blocks say', async () => {
  const terms = await openTemplate('pricing/contract-terms', 'ContractTerms');
  expect(terms.constraints).toBe(575);
  // As a circuit of its own it has 16 constraints more, for the outputs that are always 0.
  expect(circuit.constraints).toBe(5_225 + 16);
});

/** Wires of the inputs. */
function inputWires(inputs: CircuitInputs): Set<number> {
  const wiresOf = (name: string, value: CircuitInput): number[] =>
    Array.isArray(value)
      ? value.flatMap((part: CircuitInput, index) => wiresOf(`${name}[${index}]`, part))
      : [circuit.symbols.get(name).wire];
  return new Set(Object.entries(inputs).flatMap(([name, value]) => wiresOf(name, value)));
}

test.each(['perpetual', 'call', 'put'])('nothing of a %s is left to the prover', (kind) => {
  const { account, market } = goldenCases('crash').find(({ account: { positions } }) =>
    positions.some(({ instrument }) => instrument.kind === kind),
  )!;
  const { instrument, lots } = account.positions.find((held) => held.instrument.kind === kind)!;
  const inputs = gridInputs(instrument, lots, market);
  const witness = circuit.witness(inputs);
  const fixed = inputWires(inputs);
  const nameOf = (wire: number): string => circuit.symbols.nameOfWire(wire);
  // circomlib's IsZero multiplies an inverse by a number that is 0.
  expect(
    freeWires(circuit.r1cs, witness, fixed)
      .map(nameOf)
      .filter((name) => !name.endsWith('.inv')),
  ).toEqual([]);
  // Where a scaled divisor is a power of two, the flag of the upper range adds nothing to it.
  expect(
    looseWires(circuit.r1cs, witness)
      .filter((wire) => !fixed.has(wire))
      .map(nameOf)
      .filter((name) => !/\.(inv|top|top\[\d\])$/.test(name)),
  ).toEqual([]);
});
