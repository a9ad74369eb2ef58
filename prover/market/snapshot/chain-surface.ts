// SPDX-License-Identifier: GPL-3.0-or-later
import type { ExpiryQuotes, SliceCalibration } from '../surface/types.ts';
import { median } from '../../core/statistics.ts';
import type { FitLimits } from '../surface/fit-limits.ts';
import { calibrateSurface } from '../surface/surface.ts';
import type { Chain } from '../feeds/chain.ts';
import { expiriesOf } from '../feeds/chain.ts';
import type { CleanExpiry, QuoteLimits } from '../feeds/clean.ts';
import { cleanExpiry } from '../feeds/clean.ts';
import type { FutureRow } from '../feeds/feed.ts';
import type { ImpliedForward } from './forwards.ts';
import { judgeForwards } from './contradictions.ts';
import { forwardOf } from './forwards.ts';

/** One expiry of a chain on its way into the snapshot. */
export interface ExpirySurface {
  /** Unix seconds. */
  readonly expiry: number;
  /** Listed options, calls and puts. */
  readonly listed: number;
  /** Coins, over the whole expiry. */
  readonly openInterest: number;
  readonly forward: ImpliedForward;
  readonly quotes: CleanExpiry;
  /** 1 where forward and marks agree with all else the feed says, less where they begin not to. */
  readonly agreement: number;
  /** What was fitted: the quotes used, as the calibration takes them. */
  readonly input: ExpiryQuotes;
  readonly fit: SliceCalibration;
  /**
   * `quotes`: fitted to its own. `narrow`: to its own, with wings from elsewhere. `carried`: the
   * base's smile. `borrowed`: drawn through the expiries beside it (complete-surface.ts).
   */
  readonly origin: 'quotes' | 'narrow' | 'carried' | 'borrowed';
  /** Where it is not fitted to its own quotes alone: why, and what was done. */
  readonly remark?: string;
}

/** An expiry that was not even tried. */
export interface SkippedExpiry {
  readonly expiry: number;
  readonly listed: number;
  readonly reason: 'passed' | 'no-forward' | 'contradicted';
  readonly message: string;
}

export interface ChainSurface {
  readonly expiries: readonly ExpirySurface[];
  readonly skipped: readonly SkippedExpiry[];
}

const SKIPPED = {
  passed: 'the expiry is not after the snapshot time; its settlement price comes with the next one',
  'no-forward':
    'no forward in the feed, no future of the expiry and fewer than three strikes quoted ' +
    'closely on both sides: add a feed that has underlying_price, or the future',
} as const;

type Prepared = Omit<ExpirySurface, 'fit' | 'agreement' | 'origin'>;
type Judged = Omit<ExpirySurface, 'fit' | 'origin'>;

/** Each expiry against all else the chain says of it: forwards together, marks with their times. */
function judge(prepared: readonly Prepared[], chain: Chain): (Judged | SkippedExpiry)[] {
  const index = median(chain.options.flatMap((row) => row.index ?? []));
  const now = { time: chain.time, index: Number.isNaN(index) ? undefined : index };
  const forwards = judgeForwards(prepared, now);
  return prepared.map((entry) => {
    const { expiry, listed } = entry;
    const verdicts = [forwards.get(expiry), chain.marks.get(expiry)];
    const contradiction = verdicts.flatMap((verdict) => verdict?.contradiction ?? [])[0];
    if (contradiction !== undefined) {
      return { expiry, listed, reason: 'contradicted', message: contradiction };
    }
    const agreement = verdicts.reduce((least, each) => Math.min(least, each?.agreement ?? 1), 1);
    return { ...entry, agreement };
  });
}

function prepare(
  { expiry, rows }: ReturnType<typeof expiriesOf>[number],
  chain: Chain,
  time: number,
  limits: QuoteLimits,
): Prepared | SkippedExpiry {
  const skipped = (reason: keyof typeof SKIPPED): SkippedExpiry => ({
    expiry,
    listed: rows.length,
    reason,
    message: SKIPPED[reason],
  });
  if (expiry <= time) return skipped('passed');
  const future = chain.futures.find((row: FutureRow) => row.expiry === expiry);
  const forward = forwardOf(rows, future);
  if (forward === undefined) return skipped('no-forward');
  const context = { newest: chain.time, limits, time, forward: forward.forward };
  const quotes = cleanExpiry(rows, context);
  return {
    expiry,
    listed: rows.length,
    openInterest: rows.reduce((sum, row) => sum + (row.openInterest ?? 0), 0),
    forward,
    quotes,
    input: {
      expiry: BigInt(expiry),
      tau: BigInt(expiry - time),
      forward: forward.forward,
      quotes: quotes.used.map(({ strike, vol, bidVol, askVol }) => ({
        strike,
        vol,
        volSpread: askVol - bidVol,
      })),
    },
  };
}

/** Cleans and fits every expiry of a chain as of `time` (unix seconds). */
export function surfaceOfChain(
  chain: Chain,
  time: number,
  limits: { readonly quotes: QuoteLimits; readonly fit: FitLimits },
): ChainSurface {
  const prepared = expiriesOf(chain).map((group) => prepare(group, chain, time, limits.quotes));
  const skipped = prepared.filter((entry): entry is SkippedExpiry => !('input' in entry));
  const judged = judge(
    prepared.filter((entry): entry is Prepared => 'input' in entry),
    chain,
  );
  const tried = judged.filter((entry): entry is Judged => 'input' in entry);
  const { slices } = calibrateSurface(
    tried.map(({ input }) => input),
    limits.fit,
  );
  const contradicted = judged.filter((entry): entry is SkippedExpiry => !('input' in entry));
  return {
    expiries: tried.map((entry, index) => ({
      ...entry,
      fit: slices[index]!,
      origin: 'quotes' as const,
    })),
    skipped: [...skipped, ...contradicted].sort((left, right) => left.expiry - right.expiry),
  };
}
