// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import { instrumentKey } from '../../prover/commitments/instrument.ts';
import type {
  Instrument,
  MarketSnapshot,
  Portfolio,
  Position,
  Slice,
  UnderlyingId,
  UnderlyingMarket,
} from '../../prover/model/types.ts';

/** One seed for every property test; PLIMSOLL_SEED explores others. */
export const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_260_205);

export const TIME = 1_770_306_692n;

/** Seconds from the snapshot to an expiry: passed, at once, a minute, beyond the last knot. */
const TENORS = [
  -86_400n,
  -1n,
  0n,
  1n,
  60n,
  21_599n,
  43_200n,
  604_801n,
  2_592_000n,
  31_536_000n,
  94_608_001n,
];

/** Log-uniform: as many small values as large ones. */
const logUniform = (lowBits: number, highBits: number): fc.Arbitrary<bigint> =>
  fc
    .tuple(
      fc.integer({ min: lowBits, max: highBits - 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([bits, fraction]) => {
      const low = 1n << BigInt(bits);
      return low + (low * BigInt(Math.floor(fraction * 2 ** 20))) / 2n ** 20n;
    });

/** A surface that passes the document's rules: |c| ≤ b, Lee's bound, no negative variance. */
const surface = fc
  .record({
    bQ30: fc.bigInt(0n, 2n ** 30n),
    rho: fc.integer({ min: -999, max: 999 }),
    mQ24: fc.bigInt(-(2n ** 25n), 2n ** 25n),
    sigmaQ24: fc.bigInt(1n, 2n ** 25n),
    floorQ44: logUniform(16, 44),
    aboveMinimum: fc.boolean(),
    kMinQ10: fc.bigInt(-2048n, -1n),
    kMaxQ10: fc.bigInt(1n, 2048n),
    confidenceQ10: fc.bigInt(0n, 1024n),
  })
  .map(({ rho, floorQ44, aboveMinimum, ...slice }) => {
    const cQ30 = (slice.bQ30 * BigInt(rho)) / 1000n;
    // a may be as negative as the wings allow; √(1 − ρ²) from below keeps the minimum above zero.
    const spread = Math.sqrt(1 - (rho / 1000) ** 2);
    const valley = (slice.bQ30 * slice.sigmaQ24 * BigInt(Math.floor(spread * 2 ** 20))) >> 30n;
    return { ...slice, cQ30, aQ44: aboveMinimum ? floorQ44 - valley : floorQ44 };
  });

const slices: fc.Arbitrary<readonly Slice[]> = fc
  .subarray(TENORS, { minLength: 1 })
  .chain((tenors) =>
    fc.tuple(
      ...tenors.map((tenor): fc.Arbitrary<Slice> => {
        const expiry = TIME + tenor;
        const forwardRatioQ30 = fc.bigInt(2n ** 29n, 2n ** 31n);
        if (tenor >= 1n) {
          return fc
            .tuple(surface, forwardRatioQ30)
            .map(([s, ratio]) => ({ state: 'live', expiry, forwardRatioQ30: ratio, ...s }));
        }
        return fc
          .tuple(fc.oneof(fc.constant(0n), logUniform(0, 40)), forwardRatioQ30)
          .map(([settlementPriceE4, ratio]) => ({
            state: 'expired',
            expiry,
            forwardRatioQ30: ratio,
            settlementPriceE4,
            confidenceQ10: 1024n,
          }));
      }),
    ),
  );

const underlyingMarket: fc.Arbitrary<UnderlyingMarket> = fc
  .record({
    indexE4: logUniform(10, 37),
    premiumBps: fc.bigInt(-500n, 500n),
    confidenceQ10: fc.bigInt(0n, 1024n),
    depthQuote: logUniform(0, 34),
    slices,
  })
  .map(({ premiumBps, ...market }) => ({
    ...market,
    perpetualMarkE4: (market.indexE4 * (10_000n + premiumBps)) / 10_000n,
    realisedVolQ20: 0n,
    forecastVolQ20: 0n,
  }));

export const snapshots: fc.Arbitrary<MarketSnapshot> = fc
  .record({
    underlyings: fc.tuple(underlyingMarket, underlyingMarket),
    indexAge: fc.bigInt(0n, 400n),
    premiaBps: fc.tuple(...[0, 1, 2].map(() => fc.bigInt(-300n, 300n))),
    redemptionRateQ30: fc.bigInt(2n ** 29n, 2n ** 31n),
  })
  .map(({ underlyings, indexAge, premiaBps, redemptionRateQ30 }) => {
    const collateral = (asset: 0 | 1 | 2) => {
      const { indexE4 } = underlyings[asset === 0 ? 0 : 1];
      const marketPriceE4 = (indexE4 * (10_000n + (premiaBps[asset] ?? 0n))) / 10_000n + 1n;
      return { marketPriceE4, redemptionRateQ30: asset === 2 ? redemptionRateQ30 : 1n << 30n };
    };
    return {
      time: TIME,
      indexTime: TIME - indexAge,
      perpetualTime: TIME,
      forwardTime: TIME,
      surfaceTime: TIME,
      collateralTime: TIME,
      bookedThrough: 0n,
      underlyings,
      collateral: [collateral(0), collateral(1), collateral(2)],
    };
  });

/** Of a listed or an unlisted expiry; strikes mostly around the index, sometimes anywhere. */
export function instruments(snapshot: MarketSnapshot): fc.Arbitrary<Instrument> {
  const underlyings = fc.constantFrom<UnderlyingId>(0, 1);
  return underlyings.chain((underlying) => {
    const { indexE4, slices: listed } = snapshot.underlyings[underlying];
    const expiries = fc.constantFrom(...listed.map(({ expiry }) => expiry), TIME + 12_345n, 7n);
    const around = fc.bigInt(10n, 400n).map((percent) => (indexE4 * percent) / 100n + 1n);
    const strikes = fc.oneof({ weight: 4, arbitrary: around }, logUniform(0, 40)).map((strike) => {
      const limit = 2n ** 40n - 1n;
      return strike > limit ? limit : strike;
    });
    const option = (kind: 'call' | 'put') =>
      fc.tuple(expiries, strikes).map(([expiry, strikeE4]) => ({
        underlying,
        kind,
        expiry,
        strikeE4,
      }));
    const future = expiries.map((expiry): Instrument => {
      return { underlying, kind: 'future', expiry, strikeE4: 0n };
    });
    const perpetual = fc.constant<Instrument>({
      underlying,
      kind: 'perpetual',
      expiry: 0n,
      strikeE4: 0n,
    });
    return fc.oneof(
      { weight: 4, arbitrary: option('call') },
      { weight: 4, arbitrary: option('put') },
      { weight: 2, arbitrary: future },
      perpetual,
    );
  });
}

/** Sorted and without duplicates, as a ledger commits to them. */
export function inLedgerOrder(positions: readonly Position[]): Position[] {
  const byKey = new Map(
    positions.map((position) => [instrumentKey(position.instrument), position]),
  );
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, position]) => position);
}

