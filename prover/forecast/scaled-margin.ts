// SPDX-License-Identifier: GPL-3.0-or-later
import type { RiskParameters, Scenario, UnderlyingId } from '../model/types.ts';

/**
 * The scan part of the maintenance margin of one coin of delta, as a share of its price, under a
 * multiplier λ: regular and beyond scenarios move by g·λ, damped tails keep their move and weigh
 * damping·λ (never above 1). λ is not rounded to the grid of log moves here: an effective set rounds
 * g·λ to 2⁻¹⁰, which moves the margin by at most 0.05 % of the price.
 */
export interface ScaledMargin {
  /** Of one coin long, share of its price. */
  readonly long: (multiplier: number) => number;
  readonly short: (multiplier: number) => number;
  /** The least multiplier whose margin reaches a loss; Infinity where none does. */
  readonly multiplierForLong: (loss: number) => number;
  readonly multiplierForShort: (loss: number) => number;
}

/** What decides the loss of one coin of delta on one side. */
interface Side {
  /** The furthest undamped move against the position: its size in natural logarithm. */
  readonly furthestLog: number;
  readonly sign: 1 | -1;
  readonly tails: readonly { readonly damping: number; readonly loss: number }[];
}

export const MOST_MULTIPLIER = 10;
const BISECTIONS = 60;
const UNDAMPED_Q16 = 65_536n;

function sideOf(scenarios: readonly Scenario[], sign: 1 | -1): Side {
  const logs = scenarios
    .filter(({ dampingQ16 }) => dampingQ16 === UNDAMPED_Q16)
    .map(({ logMoveQ10 }) => (-sign * Number(logMoveQ10)) / 1024);
  const tails = scenarios
    .filter(({ dampingQ16, logMoveQ10 }) => dampingQ16 !== UNDAMPED_Q16 && logMoveQ10 !== 0n)
    .map(({ dampingQ16, logMoveQ10 }) => ({
      damping: Number(dampingQ16) / Number(UNDAMPED_Q16),
      loss: sign * (1 - Math.exp(Number(logMoveQ10) / 1024)),
    }))
    .filter(({ loss }) => loss > 0);
  return { furthestLog: Math.max(0, ...logs), sign, tails };
}

/** What one coin of delta loses, damped, in the worst scenario. */
function worstLoss({ furthestLog, sign, tails }: Side, multiplier: number): number {
  let worst = sign * (1 - Math.exp(-sign * furthestLog * multiplier));
  for (const { damping, loss } of tails) {
    worst = Math.max(worst, Math.min(1, damping * multiplier) * loss);
  }
  return worst;
}

/** `factorBps`: that of the margin measured, e.g. `parameters.mmFactorBps`. */
export function scaledMargin(
  parameters: RiskParameters,
  underlying: UnderlyingId,
  factorBps: bigint,
): ScaledMargin {
  const { scenarios } = parameters.underlyings[underlying];
  const factor = Number(factorBps) / 10_000;
  const margin = (sign: 1 | -1) => {
    const side = sideOf(scenarios, sign);
    return (multiplier: number) => factor * worstLoss(side, multiplier);
  };
  // Monotone in λ, so bisection finds the one multiplier without a case per scenario.
  const inverse = (curve: (multiplier: number) => number) => (loss: number) => {
    if (loss <= 0) return 0;
    if (curve(MOST_MULTIPLIER) < loss) return Infinity;
    let low = 0;
    let high = MOST_MULTIPLIER;
    for (let step = 0; step < BISECTIONS; step += 1) {
      const middle = (low + high) / 2;
      if (curve(middle) >= loss) high = middle;
      else low = middle;
    }
    return high;
  };
  const long = margin(1);
  const short = margin(-1);
  return { long, short, multiplierForLong: inverse(long), multiplierForShort: inverse(short) };
}
