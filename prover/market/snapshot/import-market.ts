// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import type { MarketSnapshot, Pair, Triple, UnderlyingId } from '../../model/types.ts';
import type { CollateralMarket } from '../../model/types.ts';
import { COLLATERAL_SYMBOLS, UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { parseSnapshotValue, snapshotDocument } from '../../documents/snapshot-document.ts';
import { durationText, utcText } from '../feeds/clock.ts';
import { ageSnapshot } from './age-slice.ts';
import type { Chain } from '../feeds/chain.ts';
import { chainOf } from '../feeds/chain.ts';
import { indexOf } from '../feeds/levels.ts';
import type { ChainSurface } from './chain-surface.ts';
import { surfaceOfChain } from './chain-surface.ts';
import type { DeliveryPrice } from '../feeds/deliveries.ts';
import type { QuoteLimits } from '../feeds/clean.ts';
import { DEFAULT_QUOTE_LIMITS } from '../feeds/clean.ts';
import type { Feed } from '../feeds/feed.ts';
import type { MarketInputs } from '../../documents/market-inputs-document.ts';
import type { FitLimits } from '../surface/fit-limits.ts';
import { DEFAULT_FIT_LIMITS } from '../surface/fit-limits.ts';
import { bookedThroughOf, settlementsOf } from './settlements.ts';
import type { ExpiredEvent, Settlement } from './settle.ts';
import { settleSnapshot } from './settle.ts';
import type { Repricing } from './repricing.ts';
import { repriceChain } from './repricing.ts';
import type { BuiltUnderlying, Note } from './underlying.ts';
import { buildUnderlying, toE4 } from './underlying.ts';

export interface GivenInputs extends Omit<MarketInputs, 'time'> {
  readonly time?: number;
  /** Named in errors. */
  readonly file?: string;
}

export interface ImportRequest {
  readonly feeds: readonly Feed[];
  /** In order of precedence; one without a time is of the time of the quotes. */
  readonly inputs: readonly GivenInputs[];
  /** Supplies what the feeds do not: another underlying, expiries, depth, collateral. */
  readonly base?: MarketSnapshot;
  readonly limits?: ImportLimits;
  /** Prices that somebody named, expiry by expiry. */
  readonly settlements?: readonly Settlement[];
  readonly deliveries?: readonly DeliveryPrice[];
  /** Expiries in which positions are known to be open: new ones of them are listed first. */
  readonly openExpiries?: readonly OpenExpiry[];
  /** Every position whose expiry is not after this has left the ledger (default: the base's). */
  readonly bookedThrough?: bigint;
}

export interface OpenExpiry {
  readonly underlying: UnderlyingId;
  /** Unix seconds. */
  readonly expiry: bigint;
}

export interface ImportLimits {
  readonly quotes: QuoteLimits;
  readonly fit: FitLimits;
  /** A slice carried from the base loses half its confidence in this time. */
  readonly carryHalfLifeSeconds: number;
  /** An expiry may wait this long for its settlement price. */
  readonly maxUnsettledSeconds: number;
}

export const DEFAULT_IMPORT_LIMITS: ImportLimits = {
  quotes: DEFAULT_QUOTE_LIMITS,
  fit: DEFAULT_FIT_LIMITS,
  carryHalfLifeSeconds: 6 * 3600,
  maxUnsettledSeconds: 86_400,
};

/** One underlying that was read from a chain, with all that happened on the way. */
export interface ImportedUnderlying extends BuiltUnderlying {
  readonly chain: Chain;
  readonly surface: ChainSurface;
  readonly repricing: Repricing;
}

export interface MarketImport {
  readonly snapshot: MarketSnapshot;
  /** BTC, ETH; `undefined` where the base snapshot supplied it. */
  readonly underlyings: Pair<ImportedUnderlying | undefined>;
  readonly notes: readonly Note[];
  /** What became of the base's expiries that have passed. */
  readonly expired: readonly ExpiredEvent[];
  readonly bookedThrough: bigint;
}

const ONE_Q30 = 2n ** 30n;
/** A depth or a volatility older than a day is not of this market. */
const MAX_INPUT_AGE_SECONDS = 86_400;

/** Chains of different hours are no one market: the older is refused, with its age. */
function requireSameMoment(chains: Pair<Chain | undefined>, maxAgeSeconds: number): void {
  const known = chains.filter((chain) => chain !== undefined);
  const newest = known.reduce((best, chain) => Math.max(best, chain.time), -Infinity);
  const witness = known.find(({ time }) => time === newest);
  for (const { files, time } of known) {
    requireRule(
      newest - time <= maxAgeSeconds,
      `${files.join(', ')}: ts`,
      `the newest row is of ${utcText(time)} UTC, ${durationText(newest - time)} older than that ` +
        `of ${witness?.files.join(', ')}; at most ${maxAgeSeconds} s make one snapshot`,
    );
  }
}

/** The chains of a request's feeds, of BTC and of ETH. */
export function chainsOf(
  { feeds }: ImportRequest,
  { maxAgeSeconds }: QuoteLimits,
): Pair<Chain | undefined> {
  const of = (underlying: UnderlyingId): Chain | undefined => {
    const own = feeds.filter((feed) => feed.underlying === underlying);
    return own.length === 0 ? undefined : chainOf(underlying, own, maxAgeSeconds);
  };
  return [of(0), of(1)];
}

function requireBase(chains: Pair<Chain | undefined>, base: MarketSnapshot | undefined): void {
  const missing = UNDERLYINGS.filter((u) => chains[u] === undefined);
  if (missing.length === 0 || (base !== undefined && missing.length === 1)) return;
  const names = missing.map((u) => UNDERLYING_SYMBOLS[u]).join(' and ');
  throw new InvalidInput(
    '<file>',
    `no option chain of ${names}: a snapshot has BTC and ETH; add a file of ${names}` +
      (missing.length === 2
        ? ''
        : ', or --base <snapshot> to take it from an earlier one; --levels <file> alone writes ' +
          'market inputs of the one there is'),
  );
}

/** Market prices of collateral: as given, else of the base, else the index (stETH: ETH's). */
function collateralOf(
  request: ImportRequest,
  indicesE4: Pair<bigint>,
  notes: Note[],
): Triple<CollateralMarket> {
  const entries = request.inputs.flatMap(({ collateral }) => collateral);
  const of = (c: 0 | 1 | 2, underlying: UnderlyingId): CollateralMarket => {
    const asset = COLLATERAL_SYMBOLS[c];
    const given = entries.filter((entry) => entry.asset === asset);
    const price = given.find(({ marketPriceE4 }) => marketPriceE4 !== undefined)?.marketPriceE4;
    const rate = given.find((entry) => entry.redemptionRateQ30 !== undefined)?.redemptionRateQ30;
    const kept = request.base?.collateral[c];
    if (price === undefined) {
      const source =
        kept === undefined ? `the index of ${UNDERLYING_SYMBOLS[underlying]}` : '--base';
      notes.push({ field: `${asset} marketPriceE4`, note: `none given: that of ${source}` });
    }
    if (rate === undefined && asset === 'stETH') {
      const source = kept === undefined ? '1 ETH' : 'that of --base';
      notes.push({ field: 'stETH redemptionRateQ30', note: `none given: ${source}` });
    }
    return {
      marketPriceE4: price ?? kept?.marketPriceE4 ?? indicesE4[underlying],
      redemptionRateQ30: rate ?? kept?.redemptionRateQ30 ?? ONE_Q30,
    };
  };
  return [of(0, 0), of(1, 1), of(2, 1)];
}

/** Settlements and funding alone stay what they are, however old. */
function ages({ underlyings, collateral, settlements = [], funding = [] }: GivenInputs): boolean {
  return underlyings.length + collateral.length > 0 || settlements.length + funding.length === 0;
}

/** Prices date the snapshot; a depth or a volatility of a later moment does not. */
function carriesLevels({ underlyings, collateral }: GivenInputs): boolean {
  return (
    collateral.length > 0 ||
    underlyings.some(({ indexE4, perpetualMarkE4 }) => (indexE4 ?? perpetualMarkE4) !== undefined)
  );
}

function floorMin(times: readonly number[]): bigint {
  return BigInt(Math.floor(Math.min(...times)));
}

/**
 * The oldest quote a surface was fitted to. What was carried does not date it: one expiry without
 * quotes would stop the feed for all; its age is in the slice's own confidence.
 */
function oldestQuote({ expiries }: ChainSurface): number {
  return Math.min(
    ...expiries.flatMap(({ fit, quotes, origin }) =>
      fit.state === 'fitted' && (origin === 'quotes' || origin === 'narrow')
        ? quotes.used.map(({ time }) => time)
        : [],
    ),
  );
}

/** Each component is as old as the oldest part of it, over both underlyings and the base. */
function componentTimes(request: ImportRequest, time: number, parts: readonly BuiltPart[]) {
  const built = parts.filter((part) => part !== undefined);
  const base = parts.some((part) => part === undefined) ? request.base : undefined;
  const since = (field: 'indexTime' | 'perpetualTime' | 'forwardTime' | 'surfaceTime') =>
    base === undefined ? [] : [Number(base[field])];
  const surfaces = built.map(({ surface }) => oldestQuote(surface));
  const given = request.inputs.filter(({ collateral }) => collateral.length > 0);
  const indexTimes = [...built.map(({ indexTime }) => indexTime), ...since('indexTime')];
  const collateralTimes = [
    ...given.map((entry) => entry.time ?? time),
    ...(request.base === undefined ? indexTimes : [Number(request.base.collateralTime)]),
  ];
  return {
    indexTime: floorMin(indexTimes),
    perpetualTime: floorMin([
      ...built.map(({ perpetualTime }) => perpetualTime),
      ...since('perpetualTime'),
    ]),
    forwardTime: floorMin([...surfaces, ...since('forwardTime')]),
    surfaceTime: floorMin([...surfaces, ...since('surfaceTime')]),
    collateralTime: floorMin(collateralTimes),
  };
}

/** The base read at the new time, its passed expiries settled and those that were booked gone. */
function settledBase(
  request: ImportRequest,
  chains: Pair<Chain | undefined>,
  { maxUnsettledSeconds }: ImportLimits,
  time: number,
): Pick<MarketImport, 'expired' | 'bookedThrough'> & { readonly base?: MarketSnapshot } {
  if (request.base === undefined) {
    return { expired: [], bookedThrough: request.bookedThrough ?? 0n };
  }
  const aged = ageSnapshot(request.base, BigInt(time), '--base');
  const indicesE4 = chains.map((chain) => {
    const price = chain === undefined ? undefined : indexOf(chain, undefined)?.price;
    return price === undefined ? undefined : toE4(price);
  });
  const bookedThrough = bookedThroughOf(request, BigInt(time));
  const settlements = settlementsOf(request, aged, indicesE4);
  const { snapshot, events } = settleSnapshot(
    aged,
    { settlements, bookedThrough, maxUnsettledSeconds: BigInt(maxUnsettledSeconds) },
    indicesE4,
  );
  return { base: snapshot, expired: events, bookedThrough };
}

type BuiltPart = Omit<ImportedUnderlying, 'repricing'> | undefined;

/**
 * From feeds to a snapshot that passes every document rule. Throws `InvalidInput` where the input
 * is at fault and `PlimsollError` (`NO_SURFACE`, `NO_QUOTES`) where it cannot be made into one.
 */
export function importMarket(request: ImportRequest): MarketImport {
  const limits = request.limits ?? DEFAULT_IMPORT_LIMITS;
  const chains = chainsOf(request, limits.quotes);
  requireBase(chains, request.base);
  requireSameMoment(chains, limits.quotes.maxAgeSeconds);
  const newest = chains.flatMap((chain) => (chain === undefined ? [] : [chain.time]));
  const levels = request.inputs.filter(carriesLevels);
  const dated = levels.flatMap((entry) => (entry.time === undefined ? [] : [entry.time]));
  const time = Math.ceil(Math.max(...newest, ...dated));
  for (const { time: from, file = 'market inputs' } of request.inputs.filter(ages)) {
    requireRule(
      from === undefined || time - from <= MAX_INPUT_AGE_SECONDS,
      `${file}: time`,
      'is more than a day before the quotes: give inputs of the same day',
    );
  }
  const { base, expired, bookedThrough } = settledBase(request, chains, limits, time);

  const build = (u: UnderlyingId): BuiltPart => {
    const chain = chains[u];
    if (chain === undefined) return undefined;
    const surface = surfaceOfChain(chain, time, limits);
    const own = request.inputs.flatMap((entry) =>
      entry.underlyings
        .filter(({ symbol }) => symbol === UNDERLYING_SYMBOLS[u])
        .map((inputs) => ({ ...inputs, time: entry.time ?? chain.time })),
    );
    const built = buildUnderlying(chain, surface, own, {
      ...(base === undefined ? {} : { base: base.underlyings[u] }),
      elapsedSeconds: time - Number(request.base?.time ?? time),
      time,
      limits: limits.fit,
      carryHalfLifeSeconds: limits.carryHalfLifeSeconds,
      open: (request.openExpiries ?? []).flatMap(({ underlying, expiry }) =>
        underlying === u ? [Number(expiry)] : [],
      ),
    });
    return { ...built, chain };
  };
  const parts = [build(0), build(1)] as const;
  const notes = parts.flatMap((part) => part?.notes ?? []);
  for (const u of UNDERLYINGS) {
    if (parts[u] !== undefined) continue;
    const age = durationText(time - Number(request.base!.time));
    const note = `no chain given: all of it from --base, which is ${age} older`;
    notes.push({ field: UNDERLYING_SYMBOLS[u], note });
  }
  const markets = UNDERLYINGS.map((u) => parts[u]?.market ?? base!.underlyings[u]);
  const [btc, eth] = markets as [BuiltUnderlying['market'], BuiltUnderlying['market']];
  const assembled: MarketSnapshot = {
    time: BigInt(time),
    ...componentTimes(request, time, parts),
    bookedThrough,
    underlyings: [btc, eth],
    collateral: collateralOf(request, [btc.indexE4, eth.indexE4], notes),
  };
  const snapshot = parseSnapshotValue(snapshotDocument(assembled));
  const reprice = (part: BuiltPart): ImportedUnderlying | undefined =>
    part && { ...part, repricing: repriceChain(part.chain, snapshot) };
  return {
    snapshot,
    underlyings: [reprice(parts[0]), reprice(parts[1])],
    notes,
    expired,
    bookedThrough,
  };
}
