// SPDX-License-Identifier: GPL-3.0-or-later

/** How a margin moved: what holders of positions are asked to find, and how fast. */
export interface Movement {
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
  /** Highest ÷ lowest. */
  readonly peakToTrough: number;
  /** The largest rise from the lowest level of the preceding day and five days; 0.27 is 27 %. */
  readonly oneDayRise: number;
  readonly fiveDayRise: number;
}

const DAY = 86_400;

/** Largest value ÷ lowest value of the window that ends with it, less 1. */
function largestRise(times: Float64Array, values: Float64Array, seconds: number): number {
  // A queue of positions with rising values: its head is the lowest of the window.
  const queue = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    while (tail > head && (values[queue[tail - 1] as number] as number) >= value) tail -= 1;
    queue[tail] = index;
    tail += 1;
    while ((times[queue[head] as number] as number) < (times[index] as number) - seconds) head += 1;
    largest = Math.max(largest, value / (values[queue[head] as number] as number) - 1);
  }
  return largest;
}

export function movementOf(times: Float64Array, values: Float64Array): Movement {
  let sum = 0;
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    sum += value;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return {
    mean: sum / values.length,
    lowest,
    highest,
    peakToTrough: highest / lowest,
    oneDayRise: largestRise(times, values, DAY),
    fiveDayRise: largestRise(times, values, 5 * DAY),
  };
}
