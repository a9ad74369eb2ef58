// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import type { MarketSnapshot, UnderlyingMarket } from '../../model/types.ts';
import { ageSnapshot } from '../snapshot/age-slice.ts';
import { snapshotHash } from '../../commitments/snapshot-words.ts';

/** One importer's snapshot under the name that reports call it by. */
export interface Source {
  readonly name: string;
  readonly snapshot: MarketSnapshot;
}

export interface CombineRules {
  /** Sources further than this from the median of their times are left out. */
  readonly maxAgeSeconds: number;
  /** Fewest sources that must agree on a component; never less than half of those given. */
  readonly minSources: number;
}

export interface Rejection {
  readonly source: string;
  /** `snapshot`, `BTC indexE4`, `ETH 2026-03-27T08:00:00Z surface`. */
  readonly component: string;
  readonly reason: 'stale' | 'ahead' | 'outlier';
}

export type ComponentTime =
  'indexTime' | 'perpetualTime' | 'forwardTime' | 'surfaceTime' | 'collateralTime';

/** Sources whose clocks agree, all read at one time, and what is kept about the rest. */
export interface Panel {
  readonly sources: readonly Source[];
  /** How many were given, the silent ones included: what an agreement is a share of. */
  readonly given: number;
  readonly time: bigint;
  /** What the ledger has booked: the lower middle of what they say. */
  readonly bookedThrough: bigint;
  /** Sources a component needs. */
  readonly quorum: number;
  readonly rules: CombineRules;
}

/** The upper middle value: of two times the later one. */
function medianTime(times: readonly bigint[]): bigint {
  return [...times].sort((left, right) => (left < right ? -1 : 1))[times.length >> 1]!;
}

/**
 * Why a time is too far from the median of all: a source that is late, or one whose clock is ahead
 * and would make all others look late.
 */
function lateOrAhead(time: bigint, middle: bigint, maxAgeSeconds: number) {
  const limit = BigInt(maxAgeSeconds);
  if (time < middle - limit) return 'stale';
  return time > middle + limit ? 'ahead' : undefined;
}

function refuseRepeated(sources: readonly Source[]): void {
  const names = new Map<bigint, string>();
  for (const { name, snapshot } of sources) {
    const hash = snapshotHash(snapshot);
    const before = names.get(hash);
    if (before !== undefined) {
      throw new InvalidInput(name, `is the same snapshot as ${before}: a source counts once`);
    }
    names.set(hash, name);
  }
}

/** A source that has not heard yet that the ledger booked an expiry still lists it. */
function withoutBooked(snapshot: MarketSnapshot, bookedThrough: bigint): MarketSnapshot {
  const open = (market: UnderlyingMarket): UnderlyingMarket => ({
    ...market,
    slices: market.slices.filter(({ expiry }) => expiry > bookedThrough),
  });
  const [btc, eth] = snapshot.underlyings;
  return { ...snapshot, underlyings: [open(btc), open(eth)] };
}

/** Throws `InvalidInput` for a repeated snapshot, `PlimsollError` where too few clocks agree. */
export function panelOf(
  given: readonly Source[],
  rules: CombineRules,
): { panel: Panel; rejections: Rejection[] } {
  refuseRepeated(given);
  const quorum = Math.max(rules.minSources, Math.floor(given.length / 2) + 1);
  const middle = medianTime(given.map(({ snapshot }) => snapshot.time));
  const rejections: Rejection[] = [];
  const timely = given.filter(({ name, snapshot }) => {
    const reason = lateOrAhead(snapshot.time, middle, rules.maxAgeSeconds);
    if (reason !== undefined) rejections.push({ source: name, component: 'snapshot', reason });
    return reason === undefined;
  });
  requireQuorum(timely.length, quorum, given.length, 'snapshot time');
  const time = timely.reduce(
    (latest, { snapshot }) => (snapshot.time > latest ? snapshot.time : latest),
    0n,
  );
  const booked = timely.map(({ snapshot }) => snapshot.bookedThrough);
  const bookedThrough = [...booked].sort((left, right) => (left < right ? -1 : 1))[
    (booked.length - 1) >> 1
  ]!;
  const sources = timely.map(({ name, snapshot }) => ({
    name,
    snapshot: withoutBooked(ageSnapshot(snapshot, time, name), bookedThrough),
  }));
  const panel = { sources, given: given.length, time, bookedThrough, quorum, rules };
  return { panel, rejections };
}

/** The sources whose component is of the time that most say; the others are reported. */
export function timelySources(
  { sources, rules }: Panel,
  field: ComponentTime,
  rejections: Rejection[],
): readonly Source[] {
  const middle = medianTime(sources.map(({ snapshot }) => snapshot[field]));
  return sources.filter(({ name, snapshot }) => {
    const reason = lateOrAhead(snapshot[field], middle, rules.maxAgeSeconds);
    if (reason !== undefined) rejections.push({ source: name, component: field, reason });
    return reason === undefined;
  });
}

export function requireQuorum(
  agreeing: number,
  quorum: number,
  given: number,
  component: string,
): void {
  if (agreeing >= quorum) return;
  throw new PlimsollError(
    'TOO_FEW_SOURCES',
    `${component}: ${agreeing} of ${given} sources agree, ${quorum} must; see which ones differ, ` +
      'and add a source or take out the faulty one',
  );
}
