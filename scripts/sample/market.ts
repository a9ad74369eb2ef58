// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  CollateralMarket,
  MarketSnapshot,
  Slice,
  Triple,
  UnderlyingId,
  UnderlyingMarket,
} from '../../prover/model/types.ts';
import { BEFORE, DURING, type ObservedMarket, type SurfaceFit } from './facts.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;

export const TICKS = ['calm', 'crash', 'rebound'] as const;
export type TickName = (typeof TICKS)[number];

/**
 * The twelve expiries of each underlying. As of the crash the first is settled, the second passed
 * but not settled (BTC this very second, ETH half an hour ago), the third 20 minutes away and the
 * fourth 6 hours.
 */
const DAILY_AND_LATER = [
  '2026-02-06T08:00:00Z',
  '2026-02-07T08:00:00Z',
  '2026-02-13T08:00:00Z',
  '2026-02-20T08:00:00Z',
  '2026-02-27T08:00:00Z',
  '2026-03-27T08:00:00Z',
  '2026-06-26T08:00:00Z',
  '2026-12-25T08:00:00Z',
];
export const EXPIRIES: readonly [readonly number[], readonly number[]] = [
  [
    '2026-02-05T08:00:00Z',
    '2026-02-05T16:00:00Z',
    '2026-02-05T16:20:00Z',
    '2026-02-05T22:00:00Z',
    ...DAILY_AND_LATER,
  ].map(seconds),
  [
    '2026-02-05T08:00:00Z',
    '2026-02-05T15:30:00Z',
    '2026-02-05T16:20:00Z',
    '2026-02-05T22:00:00Z',
    ...DAILY_AND_LATER,
  ].map(seconds),
];

/** An expiry the feed does not list: positions in it must still be decided. */
export const UNLISTED_EXPIRY = seconds('2026-04-24T08:00:00Z');

interface UnderlyingScene {
  readonly index: number;
  /** Perpetual mark over index. */
  readonly perpetualPremium: number;
  readonly observed: ObservedMarket;
  /** Of the observed total variance. */
  readonly varianceScale: number;
  readonly confidence: number;
  /** Per expiry; 1 from the end of the list on. */
  readonly sliceConfidences: readonly number[];
  readonly depthQuote: number;
  readonly realisedVol: number;
  readonly forecastVol: number;
  /** Of expiries that have passed, in the order of the expiries; absent: not settled. */
  readonly settlementPrices: readonly number[];
}

interface Scene {
  readonly time: number;
  readonly stEthDiscount: number;
  readonly underlyings: readonly [UnderlyingScene, UnderlyingScene];
}

/**
 * The calm tick is the observed market. The crash is deeper than the observed fall (BTC −20 %
 * instead of −7 %, ETH −28 % instead of −8 %, total variance 1.3 times the observed), as the worst
 * hours of March 2020 and May 2021 were; the rebound lies between. Snapshots hold as of whole
 * minutes, so the calm one comes 52 seconds after what it reports.
 */
const SCENES: Readonly<Record<TickName, Scene>> = {
  calm: {
    time: seconds('2026-02-04T21:34:00Z'),
    stEthDiscount: 0.001,
    underlyings: [
      {
        index: 73067.62,
        perpetualPremium: 0.0001,
        observed: BEFORE[0],
        varianceScale: 1,
        confidence: 0.97,
        sliceConfidences: [0.9, 0.8, 0.8, 0.85, 0.95],
        depthQuote: 20_000_000,
        realisedVol: 0.52,
        forecastVol: 0.55,
        settlementPrices: [],
      },
      {
        index: 2139.86,
        perpetualPremium: 0.00015,
        observed: BEFORE[1],
        varianceScale: 1,
        confidence: 0.95,
        sliceConfidences: [0.9, 0.8, 0.8, 0.85, 0.95],
        depthQuote: 10_000_000,
        realisedVol: 0.71,
        forecastVol: 0.76,
        settlementPrices: [],
      },
    ],
  },
  crash: {
    time: seconds('2026-02-05T16:00:00Z'),
    stEthDiscount: 0.035,
    underlyings: [
      {
        index: 58450,
        perpetualPremium: -0.004,
        observed: DURING[0],
        varianceScale: 1.3,
        confidence: 0.68,
        sliceConfidences: [1, 0.3, 0.36, 0.5, 0.6, 0.7, 0.8, 0.9],
        depthQuote: 12_000_000,
        realisedVol: 1.86,
        forecastVol: 1.42,
        settlementPrices: [70_912.44],
      },
      {
        index: 1541.2,
        perpetualPremium: -0.006,
        observed: DURING[1],
        varianceScale: 1.3,
        confidence: 0.52,
        sliceConfidences: [1, 0.3, 0.34, 0.48, 0.56, 0.66, 0.75, 0.85],
        depthQuote: 6_000_000,
        realisedVol: 2.31,
        forecastVol: 1.78,
        settlementPrices: [2061.37],
      },
    ],
  },
  rebound: {
    time: seconds('2026-02-05T19:00:00Z'),
    stEthDiscount: 0.012,
    underlyings: [
      {
        index: 66120.5,
        perpetualPremium: 0.0008,
        observed: DURING[0],
        varianceScale: 1,
        confidence: 0.84,
        sliceConfidences: [1, 1, 1, 0.62, 0.7, 0.8, 0.9],
        depthQuote: 16_000_000,
        realisedVol: 1.74,
        forecastVol: 1.31,
        settlementPrices: [70_912.44, 58_466.81, 57_902.15],
      },
      {
        index: 1846.5,
        perpetualPremium: 0.0006,
        observed: DURING[1],
        varianceScale: 1,
        confidence: 0.8,
        sliceConfidences: [1, 1, 1, 0.6, 0.68, 0.78, 0.88],
        depthQuote: 8_000_000,
        realisedVol: 2.17,
        forecastVol: 1.66,
        settlementPrices: [2061.37, 1578.92, 1533.06],
      },
    ],
  },
};

