// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { hashWords, SCALAR_FIELD, TAG } from '../../../prover/commitments/hash-words.ts';
import { packFields } from '../../../prover/commitments/pack.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import {
  hashParameterWords,
  parameterWords,
  scenarioDigests,
  tenorDigest,
} from '../../../prover/commitments/parameters-words.ts';
import { hashSnapshotWords, snapshotWords } from '../../../prover/commitments/snapshot-words.ts';
import { MARK_SCENARIO } from '../../../prover/risk/pricing/scenarios.ts';
import { ROLLS, VOL_SHOCKS } from '../../../prover/model/types.ts';
import { snapshotInputs } from '../../../prover/statements/circuit-inputs.ts';
import { openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { GOLDEN_SETS, goldenMarket } from '../../support/golden.ts';

const parameters = loadDefaultParameters();
const words = parameterWords(parameters);
const fieldElement = fc.oneof(
  fc.bigInt(0n, SCALAR_FIELD - 1n),
  fc.constantFrom(0n, 1n, (1n << 253n) - 1n, SCALAR_FIELD - 1n),
);

describe('HashWords', () => {
  test.each([
    [TAG.ledger, 2, 258],
    [TAG.tenor, 14, 570],
    [TAG.tenor, 15, 606],
    [TAG.slices, 24, 1065],
  ])('of tag %d and %d words is that of TypeScript', async (tag, count, constraints) => {
    const circuit = await openTemplate('ledger/hash-words', 'HashWords', [tag, count]);
    fc.assert(
      fc.property(fc.array(fieldElement, { minLength: count, maxLength: count }), (word) => {
        expect(circuit.signals({ word }, ['hash']).hash).toBe(hashWords(tag, word));
      }),
      { numRuns: 20 },
    );
    expect(circuit.constraints).toBe(constraints);
  });
});

describe('MarketSnapshot', () => {
  let market: CircuitUnderTest;
  beforeAll(async () => {
    market = await openTemplate('ledger/market-snapshot', 'MarketSnapshot');
  });

  test.each(GOLDEN_SETS)('hashes and unpacks %s', (set) => {
    const { snapshot } = goldenMarket(set);
    const own = snapshotWords(snapshot);
    const out = market.signals(snapshotInputs(own), [
      'snapshotHash',
      'time',
      'indexE4[0]',
      'indexE4[1]',
      'perpetualMarkE4[1]',
      'depthQuote[0]',
      'collateralPriceE4[2]',
      'redemptionRateQ30[2]',
    ]);
    expect(out).toEqual({
      snapshotHash: hashSnapshotWords(own),
      time: snapshot.time,
      'indexE4[0]': snapshot.underlyings[0].indexE4,
      'indexE4[1]': snapshot.underlyings[1].indexE4,
      'perpetualMarkE4[1]': snapshot.underlyings[1].perpetualMarkE4,
      'depthQuote[0]': snapshot.underlyings[0].depthQuote,
      'collateralPriceE4[2]': snapshot.collateral[2].marketPriceE4,
      'redemptionRateQ30[2]': snapshot.collateral[2].redemptionRateQ30,
    });
  });

  test('refuses a header word beyond its layout', () => {
    const inputs = snapshotInputs(snapshotWords(goldenMarket('crash').snapshot));
    const timeWord = (inputs['timeWord'] as bigint) + (1n << 224n);
    expect(market.forge({ inputs: { ...inputs, timeWord } }).violated.length).toBeGreaterThan(0);
  });
});

describe('PositionSlice', () => {
  let circuit: CircuitUnderTest;
  const { snapshot } = goldenMarket('crash');
  const sliceWord = snapshotWords(snapshot).sliceWords;
  const select = (underlying: bigint, isDated: bigint, expiry: bigint): Record<string, bigint> =>
    circuit.signals({ underlying, isDated, expiry, sliceWord }, [
      'isListed',
      'forwardRatioQ30',
      'aQ44',
      'cQ30',
      'kMinQ10',
    ]);

  beforeAll(async () => {
    circuit = await openTemplate('ledger/position-slice', 'PositionSlice');
  });

  test('selects every slice of both underlyings and decodes its signed fields', () => {
    for (const [u, { slices }] of snapshot.underlyings.entries()) {
      for (const slice of slices) {
        const out = select(BigInt(u), 1n, slice.expiry);
        expect(out['isListed']).toBe(1n);
        expect(out['forwardRatioQ30']).toBe(slice.forwardRatioQ30);
        if (slice.state === 'expired') continue;
        expect(signed(out['aQ44']!)).toBe(slice.aQ44);
        expect(signed(out['cQ30']!)).toBe(slice.cQ30);
        expect(signed(out['kMinQ10']!)).toBe(slice.kMinQ10);
      }
    }
  });

  test('finds none for an expiry of the other underlying, a new one, or an undated instrument', () => {
    const [btc, eth] = snapshot.underlyings.map(({ slices }) => slices.map(({ expiry }) => expiry));
    const onlyBtc = btc!.find((expiry) => !eth!.includes(expiry))!;
    // Unused slices have expiry 0: a perpetual must not match them.
    for (const out of [select(1n, 1n, onlyBtc), select(0n, 1n, 1n), select(1n, 0n, 0n)]) {
      expect(out['isListed']).toBe(0n);
      expect(out['forwardRatioQ30']).toBe(1n << 30n);
    }
  });

  test('costs what its doc block says', () => {
    expect(circuit.constraints).toBe(299);
  });
});

describe('parameters', () => {
  test('RiskParameters and TenorTable reach the published hashes', async () => {
    const tenor = await openTemplate('ledger/tenor-table', 'TenorTable');
    const { tenorWords: tenorWord } = words;
    const knot = parameters.parameters.tenor[13]!;
    expect(
      tenor.signals({ tenorWord }, ['tenorDigest', 'tauSeconds[13]', 'skewSlopeQ10[13]']),
    ).toEqual({
      tenorDigest: tenorDigest(words),
      'tauSeconds[13]': knot.tauSeconds,
      'skewSlopeQ10[13]': knot.skewSlopeQ10,
    });
    const set = await openTemplate('ledger/risk-parameters', 'RiskParameters');
    const inputs = {
      generalWord: words.generalWord,
      concentrationWord: words.concentrationWord,
      assetWord: words.assetWords,
      volatilityWord: words.volatilityWords,
      tenorDigest: tenorDigest(words),
      scenarioDigest: scenarioDigests(words),
      documentWord: words.documentWord,
    };
    expect(set.signals(inputs, ['parameterHash']).parameterHash).toBe(hashParameterWords(words));
  });

  test('ScenarioSelection opens ids 0 … 32 of both grids, and nothing else', async () => {
    const circuit = await openTemplate('ledger/scenario-selection', 'ScenarioSelection');
    const names = [
      'multiplierQ24',
      'logMoveQ10',
      'dampingQ16',
      'vol[0]',
      'vol[1]',
      'vol[2]',
    ] as const;
    for (const u of [0, 1] as const) {
      const grid = [MARK_SCENARIO, ...parameters.parameters.underlyings[u].scenarios];
      for (const [id, scenario] of grid.entries()) {
        const inputs = { scenarioId: BigInt(id), scenarioWord: words.scenarioWords[u] };
        const out = circuit.signals(inputs, [...names, 'roll[0]', 'roll[1]']);
        expect(out['vol[0]'] + 2n * out['vol[1]'] + 4n * out['vol[2]']).toBe(
          BigInt(VOL_SHOCKS.indexOf(scenario.vol)),
        );
        expect(out['roll[0]'] + 2n * out['roll[1]']).toBe(BigInt(ROLLS.indexOf(scenario.roll)));
        expect(out.multiplierQ24).toBe(scenario.multiplierQ24);
        expect(signed(out.logMoveQ10)).toBe(scenario.logMoveQ10);
        expect(out.dampingQ16).toBe(scenario.dampingQ16);
      }
      for (const scenarioId of [33n, 36n, SCALAR_FIELD - 1n]) {
        const inputs = { scenarioId, scenarioWord: words.scenarioWords[u] };
        expect(() => circuit.witness(inputs)).toThrow(/ScenarioSelection/);
      }
    }
    expect(circuit.constraints).toBe(290);
  });
});

describe('UnpackWord through SliceFields', () => {
  test('splits boundary words as packed, and refuses one bit more', async () => {
    const circuit = await openTemplate('ledger/slice-fields', 'SliceFields');
    const widths = [32, 40, 8, 32, 33, 28, 27, 14, 14, 11];
    const ones = packFields(widths.map((bits, i) => [`f${i}`, bits, (1n << BigInt(bits)) - 1n]));
    const out = circuit.signals({ isListed: 1n, data: ones }, ['forwardRatioQ30', 'kMaxQ10']);
    expect(out).toEqual({ forwardRatioQ30: 1n << 32n, kMaxQ10: (1n << 13n) - 1n });
    expect(() => circuit.witness({ isListed: 1n, data: ones + 1n })).toThrow(/Num2Bits/);
    expect(circuit.constraints).toBe(239);
  });
});
