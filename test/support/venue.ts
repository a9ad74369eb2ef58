// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import type { Account } from '../../prover/commitments/account.ts';
import { instrumentKey } from '../../prover/commitments/instrument.ts';
import type {
  ExpiredSlice,
  Instrument,
  LiveSlice,
  MarketSnapshot,
  Position,
  UnderlyingId,
} from '../../prover/model/types.ts';

/** Values of the formats' whole ranges, for property tests; every value obeys the document rules. */

export const SNAPSHOT_TIME = 1_770_300_000n;

const underlyingId = fc.constantFrom<UnderlyingId>(0, 1);
const expiry = fc.bigInt(1n, 2n ** 32n - 1n);
const strikeE4 = fc.bigInt(1n, 2n ** 40n - 1n);

export const anyInstrument: fc.Arbitrary<Instrument> = fc.oneof(
  fc.record({
    underlying: underlyingId,
    kind: fc.constant('perpetual' as const),
    expiry: fc.constant(0n),
    strikeE4: fc.constant(0n),
  }),
  fc.record({
    underlying: underlyingId,
    kind: fc.constant('future' as const),
    expiry,
    strikeE4: fc.constant(0n),
  }),
  fc.record({
    underlying: underlyingId,
    kind: fc.constantFrom('call' as const, 'put' as const),
    expiry,
    strikeE4,
  }),
);

const lots = fc.bigInt(-(2n ** 26n), 2n ** 26n - 1n).filter((value) => value !== 0n);

export function anyPositions(maxLength: number): fc.Arbitrary<Position[]> {
  return fc
    .uniqueArray(fc.record({ instrument: anyInstrument, lots }), {
      maxLength,
      selector: ({ instrument }) => instrumentKey(instrument),
      size: 'max',
    })
    .map((positions) =>
      positions.sort((left, right) =>
        instrumentKey(left.instrument) < instrumentKey(right.instrument) ? -1 : 1,
      ),
    );
}

const balanceE8 = fc.bigInt(0n, 2n ** 56n - 1n);

export function anyAccount(maxPositions = 64): fc.Arbitrary<Account> {
  return fc.record({
    owner: fc.bigInt(0n, 2n ** 160n - 1n),
    settlementNonce: fc.bigInt(0n, 2n ** 32n - 1n),
    frozen: fc.boolean(),
    riskReducingOnly: fc.boolean(),
    quoteE6: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    collateralE8: fc.tuple(balanceE8, balanceE8, balanceE8),
    positions: anyPositions(maxPositions),
  });
}

export function liveSlice(overrides: Partial<LiveSlice> = {}): LiveSlice {
  return {
    state: 'live',
    expiry: SNAPSHOT_TIME + 22n * 86_400n,
    forwardRatioQ30: 1_077_000_000n,
    aQ44: 50_000_000_000n,
    bQ30: 60_000_000n,
    cQ30: -20_000_000n,
    mQ24: 100_000n,
    sigmaQ24: 2_000_000n,
    kMinQ10: -700n,
    kMaxQ10: 700n,
    confidenceQ10: 1000n,
    ...overrides,
  };
}

export function expiredSlice(overrides: Partial<ExpiredSlice> = {}): ExpiredSlice {
  return {
    state: 'expired',
    expiry: SNAPSHOT_TIME - 3600n,
    forwardRatioQ30: 2n ** 30n,
    settlementPriceE4: 640_000_000n,
    confidenceQ10: 1024n,
    ...overrides,
  };
}

export function validSnapshot(overrides: Partial<MarketSnapshot> = {}): MarketSnapshot {
  return {
    time: SNAPSHOT_TIME,
    indexTime: SNAPSHOT_TIME - 1n,
    perpetualTime: SNAPSHOT_TIME - 2n,
    forwardTime: SNAPSHOT_TIME - 3n,
    surfaceTime: SNAPSHOT_TIME - 4n,
    collateralTime: SNAPSHOT_TIME - 5n,
    bookedThrough: SNAPSHOT_TIME - 90_000n,
    underlyings: [
      {
        indexE4: 640_000_000n,
        perpetualMarkE4: 639_500_000n,
        confidenceQ10: 1020n,
        depthQuote: 20_000_000n,
        realisedVolQ20: 900_000n,
        forecastVolQ20: 800_000n,
        slices: [expiredSlice(), liveSlice(), liveSlice({ expiry: SNAPSHOT_TIME + 86_400n * 90n })],
      },
      {
        indexE4: 19_000_000n,
        perpetualMarkE4: 18_990_000n,
        confidenceQ10: 1000n,
        depthQuote: 10_000_000n,
        realisedVolQ20: 1_100_000n,
        forecastVolQ20: 1_000_000n,
        slices: [liveSlice()],
      },
    ],
    collateral: [
      { marketPriceE4: 640_000_000n, redemptionRateQ30: 2n ** 30n },
      { marketPriceE4: 19_000_000n, redemptionRateQ30: 2n ** 30n },
      { marketPriceE4: 18_980_000n, redemptionRateQ30: 1_073_000_000n },
    ],
    ...overrides,
  };
}

export function validAccount(overrides: Partial<Account> = {}): Account {
  return {
    owner: 0xa11ce0000000000000000000000000000000beefn,
    settlementNonce: 3n,
    frozen: false,
    riskReducingOnly: false,
    quoteE6: -1_234_567_890n,
    collateralE8: [150_000_000n, 2_000_000_000n, 30_000_000n],
    positions: [
      {
        instrument: { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n },
        lots: -250n,
      },
      {
        instrument: {
          underlying: 0,
          kind: 'call',
          expiry: SNAPSHOT_TIME + 22n * 86_400n,
          strikeE4: 700_000_000n,
        },
        lots: -1500n,
      },
      {
        instrument: { underlying: 1, kind: 'put', expiry: SNAPSHOT_TIME, strikeE4: 1n },
        lots: 700n,
      },
    ],
    ...overrides,
  };
}
