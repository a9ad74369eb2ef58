// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import {
  COLLATERAL_SYMBOLS,
  UNDERLYING_SYMBOLS,
  type MarketSnapshot,
  type Slice,
  type UnderlyingId,
} from '../model/types.ts';
import type { FeedState } from './feed-state.ts';

/** Why a snapshot should not be signed or submitted; `code` says which rule it breaks. */
export class SnapshotRefused extends PlimsollError {}

/** Blocks come seconds apart: a snapshot this much newer than the latest is not from the future. */
const CLOCK_ALLOWANCE = 60n;

const COMPONENTS = ['index', 'perpetual', 'forward', 'surface', 'collateral'] as const;

function requireThat(holds: boolean, code: string, message: string): void {
  if (!holds) throw new SnapshotRefused(code, message);
}

/**
 * The feed's own rules of time, before anybody pays gas to hear them: not from the future, newer
 * than the last one, no component stale or going backwards. Throws `SnapshotRefused`.
 */
export function requireTimely(snapshot: MarketSnapshot, state: FeedState): void {
  const { blockTime, accepted, heartbeats, latestTime } = state;
  requireThat(
    snapshot.time <= blockTime + CLOCK_ALLOWANCE,
    'FROM_THE_FUTURE',
    `the snapshot's time ${snapshot.time} is after the chain's ${blockTime}`,
  );
  requireThat(
    snapshot.time > latestTime,
    'NOT_NEWER',
    `the snapshot's time ${snapshot.time} is not after ${latestTime}, the last that the feed took`,
  );
  for (const component of COMPONENTS) {
    const time = snapshot[`${component}Time`];
    const age = blockTime - time;
    requireThat(
      age <= heartbeats[component],
      'STALE',
      `${component}Time: ${age} s old, may be at most ${heartbeats[component]} s`,
    );
    const before = accepted?.[`${component}Time`] ?? 0n;
    requireThat(
      time >= before,
      'WENT_BACKWARDS',
      `${component}Time: ${time} is before ${before}, that of the last accepted snapshot`,
    );
  }
}

/**
 * No expiry leaves before it is settled, none comes back expired, and no settlement price changes:
 * positions may be open in it, and an expiry that is not listed is worth its intrinsic value only
 * (docs/spec.md §4). The feed cannot check this, its signers can. Throws `SnapshotRefused`.
 */
export function requireListed(snapshot: MarketSnapshot, { accepted }: FeedState): void {
  if (accepted === undefined) return;
  for (const u of [0, 1] as const) {
    const name = (expiry: bigint): string => `${UNDERLYING_SYMBOLS[u]} ${expiry}`;
    const before = sliceByExpiry(accepted, u);
    const now = sliceByExpiry(snapshot, u);
    for (const [expiry, slice] of before) {
      const settledE4 = settlementE4(slice);
      requireThat(
        now.has(expiry) || settledE4 !== 0n,
        'DELISTED',
        `${name(expiry)}: was in the last accepted snapshot, is not settled, and is gone`,
      );
      requireThat(
        settledE4 === 0n || !now.has(expiry) || settlementE4(now.get(expiry)) === settledE4,
        'SETTLEMENT_CHANGED',
        `${name(expiry)}: is settled at ${settledE4} E4 and cannot change`,
      );
    }
    for (const [expiry, slice] of now) {
      // Else a settled expiry could leave and come back with another price.
      requireThat(
        slice.state === 'live' || before.has(expiry),
        'RELISTED',
        `${name(expiry)}: has expired and was not in the last accepted snapshot`,
      );
    }
  }
}

const sliceByExpiry = (snapshot: MarketSnapshot, u: UnderlyingId): ReadonlyMap<bigint, Slice> =>
  new Map(snapshot.underlyings[u].slices.map((slice) => [slice.expiry, slice]));

/** 0 while it is not settled. */
const settlementE4 = (slice: Slice | undefined): bigint =>
  slice?.state === 'expired' ? slice.settlementPriceE4 : 0n;

