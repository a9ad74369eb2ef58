// SPDX-License-Identifier: GPL-3.0-or-later
import { median } from '../../core/statistics.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import type { LiveSlice, UnderlyingMarket } from '../../model/types.ts';
import { scaleSlice } from '../surface/scale-slice.ts';
import { dequantise } from '../surface/quantise.ts';
import type { FitLimits } from '../surface/fit-limits.ts';
import { calibrateSurface } from '../surface/surface.ts';
import { totalVariance } from '../surface/svi.ts';
import type {
  ClampedSvi,
  ExpiryQuotes,
  FittedSlice,
  RefusalReason,
  VolQuote,
} from '../surface/types.ts';
import type { ChainSurface, ExpirySurface, SkippedExpiry } from './chain-surface.ts';

/*
 * An expiry that its quotes do not carry is not dropped: positions may be open in it, and what is not
 * listed is worth its intrinsic value. What it is given instead, and what that is worth, stands here.
 */

/** The smile expected of an expiry before its own quotes are asked. */
interface Prior {
  readonly origin: 'carried' | 'borrowed';
  /** Volatility at log-moneyness k. */
  readonly vol: (k: number) => number;
  readonly confidenceQ10: bigint;
  /** Of --base, where it is from there. */
  readonly slice?: LiveSlice;
  readonly remark: string;
}

export interface Completion {
  /** The same underlying in the base snapshot, read at the new time. */
  readonly base?: UnderlyingMarket;
  /** Seconds from the base snapshot to the new one. */
  readonly elapsedSeconds: number;
  /** USD. */
  readonly index: number;
  /** The new snapshot's time, unix seconds. */
  readonly time: number;
  readonly limits: FitLimits;
  /** A carried slice loses half its confidence in this time. */
  readonly carryHalfLifeSeconds: number;
}

/** A slice that was not fitted to quotes of its own says so: below the 0.55 that costs margin. */
const MOST_CONFIDENCE_Q10 = 512;

/** Nodes of a prior, in standard deviations of the money. */
const NODES = Array.from({ length: 11 }, (_, index) => (index - 5) / 2);
/** Own quotes and nodes of the prior keep this distance, in standard deviations. */
const GAP = 0.25;
/** So wide that a close quote outweighs a node of a prior by 100 to 1. */
const PRIOR_SPREAD = 0.1;
const OUTERMOST = 3;

const yearsTo = (expiry: number | bigint, time: number): number =>
  (Number(expiry) - time) / SECONDS_PER_YEAR;

const volOf = (svi: ClampedSvi, years: number, k: number): number =>
  Math.sqrt(Math.max(totalVariance(svi, k), 0) / years);

const day = (expiry: number): string =>
  new Date(expiry * 1000).toISOString().slice(0, 16).replace('T', ' ');

interface Neighbour {
  readonly expiry: number;
  readonly years: number;
  readonly svi: ClampedSvi;
}

function fittedOf({ expiries }: ChainSurface, time: number): Neighbour[] {
  return expiries.flatMap(({ expiry, fit }) =>
    fit.state === 'fitted' ? [{ expiry, years: yearsTo(expiry, time), svi: fit.svi }] : [],
  );
}

/** `value` of the neighbours before and after, linear in the logarithm of time; flat outside. */
function between<T extends { readonly years: number }>(
  points: readonly T[],
  years: number,
  value: (point: T) => number,
): number {
  const after = points.findIndex((point) => point.years >= years);
  const right = points[after];
  const left = points[after < 0 ? points.length - 1 : after - 1];
  if (left === undefined || right === undefined) return value((left ?? right)!);
  const share = Math.log(years / left.years) / Math.log(right.years / left.years);
  return value(left) * (1 - share) + value(right) * share;
}

/**
 * Between two expiries total variance is linear in time at every k, which is free of calendar
 * arbitrage; beyond the first or last the smile keeps its shape in standard deviations.
 */
