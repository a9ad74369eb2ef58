// SPDX-License-Identifier: GPL-3.0-or-later

/** What a slice is asked for before it is believed; docs/calibration.md has the reasons. */
export interface FitLimits {
  /** Usable quotes of an expiry: five parameters, and one quote to contradict them. */
  readonly leastQuotes: number;
  /** Of them on each side of the forward. */
  readonly leastPerSide: number;
  /** In standard deviations at the money: nearer quotes do not say what a wing looks like. */
  readonly leastReach: number;
  /** Largest rms error within two standard deviations: so much volatility … */
  readonly toleranceVol: number;
  /** … and this share of the money's. */
  readonly toleranceShare: number;
  /** Beyond this share of outliers around the money it is not clear which quotes are wrong. */
  readonly mostOutliers: number;
  /** Nor may so many neighbours, all on one side, be taken for outliers. */
  readonly outlierRun: number;
}

export const DEFAULT_FIT_LIMITS: FitLimits = {
  leastQuotes: 6,
  leastPerSide: 2,
  leastReach: 0.5,
  toleranceVol: 0.01,
  toleranceShare: 0.03,
  mostOutliers: 0.25,
  outlierRun: 3,
};
