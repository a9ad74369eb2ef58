// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import type {
  ExpiredSlice,
  MarketSnapshot,
  Slice,
  UnderlyingId,
  UnderlyingMarket,
} from '../../model/types.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';

/** The price at which one expiry is settled, from a venue, a document or a person. */
export interface Settlement {
  readonly underlying: UnderlyingId;
  /** Unix seconds. */
  readonly expiry: bigint;
  readonly priceE4: bigint;
  /** Where it was read: a file and row, a document, a flag. Stands in errors and reports. */
  readonly source: string;
  /** True where somebody asked for exactly this expiry: one that cannot be settled is a mistake. */
  readonly isNamed: boolean;
}

/** What became of a slice whose expiry has passed. */
export interface ExpiredEvent {
  readonly underlying: UnderlyingId;
  readonly expiry: bigint;
  /**
   * `settled` now, `kept` as settled before, `awaiting` a price, `freed` since the ledger has booked
   * it, or `unchanged`: another price was given, and a settlement never changes.
   */
  readonly what: 'settled' | 'kept' | 'awaiting' | 'freed' | 'unchanged';
  readonly priceE4: bigint;
  readonly ageSeconds: bigint;
  /** Of a price settled now: its distance from the nearest index, as a share of it. */
  readonly offIndex?: number;
  readonly source?: string;
}

export interface SettlementRequest {
  /** In order of precedence. */
  readonly settlements: readonly Settlement[];
  /** Every position whose expiry is not after this has left the ledger. Unix seconds. */
  readonly bookedThrough: bigint;
  /** An expiry may wait this long for its price. */
  readonly maxUnsettledSeconds: bigint;
}

export interface SettledSnapshot {
  readonly snapshot: MarketSnapshot;
  readonly events: readonly ExpiredEvent[];
}

/** Half an index away from both indices is another coin or a wrong decimal, not a market. */
const MOST_DISTANCE_BPS = 5_000n;

const day = (expiry: bigint): string =>
  `${new Date(Number(expiry) * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const nameOf = (underlying: UnderlyingId, expiry: bigint): string =>
  `${UNDERLYING_SYMBOLS[underlying]} ${day(expiry)}`;

function isNear(priceE4: bigint, indexE4: bigint): boolean {
  const distance = priceE4 > indexE4 ? priceE4 - indexE4 : indexE4 - priceE4;
  return distance * 10_000n <= MOST_DISTANCE_BPS * indexE4;
}

function requireNear(
  { underlying, expiry, priceE4, source }: Settlement,
  indicesE4: readonly bigint[],
): void {
  if (indicesE4.some((indexE4) => isNear(priceE4, indexE4))) return;
  throw new InvalidInput(
    source,
    `settles ${nameOf(underlying, expiry)} at ${Number(priceE4) / 1e4}, more than ` +
      `${MOST_DISTANCE_BPS / 100n} % off the index ${Number(indicesE4[0] ?? 0n) / 1e4}: of another coin, or ` +
      'a wrong decimal',
  );
}

/** One expired slice with what the settlements say of it. */
function settleSlice(
  slice: ExpiredSlice,
  market: { readonly underlying: UnderlyingId; readonly indicesE4: readonly bigint[] },
  time: bigint,
  { settlements, maxUnsettledSeconds }: SettlementRequest,
): { readonly slice: ExpiredSlice; readonly event: ExpiredEvent } {
  const { underlying } = market;
  const { expiry, settlementPriceE4 } = slice;
  const given = settlements.find(
    (entry) => entry.underlying === underlying && entry.expiry === expiry,
  );
  const common = { underlying, expiry, ageSeconds: time - expiry };
  if (settlementPriceE4 !== 0n) {
    if (given === undefined || given.priceE4 === settlementPriceE4) {
      return { slice, event: { ...common, what: 'kept', priceE4: settlementPriceE4 } };
    }
    if (given.isNamed) {
      throw new InvalidInput(
        given.source,
        `${nameOf(underlying, expiry)} is settled at ${Number(settlementPriceE4) / 1e4} and a ` +
          `settlement never changes, got ${Number(given.priceE4) / 1e4}`,
      );
    }
    const { source } = given;
    return { slice, event: { ...common, what: 'unchanged', priceE4: settlementPriceE4, source } };
  }
  if (given !== undefined) {
    requireNear(given, market.indicesE4);
    const { priceE4, source } = given;
    const offIndex = Math.min(
      ...market.indicesE4.map((indexE4) => Math.abs(Number(priceE4) / Number(indexE4) - 1)),
    );
    const event = { ...common, what: 'settled', priceE4, source, offIndex } as const;
    return { slice: { ...slice, settlementPriceE4: priceE4 }, event };
  }
  if (common.ageSeconds > maxUnsettledSeconds) {
    throw new PlimsollError(
      'UNSETTLED',
      `${nameOf(underlying, expiry)} expired ${common.ageSeconds} s ago and has no settlement price, ` +
        `at most ${maxUnsettledSeconds} s are allowed: give the venue's delivery prices, or what ` +
        'plimsoll market settle computes from the index, or --settlement ' +
        `${UNDERLYING_SYMBOLS[underlying]}-${new Date(Number(expiry) * 1000).toISOString().slice(0, 16)}Z=<USD>`,
    );
  }
  return { slice, event: { ...common, what: 'awaiting', priceE4: 0n } };
}

