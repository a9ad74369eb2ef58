// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { multiplierOfLogMoveQ24 } from '../../../prover/risk/pricing/log-grid.ts';
import { DEFAULT_PARAMETERS_PATH } from '../../../prover/documents/default-parameters.ts';
import { parseParameters } from '../../../prover/documents/parameters-document.ts';
import type { ParameterSet } from '../../../prover/documents/parameters-document.ts';
import type { ParametersDocument } from '../../../prover/documents/parameters-schema.ts';
import { checkSnapshot } from '../../../prover/documents/snapshot-rules.ts';
import { marginAccount } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import type {
  Instrument,
  MarketSnapshot,
  Portfolio,
  Position,
  Slice,
  UnderlyingMarket,
} from '../../../prover/model/types.ts';
import type { StatementRequest } from '../../../prover/statements/instance.ts';
import { inLedgerOrder, SEED } from '../../support/arbitraries.ts';
import { accountOf, CONTEXT, CoreCircuits, decideInCircuit, decideInTypeScript } from './cores.ts';
import { GridCircuits } from './grid.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

// Parameters, snapshots and accounts from the ends of what their documents admit: an account that
// has no proof there could be liquidated and not cured.

const SCENES = 100;
const CAPACITY = 4;

const pick = fc.constantFrom;
const end = (low: number, high: number): fc.Arbitrary<number> =>
  fc.oneof(pick(low, high), fc.integer({ min: low, max: high }));
const bigEnd = (low: bigint, high: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    { weight: 2, arbitrary: pick(low, high) },
    { weight: 1, arbitrary: fc.bigInt(low, high) },
    // Small numbers of a wide range, too.
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(64), fc.bigInt(low, high)).map(([shift, value]) => {
        const small = value >> BigInt(shift);
        return small < low ? low : small;
      }),
    },
  );

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const descending = (values: readonly number[]): number[] => ascending(values).reverse();
const list = (arbitrary: fc.Arbitrary<number>, length: number): fc.Arbitrary<number[]> =>
  fc.array(arbitrary, { minLength: length, maxLength: length });