function borrowedVol(neighbours: readonly Neighbour[], years: number): (k: number) => number {
  const after = neighbours.findIndex((neighbour) => neighbour.years > years);
  const right = neighbours[after];
  const left = neighbours[after < 0 ? neighbours.length - 1 : after - 1];
  if (left === undefined || right === undefined) {
    const { svi, years: own } = (left ?? right)!;
    return (k) => volOf(svi, own, k * Math.sqrt(own / years));
  }
  const share = (years - left.years) / (right.years - left.years);
  return (k) => {
    const [low, high] = [totalVariance(left.svi, k), totalVariance(right.svi, k)];
    return Math.sqrt(Math.max(low + (high - low) * share, 0) / years);
  };
}

/** One expiry as the base had it and as its quotes have it now, by standard deviations from the money. */
interface MovedSmile {
  readonly years: number;
  readonly logMove: (z: number) => number;
}

function movedSmiles(neighbours: readonly Neighbour[], base: UnderlyingMarket): MovedSmile[] {
  return neighbours.flatMap(({ expiry, years, svi }) => {
    const slice = base.slices.find((candidate) => Number(candidate.expiry) === expiry);
    if (slice?.state !== 'live') return [];
    const before = dequantise(slice);
    const [now, then] = [volOf(svi, years, 0), volOf(before, years, 0)];
    if (now === 0 || then === 0) return [];
    const root = Math.sqrt(years);
    const logMove = (z: number): number =>
      Math.log(volOf(svi, years, z * now * root) / volOf(before, years, z * then * root));
    return [{ years, logMove }];
  });
}

/**
 * By what factor volatilities have moved since the base at the time of an expiry, so many standard
 * deviations from the money: as those of the expiries beside it did there, so that a skew that
 * steepens is carried too. Beyond the last expiry known a move fades with the root of time: news
 * moves the near end most.
 */
function moveSinceBase(
  neighbours: readonly Neighbour[],
  base: UnderlyingMarket,
  years: number,
): (z: number) => number {
  const moves = movedSmiles(neighbours, base);
  const last = moves.at(-1);
  if (last === undefined) return () => 1;
  const fade = Math.min(1, Math.sqrt(last.years / years));
  return (z) => Math.exp(fade * between(moves, years, ({ logMove }) => logMove(z)));
}

function priorOf(
  expiry: number,
  neighbours: readonly Neighbour[],
  { base, elapsedSeconds, time, carryHalfLifeSeconds }: Completion,
): Prior | undefined {
  const years = yearsTo(expiry, time);
  const slice = base?.slices.find((candidate) => Number(candidate.expiry) === expiry);
  if (base !== undefined && slice?.state === 'live') {
    const svi = dequantise(slice);
    const moveAt = moveSinceBase(neighbours, base, years);
    const move = moveAt(0);
    const stdDev = Math.max(volOf(svi, years, 0) * move * Math.sqrt(years), 1e-9);
    const decay = 2 ** (-elapsedSeconds / carryHalfLifeSeconds);
    const confidence = Math.floor(Number(slice.confidenceQ10) * decay);
    return {
      origin: 'carried',
      // The shape stays in standard deviations, which have become wider by the move at the money.
      vol: (k) => volOf(svi, years, k / move) * moveAt(k / stdDev),
      confidenceQ10: BigInt(Math.min(confidence, MOST_CONFIDENCE_Q10)),
      slice,
      remark:
        `carried from --base, ${Math.round(elapsedSeconds)} s older` +
        (move === 1 ? '' : `, volatilities times ${move.toFixed(3)} as the fitted expiries moved`),
    };
  }
  if (neighbours.length === 0) return undefined;
  return {
    origin: 'borrowed',
    vol: borrowedVol(neighbours, years),
    confidenceQ10: 0n,
    remark: 'drawn through the fitted expiries beside it',
  };
}

/** Quotes that say something true but too little; those of a failed fit contradict each other. */
function isThin(reason: RefusalReason): boolean {
  return reason === 'too-few-quotes' || reason === 'one-sided';
}

/** An expiry on its way to a slice that is not fitted to its own quotes alone. */
interface Draft {
  readonly entry: ExpirySurface;
  readonly prior: Prior;
  /** Own quotes that are believed. */
  readonly own: readonly VolQuote[];
}

