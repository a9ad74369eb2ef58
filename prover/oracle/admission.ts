// SPDX-License-Identifier: GPL-3.0-or-later
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS, type MarketSnapshot } from '../risk/types.ts';
import { PlimsollError } from '../errors.ts';
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
  const { blockTime, accepted, heartbeats } = state;
  requireThat(
    snapshot.time <= blockTime + CLOCK_ALLOWANCE,
    'FROM_THE_FUTURE',
    `the snapshot's time ${snapshot.time} is after the chain's ${blockTime}`,
  );
  requireThat(
    accepted === undefined || snapshot.time > accepted.time,
    'NOT_NEWER',
    `the snapshot's time ${snapshot.time} is not after ${accepted?.time ?? 0n}, the last accepted`,
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
 * No expiry leaves before it is settled, and no settlement price changes: positions may be open in it,
 * and an expiry that is not listed is worth its intrinsic value only (docs/spec.md §4). The feed
 * cannot check this, its signers can. Throws `SnapshotRefused`.
 */
export function requireListed(snapshot: MarketSnapshot, { accepted }: FeedState): void {
  if (accepted === undefined) return;
  for (const u of [0, 1] as const) {
    const symbol = UNDERLYING_SYMBOLS[u];
    const now = new Map(snapshot.underlyings[u].slices.map((slice) => [slice.expiry, slice]));
    for (const before of accepted.underlyings[u].slices) {
      const slice = now.get(before.expiry);
      const settledE4 = before.state === 'expired' ? before.settlementPriceE4 : 0n;
      requireThat(
        slice !== undefined || settledE4 !== 0n,
        'DELISTED',
        `${symbol} ${before.expiry}: was in the last accepted snapshot, is not settled, and is gone`,
      );
      requireThat(
        settledE4 === 0n ||
          slice === undefined ||
          (slice.state === 'expired' && slice.settlementPriceE4 === settledE4),
        'SETTLEMENT_CHANGED',
        `${symbol} ${before.expiry}: is settled at ${settledE4} E4 and cannot change`,
      );
    }
  }
}

/** A price of the snapshot beside the one it is measured from, E4. */
interface Move {
  readonly price: string;
  readonly fromE4: bigint;
  readonly toE4: bigint;
}

function moves(snapshot: MarketSnapshot, { referencePricesE4, accepted }: FeedState): Move[] {
  if (referencePricesE4 === undefined) return [];
  const found: Move[] = [];
  for (const u of [0, 1] as const) {
    const symbol = UNDERLYING_SYMBOLS[u];
    const market = snapshot.underlyings[u];
    found.push({
      price: `index of ${symbol}`,
      fromE4: referencePricesE4[u],
      toE4: market.indexE4,
    });
    // Against the index beside it, not against its own past: an index that moves takes it along.
    found.push({
      price: `perpetual mark of ${symbol} against its index`,
      fromE4: market.indexE4,
      toE4: market.perpetualMarkE4,
    });
  }
  if (accepted === undefined) return found;
  for (const c of [0, 1, 2] as const) {
    found.push({
      price: `collateral price of ${COLLATERAL_SYMBOLS[c]}`,
      fromE4: accepted.collateral[c].marketPriceE4,
      toE4: snapshot.collateral[c].marketPriceE4,
    });
  }
  return found;
}

const distance = (left: bigint, right: bigint): bigint =>
  left > right ? left - right : right - left;

/**
 * No headline price further than `limitBps` from where it was; the feed itself looks at the indices
 * alone and halts the market beyond its breaker. Throws `SnapshotRefused` (`DEVIATION`).
 */
export function requireNear(snapshot: MarketSnapshot, state: FeedState, limitBps: bigint): void {
  for (const { price, fromE4, toE4 } of moves(snapshot, state)) {
    requireThat(
      distance(fromE4, toE4) * 10_000n <= limitBps * fromE4,
      'DEVIATION',
      `${price}: ${toE4} E4 is more than ${limitBps} bps from ${fromE4} E4`,
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
