// SPDX-License-Identifier: GPL-3.0-or-later
import { divFloor, max, min } from '../risk/pricing/fixed-point.ts';
import { isOption } from '../model/instrument.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import { UNDERLYINGS, type Portfolio, type UnderlyingId } from '../model/types.ts';
import { nearestCrossing } from './crossing.ts';
import {
  MAX_INDEX_E4,
  noShock,
  repriceMarket,
  shockSnapshot,
  VOL_UNCHANGED,
  type MarketShock,
} from './shock.ts';

export const REQUIREMENTS = ['mm', 'im'] as const;
export type RequirementName = (typeof REQUIREMENTS)[number];

/** The nearest level in one direction at which the account crosses a requirement. */
export interface MarginLevel {
  /** What the account is now: equity ≥ requirement, or not. */
  readonly healthyNow: boolean;
  /** The last level, counted from today's, in the state of now; absent: no crossing found. */
  readonly lastBefore: bigint | undefined;
  /** The next unit: the first level in the other state. */
  readonly level: bigint | undefined;
  /** Beyond it, the nearest first level that is in the state of now again; absent: none found. */
  readonly second: bigint | undefined;
  /** How far was searched. */
  readonly searchedTo: bigint;
}

export type LevelsByRequirement = Readonly<Record<RequirementName, MarginLevel>>;

export interface LevelSearch {
  /** Today's level: index E4, or volatilities in 10⁻⁶ of today's. */
  readonly now: bigint;
  readonly up: LevelsByRequirement;
  readonly down: LevelsByRequirement;
}

export interface MarginLevels {
  /** Of each underlying that the account is exposed to; index E4. */
  readonly index: readonly (LevelSearch & { readonly underlying: UnderlyingId })[];
  /** All volatilities of both underlyings together, 10⁻⁶; absent without live options. */
  readonly vol: LevelSearch | undefined;
}

/** Steps away from today's level in 10⁻⁴, up to ten times it: fine where calls happen. */
function* steps(limitBps: bigint): Generator<bigint> {
  const ladder: readonly (readonly [upTo: bigint, step: bigint])[] = [
    [10n, 10n],
    [50n, 20n],
    [1_000n, 100n],
    [4_000n, 200n],
    [10_000n, 600n],
    [20_000n, 2_000n],
    [limitBps, 10_000n],
  ];
  let at = 0n;
  for (const [upTo, step] of ladder) {
    while (at < min(upTo, limitBps)) {
      at = min(at + step, limitBps);
      yield at;
    }
  }
}

const BPS = 10_000n;

function levelsUp(now: bigint, multiple: bigint, limit: bigint): bigint[] {
  const levels = [now];
  for (const bps of steps((multiple - 1n) * BPS)) {
    const level = min((now * (BPS + bps)) / BPS, limit);
    if (level > (levels.at(-1) as bigint)) levels.push(level);
  }
  return levels;
}

/** The same ratios downwards. */
function levelsDown(now: bigint, multiple: bigint): bigint[] {
  const levels = [now];
  for (const bps of steps((multiple - 1n) * BPS)) {
    const level = max(divFloor(now * BPS, BPS + bps), 1n);
    if (level < (levels.at(-1) as bigint)) levels.push(level);
  }
  return levels;
}

function search(
  portfolio: Portfolio,
  market: PricedMarket,
  shockAt: (level: bigint) => MarketShock,
  now: bigint,
  up: readonly bigint[],
  down: readonly bigint[],
): LevelSearch {
  // Both requirements and both directions ask at the same levels.
  const known = new Map<bigint, Readonly<Record<RequirementName, bigint>>>();
  const excess = (requirement: RequirementName, level: bigint): bigint => {
    let found = known.get(level);
    if (found === undefined) {
      const { snapshot } = shockSnapshot(market.snapshot, shockAt(level), market.parameters);
      const { equityE6, mmE6, imE6 } = marginPortfolio(portfolio, repriceMarket(market, snapshot));
      found = { mm: equityE6 - mmE6, im: equityE6 - imE6 };
      known.set(level, found);
    }
    return found[requirement];
  };
  const nearest = (requirement: RequirementName, levels: readonly bigint[]): MarginLevel => {
    const of = (level: bigint): bigint => excess(requirement, level);
    const crossing = nearestCrossing(of, levels);
    const isBeyond = (level: bigint, from: bigint): boolean =>
      from > now ? level > from : level < from;
    const beyond =
      crossing === undefined
        ? []
        : [crossing.after, ...levels.filter((level) => isBeyond(level, crossing.after))];
    return {
      healthyNow: excess(requirement, now) >= 0n,
      lastBefore: crossing?.before,
      level: crossing?.after,
      second: nearestCrossing(of, beyond)?.after,
      searchedTo: levels.at(-1) ?? now,
    };
  };
  const both = (levels: readonly bigint[]): LevelsByRequirement => ({
    mm: nearest('mm', levels),
    im: nearest('im', levels),
  });
  return { now, up: both(up), down: both(down) };
}

/** An index is searched up to ten times today's and down to a tenth, volatilities to five times. */
const INDEX_MULTIPLE = 10n;
const VOL_MULTIPLE = 5n;

function isExposed(u: UnderlyingId, portfolio: Portfolio, { parameters }: PricedMarket): boolean {
  return (
    portfolio.positions.some(({ instrument }) => instrument.underlying === u) ||
    portfolio.collateralE8.some(
      (balanceE8, c) => balanceE8 > 0n && parameters.collateral[c as 0 | 1 | 2].underlying === u,
    )
  );
}

/**
 * Where the market must go for the account to cross its margins: each index alone (forwards by
 * ratio, strikes keep their volatility), and all volatilities in proportion (prices unmoved). On
 * the exact model; to the unit.
 */
export function marginLevels(portfolio: Portfolio, market: PricedMarket): MarginLevels {
  const still = noShock(market.snapshot);
  const index = UNDERLYINGS.filter((u) => isExposed(u, portfolio, market)).map((u) => {
    const { indexE4: now } = market.snapshot.underlyings[u];
    const shockAt = (level: bigint): MarketShock => ({
      ...still,
      indexE4: u === 0 ? [level, still.indexE4[1]] : [still.indexE4[0], level],
    });
    const up = levelsUp(now, INDEX_MULTIPLE, MAX_INDEX_E4);
    const down = levelsDown(now, INDEX_MULTIPLE);
    return { underlying: u, ...search(portfolio, market, shockAt, now, up, down) };
  });
  const hasLiveOptions = portfolio.positions.some(
    ({ instrument }) => isOption(instrument) && market.expiry(instrument).surface !== undefined,
  );
  if (!hasLiveOptions) return { index, vol: undefined };
  const vol = search(
    portfolio,
    market,
    (level) => ({ ...still, volPpm: [level, level] }),
    VOL_UNCHANGED,
    levelsUp(VOL_UNCHANGED, VOL_MULTIPLE, VOL_UNCHANGED * VOL_MULTIPLE),
    levelsDown(VOL_UNCHANGED, VOL_MULTIPLE),
  );
  return { index, vol };
}
