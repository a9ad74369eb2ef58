// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { divCeil, max, min } from '../../../prover/risk/pricing/fixed-point.ts';
import { element } from '../arithmetic/template.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';

const COUNT = 3;

const VALID = {
  underlying: [0n, 1n, 1n],
  chargedLots: [100n, 0n, 70n],
  isListed: [1n, 0n, 0n],
  sliceConfidenceQ10: [700n, 0n, 0n],
  indexE4: [640_000_000n, 19_000_000n],
  confidenceQ10: [1_000n, 900n],
  time: 1_770_000_000n,
  indexTime: 1_769_999_991n,
  dollarDeltaE6: [5_000_000_007n, 11n],
  haircutValueE6: [1_000_001n, 0n, 7n],
  imExtraBps: [0n, 100n, 500n],
  confidenceBps: 300n,
  confidenceThresholdQ10: 1_000n,
  latencyBpsPerSecondX10: 5n,
  latencyMaxBps: 100n,
  scanQ16: 12_345_678_901n,
  factorBps: 10_000n,
  contingenciesBpsQ10: 10_240_001n,
};
type Inputs = typeof VALID;

/** docs/spec.md §5, line by line. */
function further(inputs: Inputs): bigint {
  const { confidenceThresholdQ10: threshold } = inputs;
  const base = inputs.underlying.map((u, i) => {
    const confidence =
      inputs.isListed[i] === 1n ? inputs.sliceConfidenceQ10[i]! : inputs.confidenceQ10[Number(u)]!;
    return inputs.indexE4[Number(u)]! * inputs.chargedLots[i]! * max(0n, threshold - confidence);
  });
  const age = inputs.time - inputs.indexTime;
  const latency = min(10n * inputs.latencyMaxBps, inputs.latencyBpsPerSecondX10 * age);
  const sum = (values: readonly bigint[]): bigint => values.reduce((x, y) => x + y, 0n);
  return (
    divCeil(inputs.confidenceBps * sum(base), 10_000n * threshold) +
    divCeil(sum(inputs.dollarDeltaE6) * latency, 100_000n) +
    divCeil(sum(inputs.haircutValueE6.map((value, c) => value * inputs.imExtraBps[c]!)), 10_000n)
  );
}

const bits = (count: number, least = 0n): fc.Arbitrary<bigint> =>
  fc.oneof(fc.bigInt(least, 2n ** BigInt(count) - 1n), fc.constant(2n ** BigInt(count) - 1n));
const list = (count: number, length: number): fc.Arbitrary<bigint[]> =>
  fc.array(bits(count), { minLength: length, maxLength: length });

/** Every input over its whole width; three positions of at most 2^26 lots. */
const anyInputs: fc.Arbitrary<Inputs> = fc
  .record({
    underlying: list(1, COUNT),
    chargedLots: list(26, COUNT),
    isListed: list(1, COUNT),
    sliceConfidenceQ10: list(11, COUNT),
    indexE4: list(37, 2),
    confidenceQ10: list(11, 2),
    time: bits(32),
    age: bits(32),
    dollarDeltaE6: list(71, 2),
    haircutValueE6: list(76, 3),
    imExtraBps: list(14, 3),
    confidenceBps: bits(16),
    confidenceThresholdQ10: bits(11, 1n),
    latencyBpsPerSecondX10: bits(16),
    latencyMaxBps: bits(16),
    scanQ16: bits(100),
    factorBps: bits(16),
    contingenciesBpsQ10: bits(100),
  })
  .map(({ age, ...rest }) => ({ ...rest, indexTime: rest.time - min(age, rest.time) }));

/** Of the inputs, in the harness. */
const RANGES = 2 * 38 + 2 * 11 + 2 * 32 + 3 * 77 + 3 * 14 + 3 * 16 + 11 + 100 + 16;

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await compileHarness({
    name: 'charged-initial-margin-3',
    file: 'test/circuits/templates/charged-initial-margin.circom',
    template: 'ChargedInitialMargin',
    parameters: [COUNT],
  });
});

function expectAgreement(inputs: Inputs): void {
  const out = circuit.signals(inputs, ['furtherE6', 'requirementE6']);
  const furtherE6 = further(inputs);
  expect(out.furtherE6).toBe(furtherE6);
  expect(out.requirementE6).toBe(
    divCeil(inputs.factorBps * inputs.scanQ16, 10_000n << 16n) +
      divCeil(inputs.contingenciesBpsQ10, 10_000n << 10n) +
      furtherE6,
  );
}

describe('the lines of the initial margin', () => {
  test('are rounded up each on its own, over the whole widths', () => {
    fc.assert(fc.property(anyInputs, expectAgreement), { numRuns: 300 });
  });

  test('cost what the doc blocks say', () => {
    expect(circuit.constraints).toBe(RANGES + 17 * COUNT + 398 + 282);
  });

  const changes: readonly (readonly [string, Partial<Inputs>])[] = [
    ['nothing charged', { chargedLots: [0n, 0n, 0n], dollarDeltaE6: [0n, 0n] }],
    ['confidence at the threshold', { sliceConfidenceQ10: [1_000n, 0n, 0n] }],
    ['confidence one below it', { sliceConfidenceQ10: [999n, 0n, 0n] }],
    ['an unlisted expiry, charged at the confidence of its index', { isListed: [0n, 0n, 0n] }],
    ['an index of this second', { indexTime: VALID.time }],
    ['an age at the maximum', { indexTime: VALID.time - 200n }],
    ['an age one second below it', { indexTime: VALID.time - 199n }],
    ['an age one second beyond it', { indexTime: VALID.time - 201n }],
    ['a threshold of one', { confidenceThresholdQ10: 1n }],
    ['rates of zero', { confidenceBps: 0n, latencyMaxBps: 0n, imExtraBps: [0n, 0n, 0n] }],
  ];
  test.each(changes)('hold with %s', (_, change) => {
    expectAgreement({ ...VALID, ...change });
  });

  test.each([
    ['a threshold of zero', { confidenceThresholdQ10: 0n }],
    ['an index newer than the snapshot', { indexTime: VALID.time + 1n }],
    ['negative contingencies', { contingenciesBpsQ10: element(-10_000n << 10n) }],
  ])('have no witness with %s', (_, change) => {
    expect(() => circuit.witness({ ...VALID, ...change })).toThrow(UnsatisfiedCircuit);
  });
});

describe('an understated requirement is refused', () => {
  test.each([
    ['of the scan', 'total.scanRequirementE6', /total\.(SignedDivFloor|Range)/],
    ['of confidence', 'initial.confidence.division.quotient', /initial\.confidence/],
  ])('%s', (_, hint, by) => {
    const matches = circuit.symbols.matching(/^total\.SignedDivFloor_\d+_\d+\.quotient$/);
    const name = hint === 'total.scanRequirementE6' ? matches[0]! : hint;
    const { reasons } = circuit.forge({
      inputs: VALID,
      overrides: { [name]: (quotient: bigint) => quotient - 1n },
    });
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !by.test(reason))).toEqual([]);
  });

  test('the excess of a rate below its maximum cannot be invented', () => {
    const { reasons } = circuit.forge({
      inputs: VALID,
      overrides: { 'initial.excess.negative': (negative) => 1n - negative },
    });
    expect(reasons.join()).toMatch(/initial\.excess/);
  });
});
