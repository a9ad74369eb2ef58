// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  SnapshotRefused,
  breachInWords,
  breachesOf,
  requireBooked,
  requireListed,
  requireNear,
  requireTimely,
  requireWithinBreaker,
} from '../../../prover/oracle/admission.ts';
import type { Levels } from '../../../prover/oracle/breaker.ts';
import type { FeedState } from '../../../prover/oracle/feed-state.ts';
import type { MarketSnapshot, Pair, Slice } from '../../../prover/model/types.ts';
import type { PublishedLedger } from '../../../prover/oracle/admission.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

const accepted = loadSample().snapshots.calm.snapshot;
const LATER = 120n;

/** What is accepted, `LATER` seconds on, every component as fresh. */
const next: MarketSnapshot = {
  ...accepted,
  time: accepted.time + LATER,
  indexTime: accepted.indexTime + LATER,
  perpetualTime: accepted.perpetualTime + LATER,
  forwardTime: accepted.forwardTime + LATER,
  surfaceTime: accepted.surfaceTime + LATER,
  collateralTime: accepted.collateralTime + LATER,
};
const prices = (snapshot: MarketSnapshot): Pair<bigint> => [
  snapshot.underlyings[0].indexE4,
  snapshot.underlyings[1].indexE4,
];
const levelsAt = (indices: Pair<bigint>): Levels => ({
  indexPricesE4: indices,
  indexAnchorsE4: indices,
  rateAnchorsQ30: [2n ** 30n, 2n ** 30n, 2n ** 30n],
});
const NO_LEVELS: Levels = {
  indexPricesE4: [0n, 0n],
  indexAnchorsE4: [0n, 0n],
  rateAnchorsQ30: [0n, 0n, 0n],
};
const state: FeedState = {
  heartbeats: { index: 60n, perpetual: 60n, forward: 300n, surface: 300n, collateral: 3_600n },
  breaker: {
    indexBps: 5_000n,
    anchorBps: 6_000n,
    anchorBpsPerHour: 2_000n,
    perpetualBps: 1_000n,
    rateBps: 500n,
    rateBpsPerDay: 100n,
    confirmations: 2n,
  },
  threshold: 2n,
  haltedAt: 0n,
  resumableFrom: 0n,
  blockTime: next.time + 2n,
  latestTime: accepted.time,
  acceptedTime: accepted.time,
  bookedThrough: 0n,
  breaches: 0n,
  levels: levelsAt(prices(accepted)),
  accepted,
};

function code(check: () => void): string {
  try {
    check();
  } catch (error) {
    if (error instanceof SnapshotRefused) return `${error.code}: ${error.message.split(':')[0]}`;
    throw error;
  }
  return 'admitted';
}
const timely = (change: Partial<MarketSnapshot>, against: Partial<FeedState> = {}): string =>
  code(() => requireTimely({ ...next, ...change }, { ...state, ...against }));

