// SPDX-License-Identifier: GPL-3.0-or-later
import { median } from '../../core/statistics.ts';

/** Three standard deviations, as the median of absolute deviations (MAD) estimates them. */
const MAD_MULTIPLE = 3 * 1.4826;

export interface RobustMedian {
  /** Median of the values kept; of an even number the mean of the middle two, floored. */
  readonly value: bigint;
  /** By source: false for an outlier. */
  readonly kept: readonly boolean[];
  /** Largest |x − value|/value of the values kept. */
  readonly dispersion: number;
}

/** Median of integers, the same for every order; of an even number ⌊mean of the middle two⌋. */
export function medianFloor(values: readonly bigint[]): bigint {
  const sorted = [...values].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) >> 1n;
}

/** How far sources may differ, in the unit of their deviations. */
export interface Tolerance {
  /** Within, none is an outlier: the MAD of sources that all but agree is next to nothing. */
  readonly floor: number;
  /** Beyond, none agrees: the MAD of sources that contradict each other is next to everything. */
  readonly cap: number;
}

/** Which of some deviations from a median are within 3·1.4826·MAD, held to floor and cap. */
export function withinMad(deviations: readonly number[], { floor, cap }: Tolerance): boolean[] {
  const limit = Math.min(Math.max(MAD_MULTIPLE * median(deviations), floor), cap);
  return deviations.map((deviation) => deviation <= limit);
}

/**
 * Median without outliers; the tolerance is a share of the median. Needs one value, none negative.
 * Where no value is near the median of all, none is kept.
 */
export function robustMedian(values: readonly bigint[], tolerance: Tolerance): RobustMedian {
  const distances = (centre: bigint): number[] =>
    values.map((value) => Math.abs(Number(value - centre)) / Math.max(Number(centre), 1));
  const middle = medianFloor(values);
  const kept = withinMad(distances(middle), tolerance);
  const agreeing = values.filter((_, index) => kept[index]);
  const value = agreeing.length === 0 ? middle : medianFloor(agreeing);
  const dispersion = Math.max(0, ...distances(value).filter((_, index) => kept[index]));
  return { value, kept, dispersion };
}
