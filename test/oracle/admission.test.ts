// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  SnapshotRefused,
  requireListed,
  requireNear,
  requireTimely,
  wouldHalt,
} from '../../prover/oracle/admission.ts';
import type { FeedState } from '../../prover/oracle/feed-state.ts';
import type { MarketSnapshot, Pair } from '../../prover/risk/types.ts';
import { loadSample } from '../../prover/sample/sample.ts';

const accepted = loadSample().snapshots.calm.snapshot;
const LATER = 100n;

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
const state: FeedState = {
  heartbeats: { index: 60n, perpetual: 60n, forward: 300n, surface: 300n, collateral: 3_600n },
  breakerBps: 5_000n,
  threshold: 2n,
  halted: false,
  blockTime: next.time + 2n,
  referencePricesE4: prices(accepted),
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
    expect(timely({ time: state.blockTime + 60n })).toBe('admitted');
    expect(
      timely(
        { surfaceTime: state.blockTime - 300n },
        { accepted: { ...accepted, surfaceTime: 0n } },
      ),
    ).toBe('admitted');
    expect(timely({ surfaceTime: accepted.surfaceTime })).toBe('admitted');
  });

  it('refuses one second beyond', () => {
    expect(timely({ time: state.blockTime + 61n })).toMatch(/^FROM_THE_FUTURE/);
    expect(timely({ time: accepted.time })).toMatch(/^NOT_NEWER/);
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
    const { accepted: _accepted, referencePricesE4: _prices, ...first } = state;
    expect(code(() => requireTimely(next, first))).toBe('admitted');
    expect(code(() => requireNear(next, first, 1n))).toMatch('admitted');
    expect(wouldHalt(next, first)).toBe(false);
  });
});

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
  const judge = (before: Slices, after: Slices): string =>
    code(() =>
      requireListed(withSlices(next, after), { ...state, accepted: withSlices(accepted, before) }),
    );
  const refusal = (rule: string): string => `${rule}: ETH ${first!.expiry}`;

  it('lets expiries come, expire, be settled and then leave', () => {
    expect(judge(rest, slices)).toBe('admitted');
    expect(judge(slices, [expired(0n), ...rest])).toBe('admitted');
    expect(judge([expired(0n), ...rest], [expired(5n), ...rest])).toBe('admitted');
    expect(judge([expired(5n), ...rest], [expired(5n), ...rest])).toBe('admitted');
    expect(judge([expired(5n), ...rest], rest)).toBe('admitted');
  });

  it('refuses one that leaves before it is settled', () => {
    expect(judge(slices, rest)).toBe(refusal('DELISTED'));
    expect(judge([expired(0n), ...rest], rest)).toBe(refusal('DELISTED'));
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

describe('requireNear', () => {
  /** `next` at a BTC index of so many bps of the reference, the perpetual moving along. */
  function moved(bps: bigint): MarketSnapshot {
    const [btc, eth] = next.underlyings;
    const reference = 700_000_000n;
    const indexE4 = (reference * bps) / 10_000n;
    return { ...next, underlyings: [{ ...btc, indexE4, perpetualMarkE4: indexE4 }, eth] };
  }
  const around: FeedState = { ...state, referencePricesE4: [700_000_000n, prices(accepted)[1]] };

  it.each([
    [10_200n, 200n, 'admitted'],
    [10_201n, 200n, 'DEVIATION: index of BTC'],
    [9_800n, 200n, 'admitted'],
    [9_799n, 200n, 'DEVIATION: index of BTC'],
  ])('an index at %d bps, limit %d: %s', (at, limit, expected) => {
    expect(code(() => requireNear(moved(at), around, limit))).toBe(expected);
  });

  it('knows what the feed would halt on', () => {
    expect(wouldHalt(moved(15_000n), around)).toBe(false);
    expect(wouldHalt(moved(15_001n), around)).toBe(true);
    expect(wouldHalt(moved(4_999n), around)).toBe(true);
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