describe('requireTimely', () => {
  it('admits a snapshot up to the last second of every rule', () => {
    expect(timely({})).toBe('admitted');
    expect(timely({ time: next.time + 60n })).toBe('admitted');
    expect(timely({}, { blockTime: next.time + 57n })).toBe('admitted');
    expect(
      timely(
        { surfaceTime: state.blockTime - 300n },
        { accepted: { ...accepted, surfaceTime: 0n } },
      ),
    ).toBe('admitted');
    expect(timely({ surfaceTime: accepted.surfaceTime })).toBe('admitted');
  });

  it('refuses one second beyond', () => {
    expect(timely({ time: next.time + 1n })).toMatch(/^NOT_ON_THE_MINUTE/);
    expect(timely({ time: next.time + 120n })).toMatch(/^FROM_THE_FUTURE/);
    expect(timely({}, { blockTime: next.time + 60n })).toMatch(/^TOO_LATE/);
    expect(timely({}, { resumableFrom: next.time + 1n })).toMatch(/^MARKET_HALTED/);
    expect(timely({}, { resumableFrom: next.time })).toBe('admitted');
    // A snapshot that tripped the breaker was not accepted, but its time counts.
    expect(timely({}, { latestTime: next.time })).toMatch(/^NOT_NEWER/);
    expect(timely({}, { latestTime: next.time - 1n })).toBe('admitted');
    expect(timely({ surfaceTime: accepted.surfaceTime - 1n })).toBe('WENT_BACKWARDS: surfaceTime');
  });

  it.each(['index', 'perpetual', 'forward', 'surface', 'collateral'] as const)(
    'holds %s to its own heartbeat',
    (component) => {
      const oldest = state.blockTime - state.heartbeats[component];
      const before = { ...accepted, [`${component}Time`]: 0n };
      const at = (time: bigint): string =>
        timely({ [`${component}Time`]: time }, { accepted: before });
      expect(at(oldest)).toBe('admitted');
      expect(at(oldest - 1n)).toBe(`STALE: ${component}Time`);
    },
  );

  it('has nothing to be newer than before the first snapshot', () => {
    const { accepted: _accepted, ...rest } = state;
    const first = { ...rest, latestTime: 0n, acceptedTime: 0n, levels: NO_LEVELS };
    expect(code(() => requireTimely(next, first))).toBe('admitted');
    expect(code(() => requireNear(next, first, 5_000n))).toBe('admitted');
    expect(code(() => requireListed(next, first))).toBe('admitted');
    expect(breachesOf(next, first)).toEqual([]);
  });
});

type Booked = MarketSnapshot & { readonly bookedThrough: bigint };
const nextBooked = (bookedThrough: bigint): Booked => ({ ...next, bookedThrough });

describe('requireListed', () => {
  type Slices = MarketSnapshot['underlyings'][0]['slices'];
  const withSlices = (snapshot: MarketSnapshot, slices: Slices): MarketSnapshot => ({
    ...snapshot,
    underlyings: [snapshot.underlyings[0], { ...snapshot.underlyings[1], slices }],
  });
  const { slices } = next.underlyings[1];
  const [first, ...rest] = slices;
  const expired = (settlementPriceE4: bigint) => {
    const { expiry, forwardRatioQ30, confidenceQ10 } = first!;
    return { state: 'expired', expiry, forwardRatioQ30, confidenceQ10, settlementPriceE4 } as const;
  };
  const judge = (before: Slices, after: Slices, bookedThrough = 0n): string => {
    const snapshot: Booked = { ...withSlices(next, after), bookedThrough };
    return code(() =>
      requireListed(snapshot, { ...state, accepted: withSlices(accepted, before) }),
    );
  };
  const refusal = (rule: string): string => `${rule}: ETH ${first!.expiry}`;

  it('lets expiries come, expire, be settled and, once they are booked, leave', () => {
    expect(judge(rest, slices)).toBe('admitted');
    expect(judge(slices, [expired(0n), ...rest])).toBe('admitted');
    expect(judge([expired(0n), ...rest], [expired(5n), ...rest])).toBe('admitted');
    expect(judge([expired(5n), ...rest], [expired(5n), ...rest])).toBe('admitted');
    expect(judge([expired(5n), ...rest], rest, first!.expiry)).toBe('admitted');
  });

  it('refuses one that is settled and leaves before the ledger has booked it', () => {
    expect(judge([expired(5n), ...rest], rest)).toBe(refusal('DELISTED'));
    expect(judge([expired(5n), ...rest], rest, first!.expiry - 1n)).toBe(refusal('DELISTED'));
  });

  it('refuses to forget what was booked', () => {
    const booked = { ...state, bookedThrough: 10n };
    const at = (bookedThrough: bigint): string =>
      code(() => requireListed(nextBooked(bookedThrough), booked));
    expect(at(9n)).toBe('BOOKED_WENT_BACKWARDS: bookedThrough');
    expect(at(10n)).toBe('admitted');
  });

  it('refuses one that leaves before it is settled', () => {
    expect(judge(slices, rest)).toBe(refusal('DELISTED'));
    expect(judge([expired(0n), ...rest], rest)).toBe(refusal('DELISTED'));
  });

  it('refuses one that comes back expired: it may have been settled at another price', () => {
    expect(judge(rest, [expired(6n), ...rest])).toBe(refusal('RELISTED'));
    expect(judge(rest, [expired(0n), ...rest])).toBe(refusal('RELISTED'));
  });

  it('refuses another settlement price, or none, once there was one', () => {
    expect(judge([expired(5n), ...rest], [expired(6n), ...rest])).toBe(
      refusal('SETTLEMENT_CHANGED'),
    );
    expect(judge([expired(5n), ...rest], [expired(0n), ...rest])).toBe(
      refusal('SETTLEMENT_CHANGED'),
    );
  });
});

