// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { element, expectRefusedOnlyBy, openTemplate } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { stretchRange } from '../statements/attacks.ts';

const EQUITY_BITS = 80;
const REQUIREMENT_BITS = 96;
const EQUITY_END = 1n << BigInt(EQUITY_BITS - 1);
const REQUIREMENT_END = 1n << BigInt(REQUIREMENT_BITS);
/** Where the second limb begins. */
const NEXT = 1n << BigInt(EQUITY_BITS);

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openTemplate('margin/amounts-word', 'AmountsWord');
});

const inputsOf = (equityE6: bigint, requirementE6: bigint) => ({
  equityE6: element(equityE6),
  requirementE6: element(requirementE6),
});

/** As TypeScript packs it, for contracts and verifiers. */
function packed(equityE6: bigint, requirementE6: bigint): bigint {
  const zeros = { ledgerRoot: 0n, snapshotHash: 0n, parameterHash: 0n, context: 0n };
  const account = {
    accountIndex: 0n,
    settlementNonce: 0n,
    owner: 0n,
    frozen: 0n,
    riskReducingOnly: 0n,
  };
  const all = encodePublicSignals('liquidation', { ...zeros, ...account, equityE6, requirementE6 });
  return all[4]!;
}

const word = (equityE6: bigint, requirementE6: bigint): bigint =>
  circuit.signals(inputsOf(equityE6, requirementE6), ['amounts']).amounts;

describe('AmountsWord', () => {
  test.each([
    [0n, 0n],
    [-1n, 0n],
    [-EQUITY_END, 0n],
    [EQUITY_END - 1n, 0n],
    [-EQUITY_END, REQUIREMENT_END - 1n],
    [EQUITY_END - 1n, REQUIREMENT_END - 1n],
  ])('holds equity %d and requirement %d as TypeScript packs them', (equity, requirement) => {
    const expected = equity + EQUITY_END + requirement * NEXT;
    expect(word(equity, requirement)).toBe(expected);
    expect(packed(equity, requirement)).toBe(expected);
  });

  test('holds any two amounts within their limbs', () => {
    const equity = fc.bigInt(-EQUITY_END, EQUITY_END - 1n);
    const requirement = fc.bigInt(0n, REQUIREMENT_END - 1n);
    fc.assert(
      fc.property(equity, requirement, (worth, need) => {
        expect(word(worth, need)).toBe(packed(worth, need));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    [EQUITY_END, 0n],
    [-EQUITY_END - 1n, 0n],
    [0n, REQUIREMENT_END],
    [0n, -1n],
  ])('has no witness for equity %d and requirement %d', (equity, requirement) => {
    expect(() => circuit.witness(inputsOf(equity, requirement))).toThrow(UnsatisfiedCircuit);
  });

  // Without the one range check that objects, the same word would be read as other amounts.
  test.each([
    ['equity that carries into the requirement', EQUITY_END + 5n, 7n, 'equity', EQUITY_BITS],
    ['equity that borrows from it', -EQUITY_END - 5n, 7n, 'equity', EQUITY_BITS],
    ['a requirement of less than nothing', 5n, -7n, 'requirement', REQUIREMENT_BITS],
    ['a requirement beyond its limb', 5n, REQUIREMENT_END + 7n, 'requirement', REQUIREMENT_BITS],
  ] as const)('refuses %s, by its range alone', (_, equity, requirement, range, bits) => {
    const forgery = circuit.forge({
      inputs: inputsOf(equity, requirement),
      overrides: stretchRange(range, bits),
    });
    expect(forgery.read('amounts')).toBe(
      element(equity + EQUITY_END + element(requirement) * NEXT),
    );
    expectRefusedOnlyBy(forgery, new RegExp(`^#\\d+: .*${range}\\.bits`));
  });

  test('the carried word is one that honest amounts have', () => {
    const { read } = circuit.forge({
      inputs: inputsOf(EQUITY_END + 5n, 7n),
      overrides: stretchRange('equity', EQUITY_BITS),
    });
    expect(read('amounts')).toBe(word(-EQUITY_END + 5n, 8n));
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(176);
  });
});
