// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import type {
  Instrument,
  InstrumentKind,
  MarketSnapshot,
  Scenario,
  Slice,
  UnderlyingMarket,
} from '../../../prover/model/types.ts';
import { openTemplate, signed } from '../arithmetic/template.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { seededScenes } from '../../support/arbitraries.ts';
import { expectGrid } from './grid-agreement.ts';
import { markInputs, scenarioInputs } from './position-inputs.ts';

const { parameters } = loadDefaultParameters();
let position: CircuitUnderTest;
let mark: CircuitUnderTest;
let grid: CircuitUnderTest;

beforeAll(async () => {
  position = await openTemplate('test/circuits/templates/priced-position', 'PricedPosition');
  mark = await openTemplate('pricing/position-mark', 'PositionMark');
  grid = await openTemplate('pricing/position-grid', 'PositionGrid');
});

const bits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n });
const signedBits = (n: number): fc.Arbitrary<bigint> =>
  fc.bigInt({ min: -(1n << BigInt(n - 1)), max: (1n << BigInt(n - 1)) - 1n });
/** A draw that meets both ends of its range often, and every magnitude between. */
const wide = (n: number, low = 0n): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.constantFrom(low, (1n << BigInt(n)) - 1n),
    fc.tuple(fc.integer({ min: 0, max: n }), bits(n)).map(([shift, x]) => {
      const value = x >> BigInt(shift);
      return value < low ? low : value;
    }),
  );

/** Any slice whose fields fit their widths, arbitrage, inverted ranges and all. */
const anySlice = (expiry: bigint, time: bigint): fc.Arbitrary<Slice> =>
  expiry > time
    ? fc.record({
        state: fc.constant('live' as const),
        expiry: fc.constant(expiry),
        forwardRatioQ30: wide(32).map((x) => x + 1n),
        aQ44: fc.oneof(signedBits(48), signedBits(30)),
        bQ30: wide(32),
        cQ30: signedBits(33),
        mQ24: signedBits(28),
        sigmaQ24: wide(27),
        kMinQ10: fc.bigInt(-8192n, -1n),
        kMaxQ10: fc.bigInt(1n, 8191n),
        confidenceQ10: fc.constant(1024n),
      })
    : fc.record({
        state: fc.constant('expired' as const),
        expiry: fc.constant(expiry),
        forwardRatioQ30: wide(32).map((x) => x + 1n),
        settlementPriceE4: wide(40),
        confidenceQ10: fc.constant(1024n),
      });

interface Draw {
  readonly snapshot: MarketSnapshot;
  readonly instrument: Instrument;
  readonly scenario: number;
}

const draws: fc.Arbitrary<Draw> = fc
  .record({
    kind: fc.constantFrom<InstrumentKind>('perpetual', 'future', 'call', 'put', 'call', 'put'),
    underlying: fc.constantFrom(0 as const, 1 as const),
    strikeE4: wide(40, 1n),
    indexE4: wide(37).map((x) => x + 1n),
    perpetualMarkE4: wide(40),
    time: wide(32),
    expiry: wide(32, 1n),
    near: fc.option(fc.bigInt(-3n, 30_000_000n)),
    listed: fc.boolean(),
    scenario: fc.integer({ min: 0, max: 32 }),
  })
  .chain((draw) => {
    const near = draw.time + (draw.near ?? 0n);
    const expiry = draw.near === null || near < 1n || near >= 1n << 32n ? draw.expiry : near;
    return fc.record({
      draw: fc.constant({ ...draw, expiry }),
      slice: anySlice(expiry, draw.time),
    });
  })
  .map(({ draw, slice }) => {
    const { kind, underlying, time, scenario } = draw;
    const own: UnderlyingMarket = {
      indexE4: draw.indexE4,
      perpetualMarkE4: draw.perpetualMarkE4,
      confidenceQ10: 1024n,
      depthQuote: 1n,
      realisedVolQ20: 0n,
      forecastVolQ20: 0n,
      slices: draw.listed ? [slice] : [],
    };
    const other: UnderlyingMarket = { ...own, indexE4: 1n, perpetualMarkE4: 3n, slices: [] };
    const snapshot = {
      time,
      underlyings: underlying === 0 ? [own, other] : [other, own],
      collateral: [0, 1, 2].map(() => ({ marketPriceE4: 1n, redemptionRateQ30: 1n })),
    } as unknown as MarketSnapshot;
    const instrument: Instrument = {
      underlying,
      kind,
      expiry: kind === 'perpetual' ? 0n : draw.expiry,
      strikeE4: kind === 'call' || kind === 'put' ? draw.strikeE4 : 0n,
    };
    return { snapshot, instrument, scenario };
  });