describe('requireBooked', () => {
  const EXPIRY = 1_000n;
  const holding = (expiry: bigint): PublishedLedger['accounts'][number] => ({
    quoteE6: 0n,
    collateralE8: [0n, 0n, 0n],
    positions: [{ instrument: { underlying: 0, kind: 'future', expiry, strikeE4: 0n }, lots: 1n }],
  });
  const perpetual: PublishedLedger['accounts'][number] = {
    ...holding(EXPIRY),
    positions: [
      { instrument: { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n }, lots: 1n },
    ],
  };
  const judge = (bookedThrough: bigint, ledger?: Partial<PublishedLedger>): string =>
    code(() =>
      requireBooked(
        nextBooked(bookedThrough),
        { ...state, bookedThrough: 500n },
        ledger === undefined ? undefined : { root: 1n, acceptedRoot: 1n, accounts: [], ...ledger },
      ),
    );

  it('asks for no ledger while nothing new is booked: a feed does not stop for one', () => {
    expect(judge(500n)).toBe('admitted');
    expect(judge(501n)).toBe('LEDGER_NEEDED: bookedThrough');
  });

  it('takes the ledger that the chain has, and no other', () => {
    expect(judge(501n, {})).toBe('admitted');
    expect(judge(501n, { acceptedRoot: 2n })).toMatch(/^ANOTHER_LEDGER/);
  });

  it('refuses to say that a position was booked which the ledger still holds', () => {
    const ledger = { accounts: [perpetual, holding(EXPIRY)] };
    expect(judge(EXPIRY - 1n, ledger)).toBe('admitted');
    expect(judge(EXPIRY, ledger)).toMatch(/^NOT_BOOKED: account 1 of the ledger/);
  });
});

