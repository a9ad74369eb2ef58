// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Uniform numbers in [0, 1) from a seed (mulberry32): the same on every machine, so that intervals
 * and reports come out byte for byte the same.
 */
export function uniformNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}
