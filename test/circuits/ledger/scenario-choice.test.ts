// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parameterWords } from '../../../prover/commitments/parameters-words.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';

const [scenarioWord] = parameterWords(loadDefaultParameters()).scenarioWords;
let circuit: CircuitUnderTest;

beforeAll(async () => {
  circuit = await compileHarness({
    name: 'scenario-selection',
    file: 'circuits/ledger/scenario-selection.circom',
    template: 'ScenarioSelection',
    parameters: [],
  });
});

/** All selectors of the template, set as named and 0 otherwise. */
function selecting(isMark: bigint, words: Record<number, bigint>, lanes: Record<number, bigint>) {
  return Object.fromEntries([
    ['isMark', isMark] as const,
    ...Array.from({ length: 8 }, (_, j) => [`isWord[${j}]`, words[j] ?? 0n] as const),
    ...Array.from({ length: 4 }, (_, lane) => [`isLane[${lane}]`, lanes[lane] ?? 0n] as const),
  ]);
}

const accepted = (scenarioId: bigint, overrides: ReturnType<typeof selecting>): boolean =>
  circuit.forge({ inputs: { scenarioId, scenarioWord }, overrides }).violated.length === 0;

describe('the exhibited scenario', () => {
  test('is opened by one choice of word and lane only, the mark by none', () => {
    for (const id of [0, 1, 4, 5, 18, 32]) {
      expect(accepted(BigInt(id), selecting(1n, {}, {})), `id ${id} as the mark`).toBe(id === 0);
      for (let word = 0; word < 8; word += 1) {
        for (let lane = 0; lane < 4; lane += 1) {
          const overrides = selecting(0n, { [word]: 1n }, { [lane]: 1n });
          const own = id === 4 * word + lane + 1;
          expect(accepted(BigInt(id), overrides), `id ${id} as ${word}, ${lane}`).toBe(own);
        }
      }
    }
  });

  test.each([
    ['the mark and a scenario at once', 5n, selecting(1n, { 1: 1n }, { 0: 1n })],
    ['the mark that is no boolean', 0n, selecting(-1n, { 0: 1n, 1: 1n }, { 0: 2n })],
    ['neither', 0n, selecting(0n, {}, {})],
    ['two words', 5n, selecting(0n, { 0: 1n, 1: 1n }, { 0: 1n })],
    ['two lanes', 3n, selecting(0n, { 0: 1n }, { 0: 1n, 1: 1n })],
    ['a word without a lane', 4n, selecting(0n, { 1: 1n }, {})],
    ['words that are no booleans', 9n, selecting(0n, { 0: -1n, 1: 2n }, { 0: 1n })],
    ['lanes that are no booleans', 3n, selecting(0n, { 0: 1n }, { 0: -1n, 1: 2n })],
  ])('is never %s', (_, scenarioId, overrides) => {
    expect(accepted(scenarioId, overrides)).toBe(false);
  });
});
