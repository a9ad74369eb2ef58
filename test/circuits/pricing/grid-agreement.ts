// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from 'vitest';

import type { PricedMarket } from '../../../prover/risk/pricing/market.ts';
import type { Instrument } from '../../../prover/model/types.ts';
import { signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { gridInputs } from './grid-inputs.ts';

const IDS = Array.from({ length: 32 }, (_, i) => i + 1);
const UNDERLYINGS = [0, 1];
const OUTPUTS = [
  'markE4Q128',
  'deltaQ128',
  'forwardE4',
  'settled',
  'live',
  ...UNDERLYINGS.flatMap((u) => [
    `markTerm[${u}]`,
    ...IDS.flatMap((id) => [`spotTerm[${u}][${id - 1}]`, `strikeTerm[${u}][${id - 1}]`]),
  ]),
];

export const key = ({ underlying, kind, expiry, strikeE4 }: Instrument): string =>
  `${underlying} ${kind} ${expiry} ${strikeE4}`;

/** Everything that PositionGrid gives of a position is what the risk model gives of it. */
export function expectGrid(
  circuit: CircuitUnderTest,
  instrument: Instrument,
  lots: bigint,
  market: PricedMarket,
): void {
  const expected = market.value(instrument);
  const actual = circuit.signals(gridInputs(instrument, lots, market), OUTPUTS);
  const own = instrument.underlying;
  expect(
    [
      signed(actual['markE4Q128']!),
      signed(actual['deltaQ128']!),
      actual['settled'],
      actual['live'],
    ],
    key(instrument),
  ).toEqual([
    expected.markQ128,
    expected.deltaQ128,
    expected.settled ? 1n : 0n,
    expected.tau > 0n ? 1n : 0n,
  ]);
  if (instrument.kind !== 'perpetual') expect(actual['forwardE4']).toBe(expected.referenceE4);
  const { scenarios } = market.parameters.underlyings[own];
  for (const u of UNDERLYINGS) {
    const held = u === own ? lots : 0n;
    expect(signed(actual[`markTerm[${u}]`]!)).toBe(held * expected.markQ128);
    const values = IDS.map(
      (id) =>
        scenarios[id - 1]!.multiplierQ24 * signed(actual[`spotTerm[${u}][${id - 1}]`]!) -
        signed(actual[`strikeTerm[${u}][${id - 1}]`]!),
    );
    expect(values, key(instrument)).toEqual(IDS.map((id) => held * expected.valuesQ152[id]!));
  }
}
