// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import type { LiveSlice, Slice, UnderlyingMarket } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { FittedSlice } from '../surface/types.ts';
import { MAX_SLICES } from '../../model/types.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import type { Chain } from '../feeds/chain.ts';
import { dropText } from '../feeds/clean.ts';
import { utcText } from '../feeds/clock.ts';
import type { ChainSurface, ExpirySurface } from './chain-surface.ts';
import type { Completion } from './complete-surface.ts';
import { completeSurface } from './complete-surface.ts';
import { confidenceFloorQ10 } from './confidence.ts';
import { indexAgreement } from './contradictions.ts';
import type { Level } from '../feeds/levels.ts';
import { indexOf, perpetualOf } from '../feeds/levels.ts';
import type { UnderlyingInputs } from '../../documents/market-inputs-document.ts';

/** Where a figure of the snapshot came from, when it was not simply read from the feed. */
export interface Note {
  /** `BTC perpetualMarkE4`. */
  readonly field: string;
  readonly note: string;
}

export interface BuiltUnderlying {
  readonly market: UnderlyingMarket;
  /** With what was done for the expiries that their quotes do not carry. */
  readonly surface: ChainSurface;
  readonly indexTime: number;
  readonly perpetualTime: number;
  readonly notes: readonly Note[];
  /** Fitted expiries that twelve slices have no room for. */
  readonly crowdedOut: readonly number[];
}

/** Inputs with the time they are of. */
export interface TimedInputs extends UnderlyingInputs {
  readonly time: number;
}

const THIRTY_DAYS = 30 * 86_400;

export const toE4 = (price: number): bigint => BigInt(Math.round(price * 1e4));

/** From documents and flags before the feed; the feed's own otherwise. */
function chooseLevel(
  inputs: readonly TimedInputs[],
  field: 'indexE4' | 'perpetualMarkE4',
  own: Level | undefined,
): Level | undefined {
  const given = inputs.find((entry) => entry[field] !== undefined);
  if (given === undefined) return own;
  const price = Number(given[field]) / 1e4;
  return { price, time: given.time, confidenceQ10: 1024n, source: 'market inputs' };
}

function nearestOf(surface: ChainSurface) {
  const [nearest] = surface.expiries;
  return nearest && { expiry: nearest.expiry, forward: nearest.forward.forward };
}

function sliceOf(
  { forward, agreement }: ExpirySurface,
  fit: FittedSlice,
  indexE4: bigint,
): LiveSlice {
  const forwardE4 = toE4(forward.forward);
  // The engine rounds index·ratio up: the largest ratio that does not exceed the forward.
  const forwardRatioQ30 = (forwardE4 << 30n) / indexE4;
  const { expiry, surface } = fit;
  const confidenceQ10 = confidenceFloorQ10(fit.confidenceQ10, 1, 1, 1 - agreement, 1);
  return { state: 'live', expiry, forwardRatioQ30, ...surface, confidenceQ10 };
}

/**
 * At most twelve slices: those that have expired, those of the base, in which positions may be open,
 * those in which some are known to be, then the others with the largest open interest, the earlier of two equal ones.
 */
function keep(
  surface: ChainSurface,
  base: readonly Slice[],
  open: readonly number[],
): { kept: ExpirySurface[]; out: number[] } {
  const waiting = base.filter(({ state }) => state === 'expired').length;
  const listed = new Set(base.map(({ expiry }) => Number(expiry)));
  const fitted = surface.expiries.filter(({ fit }) => fit.state === 'fitted');
  const rank = ({ expiry }: ExpirySurface): number =>
    listed.has(expiry) ? 0 : open.includes(expiry) ? 1 : 2;
  const ranked = [...fitted].sort(
    (left, right) =>
      rank(left) - rank(right) ||
      right.openInterest - left.openInterest ||
      left.expiry - right.expiry,
  );
  const chosen = new Set(ranked.slice(0, Math.max(MAX_SLICES - waiting, 0)));
  return {
    kept: fitted.filter((entry) => chosen.has(entry)),
    out: fitted.filter((entry) => !chosen.has(entry)).map(({ expiry }) => expiry),
  };
}

/** At-the-money volatility of the fitted expiry nearest to 30 days, Q20. */
function monthVolQ20(kept: readonly ExpirySurface[], time: number): bigint {
  const distance = ({ expiry }: ExpirySurface) => Math.abs(expiry - time - THIRTY_DAYS);
  const nearest = kept.reduce((best, entry) => (distance(entry) < distance(best) ? entry : best));
  const { svi } = nearest.fit as FittedSlice;
  const variance = svi.a - svi.c * svi.m + svi.b * Math.hypot(svi.m, svi.sigma);
  const vol = Math.sqrt((variance * SECONDS_PER_YEAR) / (nearest.expiry - time));
  return BigInt(Math.round(vol * 2 ** 20));
}

