// SPDX-License-Identifier: GPL-3.0-or-later
import { blackPrice } from '../surface/black.ts';
import type { FutureRow, OptionRow } from '../feeds/feed.ts';
import { median } from '../../core/statistics.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';

/**
 * The forward that put-call parity implies. Prices are in coin, value/forward, so that
 * c − p = D·(1 − K/F) with discount factor D.
 */
export interface Parity {
  /** Under D = 1, the snapshot's convention: the median of K/(1 − (c − p)). USD. */
  readonly forward: number;
  /** D of a robust line through c − p over K; how far the convention is from these quotes. */
  readonly discount: number;
  /** Strikes used. */
  readonly pairs: number;
  /** Relative: how far the quotes' own width lets the forward be off. */
  readonly doubt: number;
}

export interface ImpliedForward {
  /** USD. */
  readonly forward: number;
  readonly source: 'feed' | 'future' | 'parity' | 'marks' | 'base';
  readonly parity?: Parity;
}

const MIN_PAIRS = 3;
/** Nearest the money, where both sides trade. */
const MAX_PAIRS = 12;
/** Coin: how far c − p may be off within the quotes; a forward is off by as much of itself. */
const MAX_DOUBT = 0.01;

interface Quoted {
  readonly mid: number;
  readonly halfSpread: number;
}

function quoted(row: OptionRow | undefined): Quoted | undefined {
  const { bid = 0, ask = 0, derived } = row ?? {};
  if (derived === true) return undefined;
  return bid <= 0 || ask < bid ? undefined : { mid: (bid + ask) / 2, halfSpread: (ask - bid) / 2 };
}

/** Theil-Sen: the median of the slopes of all pairs, then the median intercept. */
function robustLine(points: readonly (readonly [x: number, y: number])[]): [number, number] {
  const slopes = points.flatMap(([x, y], index) =>
    points.slice(index + 1).map(([otherX, otherY]) => (otherY - y) / (otherX - x)),
  );
  const slope = median(slopes);
  return [slope, median(points.map(([x, y]) => y - slope * x))];
}

/** A mark is one number for both sides. */
function marked(row: OptionRow | undefined): Quoted | undefined {
  const price = row?.markPrice ?? 0;
  return price <= 0 ? undefined : { mid: price, halfSpread: 0 };
}

/**
 * Of the rows of one expiry: of the strikes quoted closely on both sides, or where there are fewer
 * than three, of the marks; `undefined` where these are fewer, too.
 */
export function parityOf(rows: readonly OptionRow[]): Parity | undefined {
  return parityBy(rows, quoted) ?? parityBy(rows, marked);
}

function parityBy(
  rows: readonly OptionRow[],
  quoted: (row: OptionRow | undefined) => Quoted | undefined,
): Parity | undefined {
  const puts = new Map(rows.filter(({ kind }) => kind === 'put').map((row) => [row.strike, row]));
  const points = rows.flatMap((row): (readonly [number, number, number])[] => {
    const call = row.kind === 'call' ? quoted(row) : undefined;
    const put = quoted(puts.get(row.strike));
    if (call === undefined || put === undefined) return [];
    const gap = call.mid - put.mid;
    const width = call.halfSpread + put.halfSpread;
    return width <= MAX_DOUBT && gap < 1 ? [[row.strike, gap, width]] : [];
  });
  if (points.length < MIN_PAIRS) return undefined;
  const near = [...points]
    .sort(([, left], [, right]) => Math.abs(left) - Math.abs(right))
    .slice(0, MAX_PAIRS);
  const forward = median(near.map(([strike, gap]) => strike / (1 - gap)));
  const [, discount] = robustLine(points.map(([strike, gap]) => [strike, gap]));
  const doubt = median(near.map(([, , width]) => width)) / Math.sqrt(near.length);
  return { forward, discount, pairs: near.length, doubt };
}

/** Halvings: a double has no more digits. */
const HALVINGS = 60;
/** Options that would be exercised with less probability say little of the forward. */
const LEAST_PROBABILITY = 0.15;

/** The forward at which a row's own volatility gives its own price; `undefined` where it says little. */
function forwardOfMark(row: OptionRow): number | undefined {
  const { kind, strike, markVol, markPrice, expiry, time } = row;
  if (markVol === undefined || markPrice === undefined || expiry <= time) return undefined;
  if (markPrice <= 0) return undefined;
  const stdDev = markVol * Math.sqrt((expiry - time) / SECONDS_PER_YEAR);
  const price = (forward: number): number => blackPrice(kind, forward, strike, stdDev) / forward;
  // In coin a call rises with the forward and a put falls.
  let [low, high] = [strike / 20, strike * 20];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = Math.sqrt(low * high);
    if (price(middle) < markPrice === (kind === 'call')) low = middle;
    else high = middle;
  }
  const forward = Math.sqrt(low * high);
  const step = 1e-4 * forward;
  const slope = (Math.abs(price(forward + step) - price(forward)) / step) * forward;
  return slope >= LEAST_PROBABILITY ? forward : undefined;
}

/** The median over the marks of one expiry; `undefined` with fewer than three that say enough. */
function forwardOfMarks(rows: readonly OptionRow[]): number | undefined {
  const told = rows.flatMap((row) => forwardOfMark(row) ?? []);
  return told.length < MIN_PAIRS ? undefined : median(told);
}

/**
 * One forward per expiry: the median of the rows' own, else the mark of the future of that expiry,
 * else put-call parity, else what marks and mark volatilities say together; `undefined` where none
 * of them is there.
 */
export function forwardOf(
  rows: readonly OptionRow[],
  future: FutureRow | undefined,
): ImpliedForward | undefined {
  const parity = parityOf(rows);
  const given = rows.flatMap(({ forward }) => (forward === undefined ? [] : [forward]));
  const shown = parity === undefined ? {} : { parity };
  if (given.length > 0) return { forward: median(given), source: 'feed', ...shown };
  if (future !== undefined) return { forward: future.mark, source: 'future', ...shown };
  if (parity !== undefined) return { forward: parity.forward, source: 'parity', parity };
  const marks = forwardOfMarks(rows);
  return marks === undefined ? undefined : { forward: marks, source: 'marks' };
}