describe('totality: whatever fits its width is priced', () => {
  test('and priced as the risk model prices it, by both circuits', () => {
    fc.assert(
      fc.property(draws, ({ snapshot, instrument, scenario }) => {
        const expected = priceMarket(snapshot, parameters).value(instrument);
        const ids: [number, number] = instrument.underlying === 0 ? [scenario, 1] : [1, scenario];
        const inputs = scenarioInputs(instrument, snapshot, parameters, ids);
        const shocked = position.signals(inputs, [
          'markE4Q128',
          'deltaQ128',
          'settled',
          'valueE4Q152',
        ]);
        expect([
          signed(shocked.markE4Q128),
          signed(shocked.deltaQ128),
          shocked.settled === 1n,
          signed(shocked.valueE4Q152),
        ]).toEqual([
          expected.markQ128,
          expected.deltaQ128,
          expected.settled,
          expected.valuesQ152[scenario],
        ]);
        const atMark = mark.signals(markInputs(instrument, snapshot), ['markE4Q128', 'deltaQ128']);
        expect(signed(atMark.markE4Q128)).toBe(expected.markQ128);
        expect(signed(atMark.deltaQ128)).toBe(expected.deltaQ128);
      }),
      { numRuns: 400 },
    );
  });

  const lots = fc.oneof(
    fc.constantFrom(-(1n << 26n), (1n << 26n) - 1n),
    fc.bigInt(-(1n << 26n), (1n << 26n) - 1n),
  );

  test('and over the whole grid at once', () => {
    fc.assert(
      fc.property(draws, lots, ({ snapshot, instrument }, held) => {
        expectGrid(grid, instrument, held, priceMarket(snapshot, parameters));
      }),
      { numRuns: 120 },
    );
  });

  test('in the most violent scenarios that fit their widths', () => {
    const corner = (g: bigint, vol: Scenario['vol'], roll: Scenario['roll']): Scenario => ({
      multiplierQ24: BigInt(Math.round(2 ** 24 * Math.exp(Number(g) / 1024))),
      logMoveQ10: g,
      dampingQ16: 1n << 16n,
      vol,
      roll,
    });
    const scenarios = [
      corner(2047n, 'up', 'none'),
      corner(-2047n, 'up', 'none'),
      corner(2047n, 'down', 'none'),
      corner(-2047n, 'skewAbs-', 'none'),
      corner(2047n, 'skewLinear+', 'none'),
      corner(0n, 'unchanged', 'up'),
      corner(0n, 'unchanged', 'down'),
    ];
    const rate = ((1n << 64n) * 65_535n ** 2n) / (10n ** 8n * 31_536_000n);
    const own = { ...parameters.underlyings[0], floorVarianceRateQ64: rate, scenarios };
    const violent = {
      ...parameters,
      underlyings: [own, own] as const,
      tenor: parameters.tenor.map((knot) => ({
        ...knot,
        volUpQ10: 4_095n,
        volDownQ10: 1_023n,
        skewCapQ10: 1_023n,
        skewSlopeQ10: 8_191n,
        rollLogQ10: 127n,
      })),
    };
    fc.assert(
      fc.property(draws, fc.integer({ min: 1, max: scenarios.length }), (draw, id) => {
        const { snapshot, instrument } = draw;
        const expected = priceMarket(snapshot, violent).value(instrument);
        const actual = position.signals(scenarioInputs(instrument, snapshot, violent, [id, id]), [
          'valueE4Q152',
        ]);
        expect(signed(actual.valueE4Q152)).toBe(expected.valuesQ152[id]);
      }),
      { numRuns: 200 },
    );

    // The same over the whole grid, as far as its layout lets the moves go.
    const ofLayout = parameters.underlyings[0].scenarios.map((scenario, i) =>
      scenario.logMoveQ10 === 0n
        ? scenario
        : corner(i % 2 === 0 ? 2047n : -2047n, scenario.vol, scenario.roll),
    );
    const wholeGrid = { ...own, scenarios: ofLayout };
    const everywhere = { ...violent, underlyings: [wholeGrid, wholeGrid] as const };
    fc.assert(
      fc.property(draws, lots, ({ snapshot, instrument }, held) => {
        expectGrid(grid, instrument, held, priceMarket(snapshot, everywhere));
      }),
      { numRuns: 120 },
    );
  });

  test('at mark also where a feed signed a fitted range that makes no sense', () => {
    fc.assert(
      fc.property(draws, signedBits(14), signedBits(14), (draw, kMinQ10, kMaxQ10) => {
        const { snapshot, instrument } = draw;
        const bent = {
          ...snapshot,
          underlyings: snapshot.underlyings.map((own) => ({
            ...own,
            slices: own.slices.map((slice) => ({ ...slice, kMinQ10, kMaxQ10 }) as Slice),
          })),
        } as unknown as MarketSnapshot;
        const expected = priceMarket(bent, parameters).value(instrument);
        const actual = mark.signals(markInputs(instrument, bent), ['markE4Q128']);
        expect(signed(actual.markE4Q128)).toBe(expected.markQ128);
      }),
      { numRuns: 150 },
    );
  });

  test('and on the random venues that every implementation is compared on', () => {
    seededScenes(40).forEach(({ snapshot, portfolio }, index) => {
      const market = priceMarket(snapshot, parameters);
      for (const { instrument } of portfolio.positions.slice(0, 4)) {
        const expected = market.value(instrument);
        const id = index % 33;
        const actual = position.signals(
          scenarioInputs(instrument, snapshot, parameters, [id, id]),
          ['markE4Q128', 'valueE4Q152'],
        );
        expect(signed(actual.markE4Q128)).toBe(expected.markQ128);
        expect(signed(actual.valueE4Q152)).toBe(expected.valuesQ152[id]);
      }
    });
  });
});