describe('requireNear', () => {
  /** `next` at a BTC index of so many bps of the reference, the perpetual moving along. */
  function moved(bps: bigint): MarketSnapshot {
    const [btc, eth] = next.underlyings;
    const reference = 700_000_000n;
    const indexE4 = (reference * bps) / 10_000n;
    return { ...next, underlyings: [{ ...btc, indexE4, perpetualMarkE4: indexE4 }, eth] };
  }
  const around: FeedState = { ...state, levels: levelsAt([700_000_000n, prices(accepted)[1]]) };

  it.each([
    [10_200n, 200n, 'admitted'],
    [10_201n, 200n, 'DEVIATION: index of BTC'],
    [9_800n, 200n, 'admitted'],
    [9_799n, 200n, 'DEVIATION: index of BTC'],
  ])('an index at %d bps, limit %d: %s', (at, limit, expected) => {
    expect(code(() => requireNear(moved(at), around, limit))).toBe(expected);
  });

  it('knows what the feed would not accept', () => {
    expect(breachesOf(moved(15_000n), around)).toEqual([]);
    const [breach] = breachesOf(moved(15_001n), around);
    expect(breach).toMatchObject({ guard: 'indexFromLast', which: 0, level: 700_000_000n });
    expect(breachInWords(breach!)).toMatch(/^index of BTC against the last accepted: /);
    expect(breachesOf(moved(4_999n), around)).toHaveLength(1);
    expect(code(() => requireWithinBreaker(moved(4_999n), around))).toBe(
      'BEYOND_BREAKER: index of BTC against the last accepted',
    );
  });

  it('takes an announced level as it is: an anchor does not follow through a halt', () => {
    const walked = { ...around, acceptedTime: 0n };
    const far = moved(3_000n);
    const anchored = { ...walked, breaker: { ...state.breaker, indexBps: 9_000n } };
    expect(breachesOf(far, anchored)).toEqual([]);
    expect(breachesOf(far, { ...anchored, haltedAt: 1n })).toHaveLength(1);
  });

  it('measures a settlement price when it appears, from the index beside it', () => {
    const [btc, eth] = next.underlyings;
    const [first, ...rest] = eth.slices;
    const { expiry, forwardRatioQ30, confidenceQ10 } = first!;
    const settled = (settlementPriceE4: bigint): MarketSnapshot => {
      const slice = { state: 'expired', expiry, forwardRatioQ30, confidenceQ10, settlementPriceE4 };
      return { ...next, underlyings: [btc, { ...eth, slices: [slice as Slice, ...rest] }] };
    };
    const limit = (bps: bigint): bigint => (eth.indexE4 * bps) / 10_000n;
    const judge = (price: bigint, accepted_ = accepted): string =>
      code(() => requireNear(settled(price), { ...state, accepted: accepted_ }, 500n));
    expect(judge(0n)).toBe('admitted');
    expect(judge(limit(10_499n))).toBe('admitted');
    expect(judge(limit(10_502n))).toMatch(/^DEVIATION: settlement price of ETH/);
    expect(judge(eth.indexE4 * 10_000n)).toMatch(/^DEVIATION: settlement price of ETH/);
    // Once it was accepted the index may go where it likes.
    const far = eth.indexE4 * 2n;
    expect(judge(far, settled(far))).toBe('admitted');
  });

  it('measures a forward as a ratio: from the last accepted, or from the index', () => {
    const [btc, eth] = next.underlyings;
    const [first, ...rest] = btc.slices;
    const withRatio = (ratio: bigint, expiry = first!.expiry): MarketSnapshot => {
      const slice = { ...first!, expiry, forwardRatioQ30: ratio };
      return { ...next, underlyings: [{ ...btc, slices: [slice, ...rest] }, eth] };
    };
    const judge = (snapshot: MarketSnapshot): string =>
      code(() => requireNear(snapshot, state, 500n));
    const { forwardRatioQ30 } = first!;
    expect(judge(withRatio((forwardRatioQ30 * 1_049n) / 1_000n))).toBe('admitted');
    expect(judge(withRatio((forwardRatioQ30 * 1_051n) / 1_000n))).toMatch(/^DEVIATION: forward of/);
    const unseen = first!.expiry - 1n;
    expect(judge(withRatio((2n ** 30n * 1_049n) / 1_000n, unseen))).toBe('admitted');
    expect(judge(withRatio(2n ** 32n, unseen))).toMatch(/^DEVIATION: forward of/);
  });

  it('measures a redemption rate from the last accepted', () => {
    const [btc, eth, stEth] = next.collateral;
    const snapshot = {
      ...next,
      collateral: [btc, eth, { ...stEth, redemptionRateQ30: 1n }] as const,
    };
    expect(code(() => requireNear(snapshot, state, 5_000n))).toBe(
      'DEVIATION: redemption rate of stETH',
    );
  });

  it('measures collateral from where it was', () => {
    const [btc, eth, stEth] = next.collateral;
    const off = { ...stEth, marketPriceE4: stEth.marketPriceE4 / 2n };
    const snapshot = { ...next, collateral: [btc, eth, off] as const };
    expect(code(() => requireNear(snapshot, state, 4_000n))).toBe(
      'DEVIATION: collateral price of stETH',
    );
  });
});
