// SPDX-License-Identifier: GPL-3.0-or-later
import { median } from '../import/statistics.ts';

/** Sources further from the median than three standard deviations, as MAD estimates them. */
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

/**
 * Which of some deviations from a median are too large: above 3·1.4826·MAD, but never below
 * `floor`, within which sources may differ without being wrong (the MAD of sources that all but
 * agree is next to nothing). Deviations and floor in one unit.
 */
export function withinMad(deviations: readonly number[], floor: number): boolean[] {
  const limit = Math.max(MAD_MULTIPLE * median(deviations), floor);
  return deviations.map((deviation) => deviation <= limit);
}

/** Median without outliers; `floor` is a share of the median. Needs one value, none negative. */
export function robustMedian(values: readonly bigint[], floor: number): RobustMedian {
  const distances = (centre: bigint): number[] =>
    values.map((value) => Math.abs(Number(value - centre)) / Math.max(Number(centre), 1));
  const kept = withinMad(distances(medianFloor(values)), floor);
  const value = medianFloor(values.filter((_, index) => kept[index]));
  const dispersion = Math.max(...distances(value).filter((_, index) => kept[index]));
  return { value, kept, dispersion };
}
