// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import {
  COLLATERAL_SYMBOLS,
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type MarketSnapshot,
  type Portfolio,
  type Slice,
  type UnderlyingId,
} from '../model/types.ts';
import { headlinesOf, SLOT_SECONDS } from '../chain/market-snapshot.ts';
import { distance, measure, type Breach, type Guard } from './breaker.ts';
import type { FeedState } from './feed-state.ts';

/** The ledger that is published, and the root that the chain holds of it. */
export interface PublishedLedger {
  readonly root: bigint;
  readonly acceptedRoot: bigint;
  readonly accounts: readonly Portfolio[];
}

/** Why a snapshot should not be signed or submitted; `code` says which rule it breaks. */
export class SnapshotRefused extends PlimsollError {}

/** Blocks come seconds apart: a snapshot this much newer than the latest is not from the future. */
const CLOCK_ALLOWANCE = 60n;

const COMPONENTS = ['index', 'perpetual', 'forward', 'surface', 'collateral'] as const;

function requireThat(holds: boolean, code: string, message: string): void {
  if (!holds) throw new SnapshotRefused(code, message);
}

/**
 * The feed's own rules of time, before anybody pays gas to hear them: a whole minute, the newest one,
 * not from the future, newer than the last one, of a time at which a halt can end, no component stale
 * or going backwards. Throws `SnapshotRefused`.
 */
