// SPDX-License-Identifier: GPL-3.0-or-later
import type { LiveSlice, Slice, UnderlyingId } from '../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { calibrateSurface } from '../surface/surface.ts';
import type { ExpiryQuotes } from '../surface/types.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import { CONFIDENCE_SCALE, confidenceFloorQ10 } from '../snapshot/confidence.ts';
import { MAX_SLICES } from '../../model/types.ts';
import { medianFloor, robustMedian } from './robust-median.ts';
import type { Tolerance } from './robust-median.ts';
import { medianSmile } from './smiles.ts';
import type { Panel, Rejection, Source } from './sources.ts';

/** Shares of the median. */
const FORWARD: Tolerance = { floor: 0.001, cap: CONFIDENCE_SCALE.index };
const SETTLEMENT: Tolerance = { floor: 0.0001, cap: 0.001 };

export interface LeftOut {
  /** `BTC 2026-03-27T08:00:00Z`. */
  readonly slice: string;
  readonly message: string;
}

export interface CombinedSlices {
  readonly slices: readonly Slice[];
  readonly leftOut: readonly LeftOut[];
}

interface Listing<S extends Slice> {
  readonly source: string;
  readonly slice: S;
}

/** A live expiry on which enough sources agree, ready to be fitted. */
interface Agreed {
  readonly expiry: bigint;
  readonly forwardRatioQ30: bigint;
  readonly confidenceQ10: bigint;
  readonly listed: number;
  readonly quotes: ExpiryQuotes;
}

const nameOf = (underlying: UnderlyingId, expiry: bigint): string =>
  `${UNDERLYING_SYMBOLS[underlying]} ${new Date(Number(expiry) * 1000).toISOString().slice(0, 19)}Z`;

function listings<S extends Slice>(
  sources: readonly Source[],
  underlying: UnderlyingId,
  expiry: bigint,
  state: S['state'],
): Listing<S>[] {
  return sources.flatMap(({ name, snapshot }) =>
    snapshot.underlyings[underlying].slices
      .filter((slice): slice is S => slice.expiry === expiry && slice.state === state)
      .map((slice) => ({ source: name, slice })),
  );
}

function tooFew(slice: string, agreeing: number, { given, quorum }: Panel, what: string): LeftOut {
  return {
    slice,
    message: `${agreeing} of ${given} sources agree on its ${what}, ${quorum} must: add a source`,
  };
}

/** Forwards and smiles of one live expiry; a `LeftOut` where too few sources agree. */
function agree(
  panel: Panel,
  underlying: UnderlyingId,
  expiry: bigint,
  indexE4: bigint,
  timely: { readonly forward: readonly Source[]; readonly surface: readonly Source[] },
  rejections: Rejection[],
): Agreed | LeftOut {
  const name = nameOf(underlying, expiry);
  const reject = (entries: readonly Listing<LiveSlice>[], kept: readonly boolean[], what: string) =>
    entries.forEach(({ source }, index) => {
      if (kept[index] === true) return;
      rejections.push({ source, component: `${name} ${what}`, reason: 'outlier' });
    });
  const forwards = listings<LiveSlice>(timely.forward, underlying, expiry, 'live');
  const surfaces = listings<LiveSlice>(timely.surface, underlying, expiry, 'live');
  const fewest = Math.min(forwards.length, surfaces.length);
  if (fewest < panel.quorum) return tooFew(name, fewest, panel, 'being listed');

  const ratios = forwards.map(({ slice }) => slice.forwardRatioQ30);
  const forward = robustMedian(ratios, FORWARD);
  reject(forwards, forward.kept, 'forward');
  const agreeingForwards = forward.kept.filter(Boolean).length;
  if (agreeingForwards < panel.quorum) return tooFew(name, agreeingForwards, panel, 'forward');

  const tau = expiry - panel.time;
  const live = surfaces.map(({ slice }) => slice);
  const smile = medianSmile(live, Number(tau) / SECONDS_PER_YEAR);
  reject(surfaces, smile.kept, 'surface');
  const agreeing = smile.kept.filter(Boolean).length;
  if (agreeing < panel.quorum) return tooFew(name, agreeing, panel, 'smile');

  const claimed = medianFloor(
    live.flatMap(({ confidenceQ10 }, index) => (smile.kept[index] ? [confidenceQ10] : [])),
  );
  const ofSmile = confidenceFloorQ10(
    claimed,
    agreeing,
    panel.given,
    smile.dispersion,
    CONFIDENCE_SCALE.volatility,
  );
  const ofForward = confidenceFloorQ10(
    claimed,
    agreeingForwards,
    panel.given,
    forward.dispersion,
    CONFIDENCE_SCALE.index,
  );
  const usd = (Number(indexE4) * Number(forward.value)) / 2 ** 30 / 1e4;
  return {
    expiry,
    forwardRatioQ30: forward.value,
    confidenceQ10: ofSmile < ofForward ? ofSmile : ofForward,
    listed: surfaces.length,
    quotes: {
      expiry,
      tau,
      forward: usd,
      quotes: smile.nodes.map(({ k, vol }) => ({ strike: usd * Math.exp(k), vol })),
    },
  };
}