/** A price that somebody named must have settled something. */
function requireUsed(
  market: UnderlyingMarket,
  underlying: UnderlyingId,
  request: SettlementRequest,
) {
  for (const { underlying: of, expiry, source, isNamed } of request.settlements) {
    if (of !== underlying) continue;
    const slice = market.slices.find((candidate) => candidate.expiry === expiry);
    if (slice?.state === 'live') {
      throw new InvalidInput(source, `settles ${nameOf(of, expiry)}, which has not expired yet`);
    }
    if (isNamed && slice === undefined && expiry > request.bookedThrough) {
      throw new InvalidInput(source, `settles ${nameOf(of, expiry)}, which --base does not hold`);
    }
  }
}

/**
 * Settles what has expired in a snapshot that was read at its new time (`ageSnapshot`), and frees the
 * slots of what the ledger has booked. `indicesE4` are the indices of the moment, where they are
 * known: a price must be near one of them or near the snapshot's own. A settlement price, once there,
 * never changes. Throws `InvalidInput` naming the settlement's source, and `UNSETTLED` where an expiry
 * waits for longer than allowed.
 */
export function settleSnapshot(
  snapshot: MarketSnapshot,
  request: SettlementRequest,
  indicesE4: readonly (bigint | undefined)[] = [],
): SettledSnapshot {
  const { time } = snapshot;
  const events: ExpiredEvent[] = [];
  const settle = (underlying: UnderlyingId): UnderlyingMarket => {
    const market = snapshot.underlyings[underlying];
    requireUsed(market, underlying, request);
    const current = indicesE4[underlying];
    const known = [...(current === undefined ? [] : [current]), market.indexE4];
    const slices = market.slices.flatMap((slice): Slice[] => {
      if (slice.state === 'live') return [slice];
      if (slice.expiry <= request.bookedThrough) {
        const { expiry, settlementPriceE4: priceE4 } = slice;
        events.push({ underlying, expiry, what: 'freed', priceE4, ageSeconds: time - expiry });
        return [];
      }
      const settled = settleSlice(slice, { underlying, indicesE4: known }, time, request);
      events.push(settled.event);
      return [settled.slice];
    });
    return { ...market, slices };
  };
  const [btc, eth] = UNDERLYINGS.map(settle);
  return { snapshot: { ...snapshot, underlyings: [btc!, eth!] }, events };
}