/** Why not one expiry could be fitted, in the words of the first, with what was dropped from it. */
function noSurface(symbol: string, { expiries, skipped }: ChainSurface): PlimsollError {
  const [tried] = expiries;
  const [left] = skipped;
  const count = expiries.length + skipped.length;
  let first = 'there is no quote';
  if (tried?.fit.state === 'refused') {
    first = `${tried.fit.message} (dropped: ${dropText(tried.quotes.dropped)})`;
  } else if (left !== undefined) first = `${utcText(left.expiry)} UTC: ${left.message}`;
  return new PlimsollError(
    'NO_SURFACE',
    `${symbol}: none of ${count} expiries could be fitted; the first: ${first}`,
  );
}

function requireLevel(level: Level | undefined, { underlying, files }: Chain): Level {
  const symbol = UNDERLYING_SYMBOLS[underlying];
  if (level === undefined) {
    throw new InvalidInput(
      `${symbol} index`,
      `no row of ${files.join(', ')} carries it, and the nearest forward is more than two days ` +
        `away: give --index ${symbol}=<USD>, or add a response that has it`,
    );
  }
  return level;
}

/**
 * The market of one underlying from its chain. `inputs` come in order of precedence; `base` is the
 * same underlying in an earlier snapshot, read and settled at `time`.
 */
export function buildUnderlying(
  chain: Chain,
  fitted: ChainSurface,
  inputs: readonly TimedInputs[],
  { base, time, open, ...limits }: Omit<Completion, 'index'> & { readonly open: readonly number[] },
): BuiltUnderlying {
  const symbol = UNDERLYING_SYMBOLS[chain.underlying];
  const notes: Note[] = [];
  const remark = (field: string, note: string) => notes.push({ field: `${symbol} ${field}`, note });

  const index = requireLevel(
    chooseLevel(inputs, 'indexE4', indexOf(chain, nearestOf(fitted))),
    chain,
  );
  if (index.source !== 'feed') remark('indexE4', index.source);
  const indexE4 = toE4(index.price);

  const agreement = indexAgreement(index.price, nearestOf(fitted), chain.time, `${symbol} index`);

  const ownPerpetual = chooseLevel(inputs, 'perpetualMarkE4', perpetualOf(chain));
  const perpetual = ownPerpetual ?? index;
  if (ownPerpetual === undefined) {
    remark('perpetualMarkE4', `none given: the index; give --perpetual ${symbol}=<USD>`);
  }

  const surface = completeSurface(fitted, {
    ...limits,
    ...(base === undefined ? {} : { base }),
    time,
    index: index.price,
  });
  const waiting = (base?.slices ?? []).filter(({ state }) => state === 'expired');
  const { kept, out } = keep(surface, base?.slices ?? [], open);
  if (kept.length === 0) throw noSurface(symbol, surface);
  // What waits has passed at `time`, and so comes before everything that was fitted.
  const slices: Slice[] = [
    ...waiting,
    ...kept.map((entry) => sliceOf(entry, entry.fit as FittedSlice, indexE4)),
  ];

  const choose = (field: 'depthQuote' | 'realisedVolQ20' | 'forecastVolQ20'): bigint => {
    const given = inputs.find((entry) => entry[field] !== undefined)?.[field];
    if (given !== undefined) return given;
    if (base !== undefined) {
      remark(field, 'none given: that of --base');
      return base[field];
    }
    if (field === 'depthQuote') {
      remark(
        field,
        `none given: 0, which charges all dollar delta at the last concentration band; ` +
          `give --depth ${symbol}=<USD>`,
      );
      return 0n;
    }
    remark(field, 'none given: the at-the-money volatility of the expiry nearest to 30 days');
    return monthVolQ20(kept, time);
  };

  return {
    market: {
      indexE4,
      perpetualMarkE4: toE4(perpetual.price),
      confidenceQ10: confidenceFloorQ10(index.confidenceQ10, 1, 1, 1 - agreement, 1),
      depthQuote: choose('depthQuote'),
      realisedVolQ20: choose('realisedVolQ20'),
      forecastVolQ20: choose('forecastVolQ20'),
      slices,
    },
    surface,
    indexTime: index.time,
    perpetualTime: perpetual.time,
    notes,
    crowdedOut: out,
  };
}