/** An expiry that has passed, with the settlement price that enough sources state, else none. */
function expired(
  panel: Panel,
  underlying: UnderlyingId,
  expiry: bigint,
  rejections: Rejection[],
): Slice | undefined {
  const listed = listings<Slice & { state: 'expired' }>(
    panel.sources,
    underlying,
    expiry,
    'expired',
  );
  if (listed.length < panel.quorum) return undefined;
  const stating = listed.filter(({ slice }) => slice.settlementPriceE4 !== 0n);
  const forwardRatioQ30 = medianFloor(listed.map(({ slice }) => slice.forwardRatioQ30));
  const confidenceQ10 = medianFloor(listed.map(({ slice }) => slice.confidenceQ10));
  const slice = { state: 'expired', expiry, forwardRatioQ30, confidenceQ10 } as const;
  if (stating.length < panel.quorum) return { ...slice, settlementPriceE4: 0n };
  const prices = stating.map((entry) => entry.slice.settlementPriceE4);
  const { value, kept } = robustMedian(prices, SETTLEMENT);
  stating.forEach(({ source }, index) => {
    if (kept[index] === true) return;
    const component = `${nameOf(underlying, expiry)} settlementPriceE4`;
    rejections.push({ source, component, reason: 'outlier' });
  });
  const agreed = kept.filter(Boolean).length >= panel.quorum;
  return { ...slice, settlementPriceE4: agreed ? value : 0n };
}

/**
 * The slices of one underlying. Smiles are medianised where they are volatilities, at fixed nodes,
 * and fitted again: the median of two arbitrage-free smiles need not be free of arbitrage, and a
 * surface picked slice by slice from several sources need not be free of calendar arbitrage.
 */
export function combineSlices(
  panel: Panel,
  underlying: UnderlyingId,
  indexE4: bigint,
  timely: { readonly forward: readonly Source[]; readonly surface: readonly Source[] },
  rejections: Rejection[],
): CombinedSlices {
  const expiries = [
    ...new Set(
      panel.sources.flatMap(({ snapshot }) =>
        snapshot.underlyings[underlying].slices.map(({ expiry }) => expiry),
      ),
    ),
  ].sort((left, right) => (left < right ? -1 : 1));
  const past = expiries
    .filter((expiry) => expiry <= panel.time)
    .flatMap((expiry) => expired(panel, underlying, expiry, rejections) ?? []);
  const judged = expiries
    .filter((expiry) => expiry > panel.time)
    .map((expiry) => agree(panel, underlying, expiry, indexE4, timely, rejections));
  const leftOut = judged.filter((entry): entry is LeftOut => 'message' in entry);
  const agreed = judged.filter((entry): entry is Agreed => 'quotes' in entry);
  const ranked = [...agreed].sort((left, right) => right.listed - left.listed);
  const room = new Set(ranked.slice(0, Math.max(MAX_SLICES - past.length, 0)));
  for (const { expiry } of agreed.filter((entry) => !room.has(entry))) {
    const slice = nameOf(underlying, expiry);
    leftOut.push({
      slice,
      message: 'a snapshot holds 12 expiries, and fewer sources list this one',
    });
  }
  const chosen = agreed.filter((entry) => room.has(entry));
  const { slices: fits } = calibrateSurface(chosen.map(({ quotes }) => quotes));
  const live = chosen.flatMap(({ expiry, forwardRatioQ30, confidenceQ10 }, index): Slice[] => {
    const fit = fits[index]!;
    if (fit.state === 'fitted') {
      return [{ state: 'live', expiry, forwardRatioQ30, ...fit.surface, confidenceQ10 }];
    }
    leftOut.push({ slice: nameOf(underlying, expiry), message: `${fit.reason}: ${fit.message}` });
    return [];
  });
  return { slices: [...past, ...live], leftOut };
}
