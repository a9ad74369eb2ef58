// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { PricedMarket } from '../../../prover/risk/pricing/market.ts';
import type { Instrument } from '../../../prover/model/types.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';
import { GOLDEN_SETS, goldenCases } from '../../support/golden.ts';
import { markInputs, scenarioInputs, signed } from './position-inputs.ts';

const OUTPUTS = ['markE4Q128', 'deltaQ128', 'forwardE4', 'settled', 'live'] as const;
let position: CircuitUnderTest;
let mark: CircuitUnderTest;

beforeAll(async () => {
  position = await compileHarness({
    name: 'priced-position',
    file: 'test/circuits/templates/priced-position.circom',
    template: 'PricedPosition',
    parameters: [],
  });
  mark = await compileHarness({
    name: 'position-mark',
    file: 'circuits/pricing/position-mark.circom',
    template: 'PositionMark',
    parameters: [],
  });
});

const key = ({ underlying, kind, expiry, strikeE4 }: Instrument): string =>
  `${underlying} ${kind} ${expiry} ${strikeE4}`;

/** Every instrument that some golden portfolio holds, once. */
function instrumentsOf(set: (typeof GOLDEN_SETS)[number]): [PricedMarket, Instrument[]] {
  const cases = goldenCases(set);
  const instruments = new Map(
    cases.flatMap(({ account }) =>
      account.positions.map(({ instrument }) => [key(instrument), instrument] as const),
    ),
  );
  return [cases[0]!.market, [...instruments.values()]];
}

test('a position costs what its doc block says', () => {
  // The harness adds ScenarioTerms twice; in company the compiler folds nothing further.
  expect({ mark: mark.constraints, harness: position.constraints }).toEqual({
    mark: 803,
    harness: 1_519 + 2 * 49,
  });
});

describe.each(GOLDEN_SETS)('the instruments of the golden portfolios: %s', (set) => {
  const [market, instruments] = instrumentsOf(set);
  const { snapshot, parameters } = market;

  test('agree with the risk model bit for bit, each in several scenarios', () => {
    instruments.forEach((instrument, index) => {
      const expected = market.value(instrument);
      for (const id of [
        0,
        1 + (index % 32),
        1 + ((index * 7 + 3) % 32),
        1 + ((index * 11 + 17) % 32),
      ]) {
        const ids = (instrument.underlying === 0 ? [id, 5] : [5, id]) as [number, number];
        const inputs = scenarioInputs(instrument, snapshot, parameters, ids);
        const actual = position.signals(inputs, [...OUTPUTS, 'valueE4Q152']);
        expect(
          [
            signed(actual.markE4Q128),
            signed(actual.deltaQ128),
            actual.settled,
            signed(actual.valueE4Q152),
          ],
          `${key(instrument)} in scenario ${id}`,
        ).toEqual([
          expected.markQ128,
          expected.deltaQ128,
          expected.settled ? 1n : 0n,
          expected.valuesQ152[id],
        ]);
        if (instrument.kind !== 'perpetual') expect(actual.forwardE4).toBe(expected.referenceE4);
        expect(actual.live).toBe(expected.tau > 0n ? 1n : 0n);
      }
    });
  });

  test('have the same mark, delta and state where no scenario is asked for', () => {
    for (const instrument of instruments) {
      const expected = market.value(instrument);
      const actual = mark.signals(markInputs(instrument, snapshot), OUTPUTS);
      expect([
        signed(actual.markE4Q128),
        signed(actual.deltaQ128),
        actual.settled,
        actual.live,
      ]).toEqual([
        expected.markQ128,
        expected.deltaQ128,
        expected.settled ? 1n : 0n,
        expected.tau > 0n ? 1n : 0n,
      ]);
    }
  });
});