const scaled = (value: number, bits: number): bigint => BigInt(Math.round(value * 2 ** bits));
const priceE4 = (price: number): bigint => BigInt(Math.round(price * 10_000));

/** The fit of that expiry, else the next one: what a short-dated series is priced from. */
function fitFor(observed: ObservedMarket, expiry: number): SurfaceFit {
  const fit = observed.fits.find((candidate) => candidate.expiry >= expiry);
  if (fit === undefined) throw new Error(`no fit at or after ${expiry}`);
  return fit;
}

/**
 * Total variance at another time to expiry, w(k) = r·w_fit(k/√r): the smile keeps its shape in
 * standard deviations. Square roots only, so that the bytes are the same on every machine.
 */
function liveSlice(
  scene: UnderlyingScene,
  time: number,
  expiry: number,
  confidence: number,
): Slice {
  let { observed, varianceScale } = scene;
  let fit = fitFor(observed, expiry);
  // The fit of the last BTC expiry during the fall stands at Lee's bound, where no variance can be
  // added: the smile before the fall, raised to the level during it, takes its place.
  if (fit.b * (1 + Math.abs(fit.rho)) > 1.99) {
    observed = BEFORE[0];
    fit = fitFor(observed, expiry);
    varianceScale *= 1.09;
  }
  const ratio = (expiry - time) / (fit.expiry - observed.time);
  const root = Math.sqrt(ratio);
  const bQ30 = scaled(fit.b * root * varianceScale, 30);
  return {
    state: 'live',
    expiry: BigInt(expiry),
    forwardRatioQ30: scaled(fit.forward / observed.index, 30),
    aQ44: scaled(fit.a * ratio * varianceScale, 44),
    bQ30,
    cQ30: scaled(fit.b * root * varianceScale * fit.rho, 30),
    mQ24: scaled(fit.m * root, 24),
    sigmaQ24: scaled(fit.sigma * root, 24),
    kMinQ10: BigInt(Math.floor(fit.kMin * root * 1024)),
    kMaxQ10: BigInt(Math.ceil(fit.kMax * root * 1024)),
    confidenceQ10: scaled(confidence, 10),
  };
}

function underlyingMarket(
  scene: UnderlyingScene,
  time: number,
  expiries: readonly number[],
): UnderlyingMarket {
  const slices = expiries.map((expiry, position): Slice => {
    const confidence = scene.sliceConfidences[position] ?? 1;
    if (expiry > time) return liveSlice(scene, time, expiry, confidence);
    return {
      state: 'expired',
      expiry: BigInt(expiry),
      forwardRatioQ30: 1n << 30n,
      settlementPriceE4: priceE4(scene.settlementPrices[position] ?? 0),
      confidenceQ10: scaled(confidence, 10),
    };
  });
  return {
    indexE4: priceE4(scene.index),
    perpetualMarkE4: priceE4(scene.index * (1 + scene.perpetualPremium)),
    confidenceQ10: scaled(scene.confidence, 10),
    depthQuote: BigInt(scene.depthQuote),
    realisedVolQ20: scaled(scene.realisedVol, 20),
    forecastVolQ20: scaled(scene.forecastVol, 20),
    slices,
  };
}

function snapshot(scene: Scene): MarketSnapshot {
  const time = BigInt(scene.time);
  const one = 1n << 30n;
  const [btc, eth] = scene.underlyings;
  const collateral: Triple<CollateralMarket> = [
    { marketPriceE4: priceE4(btc.index * 0.9998), redemptionRateQ30: one },
    { marketPriceE4: priceE4(eth.index * 0.9997), redemptionRateQ30: one },
    { marketPriceE4: priceE4(eth.index * (1 - scene.stEthDiscount)), redemptionRateQ30: one },
  ];
  return {
    time,
    indexTime: time - 3n,
    perpetualTime: time - 2n,
    forwardTime: time - 20n,
    surfaceTime: time - 45n,
    collateralTime: time - 600n,
    // The earliest expiry is settled at every tick and still held.
    bookedThrough: BigInt(EXPIRIES[0][0]!) - 86_400n,
    underlyings: [
      underlyingMarket(btc, scene.time, EXPIRIES[0]),
      underlyingMarket(eth, scene.time, EXPIRIES[1]),
    ],
    collateral,
  };
}

export const SNAPSHOTS: Readonly<Record<TickName, MarketSnapshot>> = {
  calm: snapshot(SCENES.calm),
  crash: snapshot(SCENES.crash),
  rebound: snapshot(SCENES.rebound),
};

const STALE_BY = 2_400n;

function withCalmSurface(crash: MarketSnapshot, underlying: UnderlyingId): UnderlyingMarket {
  const market = crash.underlyings[underlying];
  const calm = SNAPSHOTS.calm.underlyings[underlying].slices;
  const slices = market.slices.map((slice, position) => {
    const old = calm[position];
    return slice.state === 'live' && old?.state === 'live' ? old : slice;
  });
  return { ...market, slices };
}

/**
 * The attack of a stale surface under a fresh index: the crash, priced on the surface of the calm.
 * It says so itself, in surfaceTime: the feed must refuse it.
 */
export const STALE_SURFACE: MarketSnapshot = {
  ...SNAPSHOTS.crash,
  surfaceTime: SNAPSHOTS.crash.time - STALE_BY,
  underlyings: [withCalmSurface(SNAPSHOTS.crash, 0), withCalmSurface(SNAPSHOTS.crash, 1)],
};