/** The prior at the level of the quotes there are, and the quotes themselves. */
function quotesOf({ entry, prior, own }: Draft, time: number): ExpiryQuotes {
  const { expiry } = entry;
  const forward = entry.forward.forward;
  const years = yearsTo(expiry, time);
  const known = own
    .map((quote) => ({ ...quote, k: Math.log(quote.strike / forward) }))
    .sort((left, right) => left.k - right.k);
  const levelOf = (quotes: readonly (typeof known)[number][]): number =>
    quotes.length === 0 ? 1 : median(quotes.map(({ k, vol }) => vol / prior.vol(k)));
  const stdDev = prior.vol(0) * levelOf(known) * Math.sqrt(years);
  const [low, high] = [known[0]?.k ?? 0, known.at(-1)?.k ?? 0];
  const [below, above] = [levelOf(known.slice(0, OUTERMOST)), levelOf(known.slice(-OUTERMOST))];
  const nodes = NODES.map((z) => z * stdDev)
    .filter((k) => known.length === 0 || k < low - GAP * stdDev || k > high + GAP * stdDev)
    .map((k): VolQuote => {
      const vol = prior.vol(k) * (k < low ? below : above);
      return { strike: forward * Math.exp(k), vol, volSpread: 2 * PRIOR_SPREAD * vol };
    });
  const quotes = [...known.map(({ k: _k, ...quote }) => quote), ...nodes];
  return { ...entry.input, quotes, isSoft: true };
}

function confidenceOf({ entry, prior, own }: Draft, fit: FittedSlice, limits: FitLimits): bigint {
  if (own.length === 0) return prior.confidenceQ10;
  const ks = own.map(({ strike }) => Math.log(strike / entry.forward.forward));
  const years = Number(entry.input.tau) / SECONDS_PER_YEAR;
  const stdDev = Math.max(volOf(fit.svi, years, 0) * Math.sqrt(years), 1e-9);
  const reach = Math.max(0, Math.min(-Math.min(...ks), Math.max(...ks)) / stdDev);
  const share =
    Math.min(1, own.length / limits.leastQuotes) * Math.min(1, reach / limits.leastReach);
  const narrow = Math.floor(Math.min(Number(fit.confidenceQ10), MOST_CONFIDENCE_Q10) * share);
  // Quotes of its own do not make a carried smile worse.
  return BigInt(Math.max(narrow, Number(prior.confidenceQ10)));
}

function remarkOf({ prior, own, entry }: Draft): string {
  if (own.length === 0) return prior.remark;
  const ks = own.map(({ strike }) => Math.log(strike / entry.forward.forward));
  const range = `${Math.min(...ks).toFixed(2)} … ${Math.max(...ks).toFixed(2)}`;
  return `fitted to its ${own.length} quotes over k ${range}; beyond them ${prior.remark}`;
}

/** The base's slice as it is, moved to the level of the market, where no fit was to be had. */
function asItWas({ entry, prior }: Draft, time: number): FittedSlice | undefined {
  if (prior.slice === undefined) return undefined;
  const years = yearsTo(entry.expiry, time);
  const move = prior.vol(0) / Math.max(volOf(dequantise(prior.slice), years, 0), 1e-9);
  const surface = scaleSlice(prior.slice, move * move);
  const svi = dequantise(surface);
  const none = { quotes: 0, vol: NO_ERROR, price: NO_ERROR };
  return {
    state: 'fitted',
    expiry: BigInt(entry.expiry),
    surface,
    svi,
    confidenceQ10: 0n,
    diagnostics: {
      quoteCount: 0,
      outliers: 0,
      whole: none,
      core: none,
      butterflyMargin: NaN,
      clampKink: NaN,
      calendarMargin: NaN,
      binding: [],
    },
  };
}

const NO_ERROR = { rms: 0, median: 0, max: 0 };

