// SPDX-License-Identifier: GPL-3.0-or-later
import { impliedStdDev } from '../surface/black.ts';
import { VOL_RANGE } from '../surface/surface.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import { inconsistency } from './chain.ts';
import type { OptionRow } from './feed.ts';

/** Why a quote is not fitted, in the order in which the rules are tried; the first that holds counts. */
export const DROP_REASONS = {
  inactive: 'the venue has closed the book',
  stale: 'older than the newest row by more than max-age',
  'in-the-money': 'the out-of-the-money option of the strike says the same, with a closer quote',
  'zero-bid': 'nobody bids: the price is only bounded from above',
  'one-sided': 'nobody offers: the price is only bounded from below',
  crossed: 'the bid is above the ask',
  wide: 'ask volatility less bid volatility is more than max-spread of the volatility',
  inconsistent: 'mark price and mark volatility disagree by more than max-inconsistency',
  'no-volatility': 'no volatility from 0.1 % to 5,000 % gives the price',
} as const;

export type DropReason = keyof typeof DROP_REASONS;
export type DropTally = Readonly<Partial<Record<DropReason, number>>>;

/** `34 crossed, 2 wide`: how many quotes each reason took. */
export function dropText(dropped: DropTally): string {
  const texts = (Object.keys(DROP_REASONS) as DropReason[]).flatMap((reason) =>
    dropped[reason] === undefined ? [] : [`${dropped[reason]} ${reason}`],
  );
  return texts.length === 0 ? 'none' : texts.join(', ');
}

/** A quote to be fitted, with the market around it; volatilities at the row's own forward. */
export interface CleanQuote {
  /** Unix seconds. */
  readonly time: number;
  readonly strike: number;
  readonly vol: number;
  readonly bidVol: number;
  readonly askVol: number;
}

export interface CleanExpiry {
  /** By strike. */
  readonly used: readonly CleanQuote[];
  readonly dropped: DropTally;
}

/** What a quote may be and still be fitted; docs/market-data.md has the reasons. */
export interface QuoteLimits {
  /** Older than the newest row of its chain. */
  readonly maxAgeSeconds: number;
  /** Ask less bid volatility, as a share of the volatility. */
  readonly maxSpread: number;
  /** Coin: mark price against mark volatility. Deribit's stay within 5·10⁻³. */
  readonly maxInconsistency: number;
}

export const DEFAULT_QUOTE_LIMITS: QuoteLimits = {
  maxAgeSeconds: 300,
  maxSpread: 0.5,
  maxInconsistency: 0.005,
};

export interface CleaningContext {
  /** Unix seconds of the newest row. */
  readonly newest: number;
  readonly limits: QuoteLimits;
  /** The snapshot's time, to which τ is measured. */
  readonly time: number;
  /** USD. */
  readonly forward: number;
}

function volOf(row: OptionRow, price: number, forward: number, years: number): number | undefined {
  const stdDev = impliedStdDev(row.kind, forward, row.strike, price * forward);
  return stdDev === undefined ? undefined : stdDev / Math.sqrt(years);
}

function judge(row: OptionRow, context: CleaningContext): CleanQuote | DropReason {
  const { bid, ask, markVol, kind, strike } = row;
  const { maxAgeSeconds, maxSpread, maxInconsistency } = context.limits;
  const forward = row.forward ?? context.forward;
  const years = (row.expiry - context.time) / SECONDS_PER_YEAR;
  if (!row.open) return 'inactive';
  if (context.newest - row.time > maxAgeSeconds) return 'stale';
  // At the forward itself the call is the one that is kept.
  if ((kind === 'call') !== strike >= context.forward) return 'in-the-money';
  if (bid === undefined || bid <= 0) return 'zero-bid';
  if (ask === undefined || ask <= 0) return 'one-sided';
  if (bid > ask) return 'crossed';
  const [bidVol, askVol] = [volOf(row, bid, forward, years), volOf(row, ask, forward, years)];
  const vol = markVol ?? volOf(row, (bid + ask) / 2, forward, years);
  if (vol === undefined || bidVol === undefined) return 'no-volatility';
  if (vol < VOL_RANGE.least || vol > VOL_RANGE.most) return 'no-volatility';
  if (askVol === undefined || askVol - bidVol > maxSpread * vol) return 'wide';
  if ((inconsistency(row) ?? 0) > maxInconsistency) return 'inconsistent';
  return { time: row.time, strike, vol, bidVol, askVol };
}

/** Sorts the rows of one expiry into quotes to fit and quotes to leave, each with its reason. */
export function cleanExpiry(rows: readonly OptionRow[], context: CleaningContext): CleanExpiry {
  const used: CleanQuote[] = [];
  const dropped: Partial<Record<DropReason, number>> = {};
  for (const row of rows) {
    const verdict = judge(row, context);
    if (typeof verdict === 'string') dropped[verdict] = (dropped[verdict] ?? 0) + 1;
    else used.push(verdict);
  }
  return { used, dropped };
}
