// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import { ruleHash } from '../../../prover/commitments/dynamic-words.ts';
import { loadDefaultMarginRule } from '../../../prover/documents/margin-rule-document.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type {
  DynamicRule,
  UnderlyingInput,
  UnderlyingState,
} from '../../../prover/model/dynamic.ts';
import type { MarginStepRequest } from '../../../prover/statements/margin-step.ts';

export const BASE = loadDefaultParameters();
export const RULE = loadDefaultMarginRule().rule;

/** The rule with everything in use: implied level, lead, events. */
export const EVERYTHING: DynamicRule = {
  ...RULE,
  impliedWeightQ16: 40_000n,
  leadMaxQ40: 1n << 38n,
  events: [
    { start: 1_600_000_000n, seconds: 7200n, raiseQ10: 97n },
    { start: 1_600_003_600n, seconds: 3600n, raiseQ10: 20n },
  ],
};

export const state = (overrides: Partial<UnderlyingState> = {}): UnderlyingState => ({
  counterQ48: 1n << 40n,
  fastQ64: RULE.underlyings[0].baseRateQ64,
  longQ64: RULE.underlyings[0].baseRateQ64,
  logQ40: 0n,
  appliedLogQ40: 1n << 30n,
  ...overrides,
});

export const input = (overrides: Partial<UnderlyingInput> = {}): UnderlyingInput => ({
  counterQ48: (1n << 40n) + (1n << 33n),
  impliedRateQ64: 300_000_000_000n,
  fundingBps: 2n,
  ...overrides,
});

export interface StepOverrides {
  readonly rule?: DynamicRule;
  readonly elapsed?: bigint;
  readonly sequence?: bigint;
  readonly states?: readonly [UnderlyingState, UnderlyingState];
  readonly inputs?: readonly [UnderlyingInput, UnderlyingInput];
}

const START = 1_600_000_000n;

/** A step that has a proof, fresh each time. */
export function validStep(overrides: StepOverrides = {}): MarginStepRequest {
  const { rule = RULE, elapsed = 3600n, sequence = 4n } = overrides;
  return {
    rule,
    base: BASE,
    state: {
      ruleHash: ruleHash(rule),
      sequence,
      time: START,
      underlyings: overrides.states ?? [state(), state({ logQ40: -(1n << 37n) })],
    },
    inputs: {
      time: START + elapsed,
      underlyings: overrides.inputs ?? [input(), input({ fundingBps: 30n })],
    },
    context: 7n,
  };
}

const bits = (n: number): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n }),
    fc.constantFrom(0n, 1n, (1n << BigInt(n)) - 1n),
    // Small numbers as often as large ones.
    fc.integer({ min: 0, max: n }).map((size) => (1n << BigInt(size)) - 1n),
  );
const log: fc.Arbitrary<bigint> = bits(42).map((raw) => raw - (1n << 41n));

const anyState: fc.Arbitrary<UnderlyingState> = fc.record({
  counterQ48: bits(63),
  fastQ64: bits(48),
  longQ64: bits(48),
  logQ40: log,
  appliedLogQ40: log,
});

/** Any step within the widths of the specification, of any state and of either rule. */
export const anyStep: fc.Arbitrary<MarginStepRequest> = fc
  .record({
    rule: fc.constantFrom(RULE, EVERYTHING),
    elapsed: fc.oneof(fc.bigInt({ min: 1n, max: 20_000n }), fc.bigInt({ min: 1n, max: 1n << 22n })),
    sequence: bits(31),
    states: fc.tuple(anyState, anyState),
    rises: fc.tuple(bits(62), bits(62)),
    implied: fc.tuple(bits(48), bits(48)),
    funding: fc.tuple(bits(11), bits(11)),
  })
  .map(({ states, rises, implied, funding, ...rest }) =>
    validStep({
      ...rest,
      states,
      inputs: [0, 1].map((u) => ({
        counterQ48: states[u]!.counterQ48 + rises[u]!,
        impliedRateQ64: implied[u]!,
        fundingBps: funding[u]!,
      })) as unknown as [UnderlyingInput, UnderlyingInput],
    }),
  );