/** A live slice of the base that the chain did not even try, as an expiry without quotes. */
function absentExpiries(surface: ChainSurface, { base, index, time }: Completion): ExpirySurface[] {
  const tried = new Set(surface.expiries.map(({ expiry }) => expiry));
  const skipped = new Map(
    surface.skipped.map((entry): [number, SkippedExpiry] => [entry.expiry, entry]),
  );
  return (base?.slices ?? []).flatMap((slice) => {
    const expiry = Number(slice.expiry);
    if (slice.state !== 'live' || expiry <= time || tried.has(expiry)) return [];
    const forward = (index * Number(slice.forwardRatioQ30)) / 2 ** 30;
    return [emptyExpiry(expiry, forward, time, skipped.get(expiry))];
  });
}

function emptyExpiry(
  expiry: number,
  forward: number,
  time: number,
  skipped: SkippedExpiry | undefined,
): ExpirySurface {
  const why = skipped?.message ?? 'the chain has no quotes of it';
  return {
    expiry,
    listed: skipped?.listed ?? 0,
    openInterest: 0,
    forward: { forward, source: 'base' },
    quotes: { used: [], dropped: {} },
    // What the feed says of it contradicts itself: whatever is taken instead is worth nothing.
    agreement: skipped?.reason === 'contradicted' ? 0 : 1,
    origin: 'carried',
    input: { expiry: BigInt(expiry), tau: BigInt(expiry - time), forward, quotes: [] },
    fit: {
      state: 'refused',
      expiry: BigInt(expiry),
      reason: 'too-few-quotes',
      message: `${day(expiry)} UTC: ${why}`,
    },
  };
}

/**
 * Gives every expiry of the chain, and every live one of the base, a slice: fitted to what quotes it
 * has with the wings of the prior, or the prior itself at the level of the market. The prior is the
 * base's smile, else the expiries beside it. All are fitted again beside those that their quotes
 * carry, under the same constraints, with so little weight that those hardly move. Where the chain
 * carries no expiry at all nothing is completed: there is no level to move anything to.
 */
export function completeSurface(surface: ChainSurface, completion: Completion): ChainSurface {
  const { time, limits } = completion;
  const neighbours = fittedOf(surface, time);
  const absent = absentExpiries(surface, completion);
  const all = [...surface.expiries, ...absent].sort((left, right) => left.expiry - right.expiry);
  if (neighbours.length === 0 || all.every(({ fit }) => fit.state === 'fitted')) return surface;
  const drafts = new Map<number, Draft>();
  for (const entry of all) {
    if (entry.fit.state === 'fitted') continue;
    const prior = priorOf(entry.expiry, neighbours, completion);
    if (prior === undefined) continue;
    drafts.set(entry.expiry, {
      entry,
      prior,
      own: isThin(entry.fit.reason) ? entry.input.quotes : [],
    });
  }
  const inputs = all.flatMap((entry) => {
    if (entry.fit.state === 'fitted') return [entry.input];
    const draft = drafts.get(entry.expiry);
    return draft === undefined ? [] : [quotesOf(draft, time)];
  });
  const fits = new Map(
    calibrateSurface(inputs, limits).slices.map((fit) => [Number(fit.expiry), fit]),
  );
  const given = new Set(absent.map(({ expiry }) => expiry));
  return {
    expiries: all.map((entry): ExpirySurface => {
      const draft = drafts.get(entry.expiry);
      const again = fits.get(entry.expiry);
      if (draft === undefined) return again?.state === 'fitted' ? { ...entry, fit: again } : entry;
      const fit = again?.state === 'fitted' ? again : asItWas(draft, time);
      if (fit === undefined) return entry;
      const refusal = entry.fit.state === 'refused' ? entry.fit.message : '';
      return {
        ...entry,
        origin: draft.own.length > 0 ? 'narrow' : draft.prior.origin,
        remark: `${refusal}; ${remarkOf(draft)}`,
        fit: {
          ...fit,
          confidenceQ10: again === fit ? confidenceOf(draft, fit, limits) : fit.confidenceQ10,
        },
      };
    }),
    skipped: surface.skipped.filter(({ expiry }) => !given.has(expiry)),
  };
}
