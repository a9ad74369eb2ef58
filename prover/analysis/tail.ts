// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { divCeil } from '../risk/pricing/fixed-point.ts';

const BPS = 10_000n;

/** The tail of a sample of equally likely losses beyond one confidence level. */
export interface TailRisk {
  readonly levelBps: bigint;
  /** Value at risk: the smallest observed loss that is exceeded with probability ≤ 1 − level. */
  readonly varE6: bigint;
  /** Expected shortfall: the mean of the worst 1 − level of the sample, rounded up. */
  readonly esE6: bigint;
  /** Observations in the tail, the last one possibly in part, times 10⁴. */
  readonly tailE4: bigint;
  /** 95 % interval of the VaR from order statistics; `undefined`: beyond the sample. */
  readonly varLowE6: bigint | undefined;
  readonly varHighE6: bigint | undefined;
}

/** Two-sided 95 % of the normal distribution. */
const Z95 = 1.96;

/**
 * VaR and expected shortfall of a sample as Acerbi and Tasche (2002, definition 2.6) define the
 * α-tail mean for discrete distributions: with t = n(1 − level), the worst ⌊t⌋ losses count in full
 * and the next one for the remainder. The interval takes the ranks n·level ± 1.96·√(n·level·(1 −
 * level)·overlap) of the sorted losses: overlapping windows repeat each other `overlap` times.
 */
export function tailRisk(lossesE6: readonly bigint[], levelBps: bigint, overlap: number): TailRisk {
  const sorted = [...lossesE6].sort((x, y) => (x < y ? 1 : x > y ? -1 : 0));
  const tailE4 = BigInt(sorted.length) * (BPS - levelBps);
  const whole = Number(tailE4 / BPS);
  const varE6 = sorted[whole];
  if (varE6 === undefined || levelBps <= 0n || levelBps >= BPS) {
    throw new PlimsollError(
      'OUT_OF_RANGE',
      `tailRisk: expected losses and a level of 1 to 9999 bps, got ${sorted.length} at ${levelBps}`,
    );
  }
  const worst = sorted.slice(0, whole).reduce((sum, loss) => sum + loss, 0n);
  const esE6 = divCeil(worst * BPS + (tailE4 % BPS) * varE6, tailE4);
  const share = Number(BPS - levelBps) / Number(BPS);
  const spread = Z95 * Math.sqrt(sorted.length * share * (1 - share) * overlap);
  return {
    levelBps,
    varE6,
    esE6,
    tailE4,
    varLowE6: sorted[Math.ceil(whole + spread)],
    varHighE6: sorted[Math.floor(whole - spread)],
  };
}