/** A number of the snapshot beside the one it is measured from, in `unit`. */
interface Move {
  readonly what: string;
  readonly unit: 'E4' | 'Q30';
  readonly from: bigint;
  readonly to: bigint;
}

function underlyingMoves(snapshot: MarketSnapshot, state: FeedState, u: UnderlyingId): Move[] {
  const symbol = UNDERLYING_SYMBOLS[u];
  const { indexE4, perpetualMarkE4, slices } = snapshot.underlyings[u];
  const before =
    state.accepted === undefined ? new Map<bigint, Slice>() : sliceByExpiry(state.accepted, u);
  const found: Move[] = [];
  if (state.referencePricesE4 !== undefined) {
    const from = state.referencePricesE4[u];
    found.push({ what: `index of ${symbol}`, unit: 'E4', from, to: indexE4 });
  }
  // Against the index beside it, not against its own past: an index that moves takes it along.
  found.push({
    what: `perpetual mark of ${symbol} against its index`,
    unit: 'E4',
    from: indexE4,
    to: perpetualMarkE4,
  });
  for (const slice of slices) {
    const earlier = before.get(slice.expiry);
    const settledE4 = settlementE4(slice);
    const what = `${symbol} ${slice.expiry}`;
    if (settledE4 !== 0n && settlementE4(earlier) === 0n) {
      found.push({
        what: `settlement price of ${what} against the index`,
        unit: 'E4',
        from: indexE4,
        to: settledE4,
      });
    }
    found.push({
      what: `forward of ${what}, as a ratio to the index`,
      unit: 'Q30',
      from: earlier?.forwardRatioQ30 ?? 2n ** 30n,
      to: slice.forwardRatioQ30,
    });
  }
  return found;
}

function collateralMoves(snapshot: MarketSnapshot, { accepted }: FeedState): Move[] {
  if (accepted === undefined) return [];
  return ([0, 1, 2] as const).flatMap((c) => {
    const [before, now] = [accepted.collateral[c], snapshot.collateral[c]];
    const symbol = COLLATERAL_SYMBOLS[c];
    return [
      {
        what: `collateral price of ${symbol}`,
        unit: 'E4',
        from: before.marketPriceE4,
        to: now.marketPriceE4,
      },
      {
        what: `redemption rate of ${symbol}`,
        unit: 'Q30',
        from: before.redemptionRateQ30,
        to: now.redemptionRateQ30,
      },
    ] as const;
  });
}

const distance = (left: bigint, right: bigint): bigint =>
  left > right ? left - right : right - left;

/**
 * No price, forward, settlement or redemption rate further than `limitBps` from where it was; the
 * feed itself looks at the indices alone and halts the market beyond its breaker. Surfaces are not
 * measured: how far a volatility may move is for who signs. Throws `SnapshotRefused` (`DEVIATION`).
 */
export function requireNear(snapshot: MarketSnapshot, state: FeedState, limitBps: bigint): void {
  const moves = [
    ...underlyingMoves(snapshot, state, 0),
    ...underlyingMoves(snapshot, state, 1),
    ...collateralMoves(snapshot, state),
  ];
  for (const { what, unit, from, to } of moves) {
    requireThat(
      distance(from, to) * 10_000n <= limitBps * from,
      'DEVIATION',
      `${what}: ${to} ${unit} is more than ${limitBps} bps from ${from} ${unit}`,
    );
  }
}

/** Whether the feed would halt the market on this snapshot instead of accepting it. */
export function wouldHalt(snapshot: MarketSnapshot, state: FeedState): boolean {
  const { referencePricesE4, breakerBps } = state;
  if (referencePricesE4 === undefined) return false;
  return ([0, 1] as const).some((u) => {
    const { indexE4 } = snapshot.underlyings[u];
    return distance(indexE4, referencePricesE4[u]) * 10_000n > breakerBps * referencePricesE4[u];
  });
}
