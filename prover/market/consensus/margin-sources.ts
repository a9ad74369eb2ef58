// SPDX-License-Identifier: GPL-3.0-or-later
import type { UnderlyingInput } from '../../model/dynamic.ts';
import { PlimsollError } from '../../core/errors.ts';
import { medianFloor } from './robust-median.ts';

/** What one source says of an underlying; counters of different sources have nothing in common. */
export interface SourceReading {
  readonly source: string;
  /** Unix seconds as of which it holds. */
  readonly time: bigint;
  readonly counterQ48: bigint;
  readonly impliedRateQ64: bigint;
  readonly fundingBps: bigint;
}

export interface MarginSourcesRequest {
  /** What was last combined, and of when it was. */
  readonly last: Pick<UnderlyingInput, 'counterQ48'> & { readonly time: bigint };
  /** What each source said then. */
  readonly before: readonly SourceReading[];
  readonly now: readonly SourceReading[];
  readonly time: bigint;
  /** Seconds after which a source's reading counts no more. */
  readonly staleAfter: bigint;
  /** Sources without which nothing is said: silence, which the rule answers. */
  readonly quorum: number;
}

export interface CombinedMarginInput {
  readonly input: UnderlyingInput;
  readonly used: readonly string[];
  readonly leftOut: readonly { readonly source: string; readonly why: string }[];
}

/**
 * One underlying's inputs from those of several sources: of the rate of variance, the implied rate and the
 * funding the median each. Rates, not counters, are compared, so that a source that joined later or
 * started anew does no harm; with three of whom two are honest, every value lies between the honest ones.
 * Throws `MARGIN_QUORUM` with fewer sources than asked for.
 */
export function combineMarginSources(request: MarginSourcesRequest): CombinedMarginInput {
  const { last, before, now, time, staleAfter, quorum } = request;
  const leftOut: { source: string; why: string }[] = [];
  const used: { reading: SourceReading; rateQ64: bigint }[] = [];
  for (const reading of now) {
    const { source } = reading;
    const earlier = before.find((candidate) => candidate.source === source);
    const why =
      reading.time > time
        ? 'is from the future'
        : time - reading.time > staleAfter
          ? `is ${time - reading.time} s old`
          : earlier === undefined
            ? 'is new: it counts from the next time on'
            : reading.time <= earlier.time
              ? 'has not moved on'
              : reading.counterQ48 < earlier.counterQ48
                ? 'started its counter anew'
                : undefined;
    if (why !== undefined || earlier === undefined) {
      leftOut.push({ source, why: why ?? 'is new' });
      continue;
    }
    const rise = reading.counterQ48 - earlier.counterQ48;
    used.push({ reading, rateQ64: (rise << 16n) / (reading.time - earlier.time) });
  }
  if (used.length < quorum) {
    throw new PlimsollError(
      'MARGIN_QUORUM',
      `margin inputs: expected ${quorum} sources, got ${used.length}` +
        leftOut.map(({ source, why }) => `; ${source} ${why}`).join(''),
    );
  }
  const median = (of: (entry: (typeof used)[number]) => bigint): bigint =>
    medianFloor(used.map(of));
  return {
    input: {
      counterQ48:
        last.counterQ48 + ((median(({ rateQ64 }) => rateQ64) * (time - last.time)) >> 16n),
      impliedRateQ64: median(({ reading }) => reading.impliedRateQ64),
      fundingBps: median(({ reading }) => reading.fundingBps),
    },
    used: used.map(({ reading }) => reading.source),
    leftOut,
  };
}