/** Strictly increasing, the ends of the range likely. */
const distinct = (low: number, high: number, length: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(end(low, high), { minLength: length, maxLength: length }).map(ascending);

const rates = fc.record({ mmBps: end(0, 65_535), imBps: end(0, 65_535) });

/** The nearest rates that the loader takes: the initial one covers the other and the cure buffer. */
function covering(mmBps: number, imBps: number, bufferBps: number): [mm: number, im: number] {
  const mm = Math.min(mmBps, Math.floor((65_535 * 10_000) / (10_000 + bufferBps)));
  return [mm, Math.max(imBps, Math.ceil((mm * (10_000 + bufferBps)) / 10_000))];
}

function coverRates({ factors, contingencies }: ParametersDocument): void {
  const { shortOption, perpetual, future, concentration } = contingencies;
  const cover = (mmBps: number, imBps: number): [mm: number, im: number] =>
    covering(mmBps, imBps, factors.cureBufferBpsOfMM);
  [factors.mmFactorBps, factors.imFactorBps] = cover(factors.mmFactorBps, factors.imFactorBps);
  for (const rate of [shortOption, perpetual, future]) {
    [rate.mmBps, rate.imBps] = cover(rate.mmBps, rate.imBps);
  }
  const bands = concentration.marginalMmBps.map((mmBps, j) =>
    cover(mmBps, concentration.marginalImBps[j]!),
  );
  concentration.marginalMmBps = bands.map(([mm]) => mm);
  concentration.marginalImBps = bands.map(([, im]) => im);
}

const tenorTables = fc
  .record({
    gaps: list(pick(1, 2, 21_600, 2 ** 26 - 1), 14),
    volUpQ10: list(end(0, 4_095), 14).map(descending),
    volDownQ10: list(end(0, 1_023), 14).map(descending),
    skewCapQ10: list(end(0, 1_023), 14).map(descending),
    skewSlopeQ10: list(end(0, 8_191), 14).map(descending),
    rollLogQ10: list(end(0, 127), 14).map(ascending),
  })
  .map(({ gaps, ...columns }) => {
    let tauSeconds = 0;
    return gaps.map((gap, i) => {
      tauSeconds += gap;
      const column = (name: keyof typeof columns): number => columns[name][i]!;
      return {
        tauSeconds,
        volUpQ10: column('volUpQ10'),
        volDownQ10: column('volDownQ10'),
        skewCapQ10: column('skewCapQ10'),
        skewSlopeQ10: column('skewSlopeQ10'),
        rollLogQ10: column('rollLogQ10'),
      };
    });
  });

const ownTerms = fc.record({
  volFloorUpBps: end(0, 65_535),
  moves: list(end(-2_047, 2_047), 32),
  dampings: list(fc.oneof(pick(0, 1, 65_536), end(0, 65_536)), 32),
});

const collateralTerms = fc.record({
  underlying: pick(0, 1),
  upTo: distinct(1, 2 ** 40 - 1, 3),
  haircuts: fc.oneof(
    pick([0, 0, 0, 0], [10_000, 10_000, 10_000, 10_000]),
    list(end(0, 10_000), 4).map(ascending),
  ),
  imExtraBps: end(0, 2 ** 14 - 1),
});

const parameterSets: fc.Arbitrary<ParameterSet> = fc
  .record({
    tenorTable: tenorTables,
    own: fc.tuple(ownTerms, ownTerms),
    collateral: fc.tuple(collateralTerms, collateralTerms, collateralTerms),
    factors: fc.record({
      mmFactorBps: end(0, 10_000),
      imFactorBps: end(0, 65_535),
      cureBufferBpsOfMM: end(0, 65_535),
    }),
    shortOption: rates,
    perpetual: rates,
    future: rates,
    oracleConfidence: fc.record({ imBps: end(0, 65_535), thresholdQ10: end(1, 1_024) }),
    oracleLatency: fc.record({ imBpsPerSecondX10: end(0, 65_535), maxImBps: end(0, 65_535) }),
    concentration: fc.record({
      bandsOfDepthQ10: distinct(0, 65_535, 3),
      marginalMmBps: list(end(0, 65_535), 4).map(ascending),
      marginalImBps: list(end(0, 65_535), 4).map(ascending),
    }),
  })
  .map(({ own, collateral, factors, tenorTable, ...contingencies }) => {
    const document = JSON.parse(
      readFileSync(DEFAULT_PARAMETERS_PATH, 'utf8'),
    ) as ParametersDocument;
    document.tenorTable = tenorTable;
    document.factors = factors;
    for (const name of Object.keys(contingencies) as (keyof typeof contingencies)[]) {
      Object.assign(document.contingencies[name], contingencies[name]);
    }
    own.forEach(({ volFloorUpBps, moves, dampings }, u) => {
      const underlying = document.underlyings[u as 0 | 1];
      underlying.volFloorUpBps = volFloorUpBps;
      for (const scenario of underlying.scenarios) {
        const { id } = scenario;
        if (id >= 3 && id <= 26) scenario.logMoveQ10 = moves[id - 1]!;
        scenario.multiplierQ24 = Number(multiplierOfLogMoveQ24(scenario.logMoveQ10));
        if (id >= 21 && id <= 26) scenario.dampingQ16 = dampings[id - 1]!;
      }
    });
    collateral.forEach(({ underlying, upTo, haircuts, imExtraBps }, c) => {
      const asset = document.collateral[(c + 1) as 1 | 2 | 3];
      asset.underlying = underlying;
      asset.imExtraBps = imExtraBps;
      asset.tiers.forEach((tier, i) => {
        tier.haircutBps = haircuts[i]!;
        if (tier.upToQuote !== null) tier.upToQuote = upTo[i]!;
      });
    });
    coverRates(document);
    return parseParameters(JSON.stringify(document));
  });

const forwardRatioQ30 = bigEnd(1n, 2n ** 32n);
const confidenceQ10 = bigEnd(0n, 1024n);

/** A surface at the ends of the document's rules: Lee's bound, a minimum variance of about 0. */
const surfaces = fc
  .record({
    bQ30: bigEnd(0n, 2n ** 31n),
    skew: pick(-1000n, 0n, 1000n, 500n),
    mQ24: bigEnd(-(2n ** 27n), 2n ** 27n - 1n),
    sigmaQ24: bigEnd(0n, 2n ** 27n - 1n),
    aQ44: bigEnd(0n, 2n ** 47n - 1n),
    isLow: fc.boolean(),
    kMinQ10: bigEnd(-(2n ** 13n), -1n),
    kMaxQ10: bigEnd(1n, 2n ** 13n - 1n),
  })
  .map(({ skew, isLow, ...surface }) => {
    const most = 2n ** 31n - surface.bQ30;
    const wanted = (surface.bQ30 * skew) / 1000n;
    const cQ30 = wanted > most ? most : wanted < -most ? -most : wanted;
    // Down to no variance at all at the bottom of the smile, where its root is whole.
    const valleyQ44 = cQ30 === 0n ? (surface.bQ30 * surface.sigmaQ24) >> 10n : 0n;
    const lowest = valleyQ44 >= 2n ** 47n ? 2n ** 47n - 1n : valleyQ44;
    return { ...surface, cQ30, aQ44: isLow ? -lowest : surface.aQ44 };
  });

/** Slices around the time of the snapshot and at the ends of time. */
const slicesAt = (time: bigint): fc.Arbitrary<readonly Slice[]> =>
  fc
    .uniqueArray(
      fc.oneof(
        pick(1n, 2n ** 32n - 1n, time, time + 1n, time + 21_600n, time - 1n),
        fc.bigInt(1n, 2n ** 32n - 1n),
      ),
      { maxLength: 5 },
    )
    .map((expiries) =>
      expiries.filter((e) => e >= 1n && e < 2n ** 32n).sort((a, b) => (a < b ? -1 : 1)),
    )
    .chain((expiries) =>
      fc.tuple(
        ...expiries.map((expiry): fc.Arbitrary<Slice> => {
          const common = { expiry: fc.constant(expiry), forwardRatioQ30, confidenceQ10 };
          if (expiry <= time) {
            return fc.record({
              state: fc.constant('expired' as const),
              ...common,
              settlementPriceE4: bigEnd(0n, 2n ** 40n - 1n),
            });
          }
          return fc
            .tuple(fc.record(common), surfaces)
            .map(([own, surface]) => ({ state: 'live', ...own, ...surface }));
        }),
      ),
    );

const markets = (time: bigint): fc.Arbitrary<UnderlyingMarket> =>
  fc.record({
    indexE4: bigEnd(1n, 2n ** 37n),
    perpetualMarkE4: bigEnd(1n, 2n ** 40n - 1n),
    confidenceQ10,
    depthQuote: bigEnd(0n, 2n ** 40n - 1n),
    realisedVolQ20: fc.constant(0n),
    forecastVolQ20: fc.constant(2n ** 24n - 1n),
    slices: slicesAt(time),
  });

const snapshots: fc.Arbitrary<MarketSnapshot> = fc
  .oneof(pick(0n, 1n, 2n ** 32n - 1n), fc.constant(1_770_306_692n))
  .chain((time) => {
    const price = fc.record({
      marketPriceE4: bigEnd(1n, 2n ** 40n - 1n),
      redemptionRateQ30: bigEnd(1n, 2n ** 32n - 1n),
    });
    return fc.record({
      time: fc.constant(time),
      indexTime: bigEnd(0n, time),
      perpetualTime: fc.constant(time),
      forwardTime: fc.constant(time),
      surfaceTime: fc.constant(0n),
      collateralTime: fc.constant(time),
      bookedThrough: fc.constant(0n),
      underlyings: fc.tuple(markets(time), markets(time)),
      collateral: fc.tuple(price, price, price),
    });
  });

function positionsIn({ underlyings }: MarketSnapshot): fc.Arbitrary<Position> {
  const lots = fc.oneof(
    pick(-(2n ** 26n), 2n ** 26n - 1n, -1n, 1n),
    fc.bigInt(-(2n ** 26n), 2n ** 26n - 1n),
  );
  const instrument = pick(0 as const, 1 as const).chain((underlying): fc.Arbitrary<Instrument> => {
    const market = underlyings[underlying];
    const forwards = market.slices.map(
      ({ forwardRatioQ30: ratio }) => (market.indexE4 * ratio + (1n << 30n) - 1n) >> 30n,
    );
    const expiry = fc.oneof(
      pick(1n, 2n ** 32n - 1n, ...market.slices.map((slice) => slice.expiry)),
      pick(...market.slices.map((slice) => slice.expiry), 7n),
    );
    const strikeE4 = fc.oneof(
      pick(1n, 2n ** 40n - 1n),
      fc
        .tuple(pick(market.indexE4, ...forwards), pick(1n, 90n, 100n, 110n, 10_000n))
        .map(([price, percent]) => {
          const strike = (price * percent) / 100n;
          return strike < 1n ? 1n : strike >= 2n ** 40n ? 2n ** 40n - 1n : strike;
        }),
    );
    const option = (kind: 'call' | 'put'): fc.Arbitrary<Instrument> =>
      fc.record({
        underlying: fc.constant(underlying),
        kind: fc.constant(kind),
        expiry,
        strikeE4,
      });
    return fc.oneof(
      { weight: 4, arbitrary: option('call') },
      { weight: 4, arbitrary: option('put') },
      expiry.map((at): Instrument => ({ underlying, kind: 'future', expiry: at, strikeE4: 0n })),
      fc.constant<Instrument>({ underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n }),
    );
  });
  return fc.record({ instrument, lots });
}

interface Scene {
  readonly parameters: ParameterSet;
  readonly snapshot: MarketSnapshot;
  readonly portfolio: Portfolio;
}

const scenes = fc.tuple(parameterSets, snapshots).chain(([parameters, snapshot]) =>
  fc
    .record<Portfolio>({
      quoteE6: bigEnd(-(2n ** 63n), 2n ** 63n - 1n),
      collateralE8: fc.tuple(
        bigEnd(0n, 2n ** 56n - 1n),
        bigEnd(0n, 2n ** 56n - 1n),
        bigEnd(0n, 2n ** 56n - 1n),
      ),
      positions: fc.array(positionsIn(snapshot), { maxLength: CAPACITY }).map(inLedgerOrder),
    })
    .map((portfolio): Scene => ({ parameters, snapshot, portfolio })),
);

const sampled = fc.sample(scenes, { numRuns: SCENES, seed: SEED });

function requestOf({ parameters, snapshot, portfolio }: Scene): StatementRequest {
  const opening = new Ledger([accountOf(portfolio)]).open(0);
  return { opening, tick: new MarketTick(snapshot, parameters), context: CONTEXT };
}

test('the scenes are documents, and of many kinds', () => {
  const worst = new Set<string>();
  for (const { parameters, snapshot, portfolio } of sampled) {
    expect(() => checkSnapshot(snapshot)).not.toThrow();
    const { underlyings } = marginAccount(portfolio, snapshot, parameters.parameters);
    for (const { worstScenario } of underlyings) worst.add(String(worstScenario));
  }
  expect(worst.size).toBeGreaterThan(12);
});

test('every account that the documents admit has its margin, proven to the last bit', async () => {
  const circuits = new GridCircuits();
  for (const [index, scene] of sampled.entries()) {
    await circuits.expectAgreement(requestOf(scene), `scene ${index}`);
  }
}, 900_000);

test('and liquidation and bankruptcy decide it as exactly', async () => {
  const cores = await new CoreCircuits().for(CAPACITY);
  for (const [index, scene] of sampled.entries()) {
    const { parameters, snapshot } = scene;
    const request = requestOf(scene);
    const market = priceMarket(snapshot, parameters.parameters);
    const { decision, worst, mmE6 } = decideInTypeScript(request, market);
    expect(decision.requirementE6, `scene ${index}`).toBe(mmE6);
    expect(decideInCircuit(cores, request, worst), `scene ${index}`).toEqual(decision);
  }
}, 900_000);
