// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { pricePath, type PricePath } from '../../../prover/forecast/price-path.ts';
import { parseBars } from '../../../prover/market/volatility/bars.ts';
import type { UnderlyingId } from '../../../prover/model/types.ts';
import { dynamicStep, initialUnderlyingState } from '../../../prover/risk/dynamic/rule.ts';
import type { Artifact } from '../../../prover/proving/artifacts.ts';
import { bigintFromLittleEndian } from '../../../prover/proving/formats/r1cs.ts';
import { UnsatisfiedCircuit, WitnessCalculator } from '../../../prover/proving/witness.ts';
import { WitnessSource } from '../../../prover/proving/witness-program/witness-program.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { findStatement, loadManifest } from '../../../prover/statements/manifest.ts';
import {
  marginStepInputs,
  marginStepInstance,
  type MarginStepRequest,
} from '../../../prover/statements/margin-step.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { compiledFile } from '../../../prover/toolchain/circuits/compile.ts';
import { anyStep, EVERYTHING, input, RULE, state, validStep } from '../dynamic/steps.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';

const PUBLIC = 7;
const FIELD_BYTES = 32;
const STATEMENT = findStatement(loadManifest(REPOSITORY_ROOT), 'margin-step');
/** More on demand: docs/dynamic-margin.md says how, and what 10,000 cost. */
const RUNS = Number(process.env['PLIMSOLL_STEP_RUNS'] ?? 60);
/** Two gzipped files of bars, BTC and ETH: every hour that either has is stepped through. */
const BARS = process.env['PLIMSOLL_STEP_BARS'];
/** `2/3`: of the hours that the rule steps through, every third is shown to the circuit, from the second on. */
const [PART, PARTS] = (process.env['PLIMSOLL_STEP_PART'] ?? '1/1').split('/').map(Number) as [
  number,
  number,
];

const pathOf = (file: string): PricePath =>
  pricePath(parseBars(gunzipSync(readFileSync(file)).toString(), file, { keepFrozen: true }));

let circuit: CircuitUnderTest;
/** By the generator in C++ where it was built, for a long run: a third of the time. */
let witnesses: WitnessSource;
beforeAll(async () => {
  circuit = await openStatement('margin-step', 'any');
  const { compiled } = circuit;
  const wasm = readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'wasm'));
  witnesses = new WitnessSource(
    {
      statement: 'margin-step',
      profile: 'any',
      files: { wasm: { sha256: compiled.files.wasm } },
    } as unknown as Artifact,
    new WitnessCalculator(wasm),
  );
}, 900_000);
afterAll(() => witnesses.close());

async function expectAgreement(request: MarginStepRequest): Promise<void> {
  const { inputs, publicSignals } = marginStepInstance(request, STATEMENT);
  const witness = await witnesses.calculateBytes(inputs);
  const published = Array.from({ length: PUBLIC }, (_, signal) =>
    bigintFromLittleEndian(witness, FIELD_BYTES * (1 + signal)),
  );
  expect(published).toEqual(encodePublicSignals('margin-step', publicSignals));
}

describe('the margin step agrees with TypeScript, bit for bit', () => {
  test('on any state and any inputs within their widths', async () => {
    await fc.assert(fc.asyncProperty(anyStep, expectAgreement), { numRuns: RUNS });
  }, 3_600_000);

  test.runIf(BARS !== undefined)(
    'on every hour of the bars given',
    async () => {
      const paths = (BARS ?? '').split(',').map(pathOf);
      const variancesAt = paths.map(({ times, variances }) => {
        const at = new Map<number, number>();
        times.forEach((time, bar) => at.set(time, variances[bar]!));
        return at;
      });
      const hours = [...new Set(variancesAt.flatMap((at) => [...at.keys()]))].sort((a, b) => a - b);
      const pair = <T>(of: (u: UnderlyingId) => T): [T, T] => [of(0), of(1)];
      const states = pair((u) => initialUnderlyingState(RULE, u, 0n));
      let last = { ...validStep({ states }).state, time: BigInt(hours[0]!) };
      // The next step is worked out while the generator is at the last one.
      let comparing = Promise.resolve();
      let compared = 0;
      for (const [index, hour] of hours.slice(1).entries()) {
        const request: MarginStepRequest = {
          ...validStep(),
          state: last,
          inputs: {
            time: BigInt(hour),
            underlyings: pair((u) => ({
              counterQ48:
                last.underlyings[u].counterQ48 +
                BigInt(Math.floor((variancesAt[u]!.get(hour) ?? 0) * 2 ** 48)),
              impliedRateQ64: 0n,
              fundingBps: 0n,
            })),
          },
        };
        if (index % PARTS === PART - 1) {
          await comparing;
          comparing = expectAgreement(request);
          compared += 1;
        }
        last = dynamicStep(RULE, last, request.inputs).state;
      }
      await comparing;
      expect(compared).toBe(Math.ceil((hours.length - PART) / PARTS));
      expect(last.sequence).toBe(4n + BigInt(hours.length) - 1n);
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
  ])('at the edges: %s', async (_, request) => {
    await expectAgreement(request);
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

  test('with an applied logarithm outside its range', async () => {
    const cap = { ...RULE, capLogQ40: (1n << 41n) - 1n, risePerSecondQ40: (1n << 32n) - 1n };
    await expectAgreement(
      validStep({ rule: cap, states: [state({ logQ40: (1n << 41n) - 1n }), state()] }),
    );
  });
});