export interface PortfolioOptions {
  readonly maxPositions?: number;
  readonly lots?: fc.Arbitrary<bigint>;
  readonly keep?: (instrument: Instrument) => boolean;
}

const anyLots = fc.oneof(fc.bigInt(-500n, -1n), fc.bigInt(1n, 500n));

export function portfolios(
  snapshot: MarketSnapshot,
  { maxPositions = 12, lots = anyLots, keep = () => true }: PortfolioOptions = {},
): fc.Arbitrary<Portfolio> {
  const position = fc.record({ instrument: instruments(snapshot).filter(keep), lots });
  return fc.record({
    quoteE6: fc.bigInt(-(10n ** 12n), 10n ** 12n),
    collateralE8: fc.tuple(
      fc.bigInt(0n, 10n ** 11n),
      fc.bigInt(0n, 10n ** 12n),
      fc.bigInt(0n, 10n ** 12n),
    ),
    positions: fc.array(position, { maxLength: maxPositions }).map(inLedgerOrder),
  });
}

export interface Scene {
  readonly snapshot: MarketSnapshot;
  readonly portfolio: Portfolio;
}

/** A random market and a portfolio in it. */
export const scenes = (options: PortfolioOptions = {}): fc.Arbitrary<Scene> =>
  snapshots.chain((snapshot) =>
    portfolios(snapshot, options).map((portfolio) => ({ snapshot, portfolio })),
  );

/** The same `count` scenes on every run. */
export const seededScenes = (count: number, options: PortfolioOptions = {}): Scene[] =>
  fc.sample(scenes(options), { numRuns: count, seed: SEED });
