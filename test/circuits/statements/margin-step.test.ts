// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { pricePath, type PricePath } from '../../../prover/forecast/price-path.ts';
import { parseBars } from '../../../prover/market/volatility/bars.ts';
import type { UnderlyingId } from '../../../prover/model/types.ts';
import { dynamicStep, initialUnderlyingState } from '../../../prover/risk/dynamic/rule.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import {
  marginStepInputs,
  type MarginStepRequest,
} from '../../../prover/statements/margin-step.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { anyStep, EVERYTHING, input, RULE, state, validStep } from '../dynamic/steps.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';

const PUBLIC = 7;
/** More on demand: docs/dynamic-margin.md says how, and what 10,000 cost. */
const RUNS = Number(process.env['PLIMSOLL_STEP_RUNS'] ?? 60);
/** Two gzipped files of bars at the same hours, BTC and ETH: every hour is stepped through. */
const BARS = process.env['PLIMSOLL_STEP_BARS'];

const pathOf = (file: string): PricePath =>
  pricePath(parseBars(gunzipSync(readFileSync(file)).toString(), file, { keepFrozen: true }));

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('margin-step', 'any');
}, 900_000);

function expectAgreement(request: MarginStepRequest): void {
  const { inputs, publicSignals } = prepareStatement('margin-step', request);
  const witness = circuit.witness(inputs);
  expect(witness.slice(1, 1 + PUBLIC)).toEqual(encodePublicSignals('margin-step', publicSignals));
}

describe('the margin step agrees with TypeScript, bit for bit', () => {
  test('on any state and any inputs within their widths', () => {
    fc.assert(fc.property(anyStep, expectAgreement), { numRuns: RUNS });
  }, 3_600_000);

  test.runIf(BARS !== undefined)(
    'on every hour of the bars given',
    () => {
      const paths = (BARS ?? '').split(',').map(pathOf);
      const count = Math.min(...paths.map(({ times }) => times.length));
      const pair = <T>(of: (path: PricePath, u: UnderlyingId) => T): [T, T] => [
        of(paths[0]!, 0),
        of(paths[1]!, 1),
      ];
      const timeAt = (hour: number): bigint => BigInt(paths[0]!.times[hour]!);
      const states = pair((_, u) => initialUnderlyingState(RULE, u, 0n));
      let last = { ...validStep({ states }).state, time: timeAt(0) };
      for (let hour = 1; hour < count; hour += 1) {
        const request: MarginStepRequest = {
          ...validStep(),
          state: last,
          inputs: {
            time: timeAt(hour),
            underlyings: pair(({ variances }, u) => ({
              counterQ48:
                last.underlyings[u].counterQ48 + BigInt(Math.floor(variances[hour]! * 2 ** 48)),
              impliedRateQ64: 0n,
              fundingBps: 0n,
            })),
          },
        };
        expectAgreement(request);
        last = dynamicStep(RULE, last, request.inputs).state;
      }
    },
    36_000_000,
  );

  const most = (1n << 48n) - 1n;
  test.each<[string, MarginStepRequest]>([
    ['an ordinary hour', validStep()],
    ['one second', validStep({ elapsed: 1n })],
    ['the heartbeat and a second', validStep({ elapsed: 3601n })],
    ['twelve days and a second', validStep({ elapsed: 1n << 20n })],
    ['no variance at all', validStep({ inputs: [input({ counterQ48: 1n << 40n }), input()] })],
    [
      'a variance of nothing over averages of nothing',
      validStep({
        states: [state({ fastQ64: 0n, longQ64: 0n }), state({ fastQ64: most, longQ64: most })],
        inputs: [input(), input({ counterQ48: (1n << 64n) - 1n })],
        elapsed: 1n,
      }),
    ],
    ['inside an event, and two', validStep({ rule: EVERYTHING, elapsed: 3600n })],
    [
      'a fall by less than the hysteresis, held',
      validStep({
        states: [state({ logQ40: 1n << 30n, appliedLogQ40: (1n << 30n) + 1n }), state()],
      }),
    ],
    [
      'the largest funding of the other underlying',
      validStep({
        inputs: [input({ fundingBps: 2047n }), input({ fundingBps: 0n })],
      }),
    ],
    ['the last sequence', validStep({ sequence: (1n << 32n) - 2n })],
  ])('at the edges: %s', (_, request) => {
    expectAgreement(request);
    expect(circuit.check(circuit.witness(marginStepInputs(request)))).toEqual([]);
  });

  test('costs what the manifest allows', () => {
    expect(circuit.constraints).toBeLessThanOrEqual(30_000);
  });
});

describe('there is no step', () => {
  const valid = validStep();
  const inputsOf = (change: CircuitInputs): CircuitInputs => ({
    ...marginStepInputs(valid),
    ...change,
  });
  const word = (name: string): bigint => marginStepInputs(valid)[name] as bigint;
  const [btcGrid, ethGrid] = marginStepInputs(valid)['scenarioWord'] as readonly [
    readonly bigint[],
    readonly bigint[],
  ];
  const tornGrid = btcGrid.with(1, btcGrid[1]! + (1n << 27n));

  test.each([
    ['at the time of the last one', { timeWord: valid.state.time }, 'Range'],
    ['back in time', { timeWord: valid.state.time - 1n }, 'Range'],
    [
      'from a counter that fell',
      { inputUnderlyingWord: [(1n << 40n) - 1n, input().counterQ48] },
      'Range',
    ],
    [
      'after the last sequence',
      { stateStepWord: word('stateStepWord') | ((1n << 32n) - 1n) },
      'Range',
    ],
    [
      'over a base set in which a group has two moves',
      {
        scenarioWord: [tornGrid, ethGrid],
      },
      'EffectiveGrid',
    ],
    [
      'by a rule whose weights are more than all',
      {
        constantsWord: word('constantsWord') + (1n << 72n) * 60_000n,
      },
      'Range',
    ],
  ] as const)('%s', (_, change, template) => {
    expect(() => circuit.witness(inputsOf(change))).toThrow(UnsatisfiedCircuit);
    expect(() => circuit.witness(inputsOf(change))).toThrow(template);
  });

  test('with an applied logarithm outside its range', () => {
    const cap = { ...RULE, capLogQ40: (1n << 41n) - 1n, risePerSecondQ40: (1n << 32n) - 1n };
    expectAgreement(
      validStep({ rule: cap, states: [state({ logQ40: (1n << 41n) - 1n }), state()] }),
    );
  });
});