export function requireTimely(snapshot: MarketSnapshot, state: FeedState): void {
  const { blockTime, accepted, heartbeats, latestTime, resumableFrom } = state;
  requireThat(
    snapshot.time % SLOT_SECONDS === 0n,
    'NOT_ON_THE_MINUTE',
    `the snapshot's time ${snapshot.time} is not a whole minute`,
  );
  requireThat(
    snapshot.time <= blockTime + CLOCK_ALLOWANCE,
    'FROM_THE_FUTURE',
    `the snapshot's time ${snapshot.time} is after the chain's ${blockTime}`,
  );
  requireThat(
    snapshot.time + SLOT_SECONDS > blockTime,
    'TOO_LATE',
    `the snapshot's time ${snapshot.time} is more than a minute before the chain's ${blockTime}: ` +
      'the feed takes the newest minute only',
  );
  requireThat(
    snapshot.time > latestTime,
    'NOT_NEWER',
    `the snapshot's time ${snapshot.time} is not after ${latestTime}, the last that the feed took`,
  );
  requireThat(
    snapshot.time >= resumableFrom,
    'MARKET_HALTED',
    `the market is halted: the feed takes no snapshot of before ${resumableFrom}`,
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
 * The pair rule of docs/spec.md: an expiry leaves only when its positions have been booked, none comes
 * back expired, and no settlement price changes, for an expiry that is not listed is worth nothing. The
 * feed cannot check this, its signers can. Throws `SnapshotRefused`.
 */
export function requireListed(
  snapshot: MarketSnapshot,
  { accepted, bookedThrough }: FeedState,
): void {
  const booked = snapshot.bookedThrough;
  requireThat(
    booked >= bookedThrough,
    'BOOKED_WENT_BACKWARDS',
    `bookedThrough: ${booked} is before ${bookedThrough}, that of the last accepted snapshot`,
  );
  if (accepted === undefined) return;
  for (const u of [0, 1] as const) {
    const name = (expiry: bigint): string => `${UNDERLYING_SYMBOLS[u]} ${expiry}`;
    const before = sliceByExpiry(accepted, u);
    const now = sliceByExpiry(snapshot, u);
    for (const [expiry, slice] of before) {
      const settledE4 = settlementE4(slice);
      requireThat(
        now.has(expiry) || expiry <= booked,
        'DELISTED',
        `${name(expiry)}: was in the last accepted snapshot, is not booked, and is gone`,
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

/**
 * Whoever raises `bookedThrough` has seen the ledger that booked: the published one of which the chain
 * holds the root, without a position that expired by then. Where it is not raised no ledger is asked for:
 * a feed does not stop for a ledger that stands still. Throws `SnapshotRefused`.
 */
export function requireBooked(
  snapshot: MarketSnapshot,
  { bookedThrough }: FeedState,
  ledger: PublishedLedger | undefined,
): void {
  const booked = snapshot.bookedThrough;
  if (booked <= bookedThrough) return;
  if (ledger === undefined) {
    throw new SnapshotRefused(
      'LEDGER_NEEDED',
      `bookedThrough: rises from ${bookedThrough} to ${booked}, which only the published ledger ` +
        'shows to be true',
    );
  }
  requireThat(
    ledger.root === ledger.acceptedRoot,
    'ANOTHER_LEDGER',
    `the ledger has the root ${ledger.root}; the newest that the chain had accepted by the ` +
      `snapshot's time is ${ledger.acceptedRoot}`,
  );
  for (const [index, { positions }] of ledger.accounts.entries()) {
    const left = positions.find(({ instrument: { expiry } }) => expiry !== 0n && expiry <= booked);
    requireThat(
      left === undefined,
      'NOT_BOOKED',
      `account ${index} of the ledger still holds a position that expired at ` +
        `${left?.instrument.expiry}: bookedThrough cannot rise to ${booked}`,
    );
  }
}

/** What is counted only rises, and the rule takes no step back in time. Throws `SnapshotRefused`. */
export function requireCounting({ marginInputs }: MarketSnapshot, state: FeedState): void {
  const before = state.marginInputs;
  if (marginInputs === undefined || before === undefined) return;
  for (const u of UNDERLYINGS) {
    const [counter, last] = [
      marginInputs.underlyings[u].counterQ48,
      before.underlyings[u].counterQ48,
    ];
    requireThat(
      counter >= last,
      'COUNTER_FELL',
      `margin inputs of ${UNDERLYING_SYMBOLS[u]}: the counter ${counter} is below ${last}, the last taken`,
    );
  }
}

/** Every rule that a signer can check of a snapshot. Throws `SnapshotRefused`. */
export function requireSignable(
  snapshot: MarketSnapshot,
  state: FeedState,
  limitBps: bigint,
  ledger: PublishedLedger | undefined,
): void {
  requireTimely(snapshot, state);
  requireWithinBreaker(snapshot, state);
  requireNear(snapshot, state, limitBps);
  requireListed(snapshot, state);
  requireBooked(snapshot, state, ledger);
  requireCounting(snapshot, state);
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
  const from = state.levels.indexPricesE4[u];
  if (from !== 0n) found.push({ what: `index of ${symbol}`, unit: 'E4', from, to: indexE4 });
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

/**
 * No price, forward, settlement or redemption rate further than `limitBps` from where it was; the
 * feed itself sees only what its breaker measures. Surfaces are not measured: how far a volatility may
 * move is for who signs. Throws `SnapshotRefused` (`DEVIATION`).
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

const GUARDED: Readonly<Record<Guard, (which: number) => string>> = {
  indexFromLast: (u) => `index of ${UNDERLYING_SYMBOLS[u]} against the last accepted`,
  indexFromAnchor: (u) => `index of ${UNDERLYING_SYMBOLS[u]} against its slow anchor`,
  perpetualFromIndex: (u) => `perpetual mark of ${UNDERLYING_SYMBOLS[u]} against its index`,
  rateFromAnchor: (c) => `redemption rate of ${COLLATERAL_SYMBOLS[c]} against its slow anchor`,
};

/** A breach in words. */
export const breachInWords = ({ guard, which, value, level }: Breach): string =>
  `${GUARDED[guard](which)}: ${value} is too far from ${level}`;

/** What the feed's breaker would not accept of a snapshot; empty where it would. */
export function breachesOf(snapshot: MarketSnapshot, state: FeedState): readonly Breach[] {
  const { levels, breaker, acceptedTime, haltedAt } = state;
  const elapsed = haltedAt === 0n ? snapshot.time - acceptedTime : 0n;
  return measure(headlinesOf(snapshot), levels, breaker, elapsed).breaches;
}

/** Throws `SnapshotRefused` (`BEYOND_BREAKER`) where the feed would not accept the snapshot. */
export function requireWithinBreaker(snapshot: MarketSnapshot, state: FeedState): void {
  const [breach] = breachesOf(snapshot, state);
  if (breach !== undefined) throw new SnapshotRefused('BEYOND_BREAKER', breachInWords(breach));
}
