// SPDX-License-Identifier: GPL-3.0-or-later

/** A growing sample kept sorted, so that a quantile costs nothing at each of many steps. */
export class SortedSample {
  readonly #values: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  add(value: number): void {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    this.#values.copyWithin(low + 1, low, this.#size);
    this.#values[low] = value;
    this.#size += 1;
  }

  /** The smallest value that at least `share` of them do not exceed; NaN of nothing. */
  quantile(share: number): number {
    return this.#size === 0
      ? NaN
      : (this.#values[Math.max(Math.ceil(share * this.#size) - 1, 0)] as number);
  }
}
