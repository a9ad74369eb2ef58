// SPDX-License-Identifier: GPL-3.0-or-later
import { median } from '../../core/statistics.ts';

/** A residual distribution is never taken for narrower than this many error units. */
const LEAST_SPREAD = 0.5;
/** Consistent with the standard deviation of a normal distribution. */
const MAD_TO_STD_DEV = 1.4826;
const HUBER_LIMIT = 2;
const TUKEY_LIMIT = 5;

/** Whose trust² is below this counts as an outlier. */
export const OUTLIER_TRUST = 0.5;

export type Loss = 'huber' | 'tukey';

/**
 * Factors on residuals (roots of the weights) for the next round of iteratively reweighted least
 * squares. Huber's loss bounds what a bad quote can do, Tukey's biweight then lets go of it; both
 * measured against the median absolute residual.
 */
export function trustOf(residuals: readonly number[], loss: Loss): number[] {
  const sizes = residuals.map(Math.abs);
  const spread = Math.max(MAD_TO_STD_DEV * median(sizes), LEAST_SPREAD);
  return sizes.map((size) => {
    const standard = size / spread;
    if (loss === 'huber') return Math.sqrt(Math.min(1, HUBER_LIMIT / standard));
    return Math.max(0, 1 - (standard / TUKEY_LIMIT) ** 2);
  });
}
