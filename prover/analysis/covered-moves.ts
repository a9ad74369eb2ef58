// SPDX-License-Identifier: GPL-3.0-or-later
import type { UnderlyingParameters } from '../model/types.ts';
import { ONE_Q24 } from '../risk/pricing/scenarios.ts';

const BPS = 10_000n;
const UNDAMPED = 1n << 16n;

/** The furthest moves of an index that count in full, in 10⁻⁴ of it: the fall is negative. */
export interface CoveredMoves {
  readonly fallBps: bigint;
  readonly riseBps: bigint;
}

/** What maintenance margin covers of a holding of the underlying itself; damped tails cover no more of it. */
export function coveredMoves({ scenarios }: Pick<UnderlyingParameters, 'scenarios'>): CoveredMoves {
  const moves = scenarios
    .filter(({ dampingQ16 }) => dampingQ16 === UNDAMPED)
    .map(({ multiplierQ24 }) => (multiplierQ24 * BPS + ONE_Q24 / 2n) / ONE_Q24 - BPS);
  return {
    fallBps: moves.reduce((least, move) => (move < least ? move : least), 0n),
    riseBps: moves.reduce((most, move) => (move > most ? move : most), 0n),
  };
}

/** An index at a tick, and what margin covered then. */
export interface CoveredTick extends CoveredMoves {
  /** Unix seconds. */
  readonly time: bigint;
  readonly indexE4: bigint;
}

/** How far the index went within the horizon that margin is for. */
export interface Coverage extends CoveredTick {
  readonly furthestFallBps: bigint;
  readonly furthestRiseBps: bigint;
  /** Whether it went further than margin covered: what the rule did not foresee. */
  readonly isBreached: boolean;
}

/** @param ticks the oldest first @param horizonSeconds how long a liquidation may take */
export function coverageOf(
  ticks: readonly CoveredTick[],
  horizonSeconds: bigint,
): readonly Coverage[] {
  return ticks.map((tick, at) => {
    let [furthestFallBps, furthestRiseBps] = [0n, 0n];
    for (let later = at + 1; later < ticks.length; later += 1) {
      const { time, indexE4 } = ticks[later]!;
      if (time > tick.time + horizonSeconds) break;
      const moveBps = (indexE4 * BPS) / tick.indexE4 - BPS;
      if (moveBps < furthestFallBps) furthestFallBps = moveBps;
      if (moveBps > furthestRiseBps) furthestRiseBps = moveBps;
    }
    const isBreached = furthestFallBps < tick.fallBps || furthestRiseBps > tick.riseBps;
    return { ...tick, furthestFallBps, furthestRiseBps, isBreached };
  });
}
