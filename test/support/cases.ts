// SPDX-License-Identifier: GPL-3.0-or-later

/** `npm run check` tries a quarter of what `npm test` tries, where a test tries many. */
const SHARE = process.env['PLIMSOLL_LANE'] === 'check' ? 4 : 1;

/** How many random cases to try, of those that the full lane tries. */
export const casesOf = (all: number): number => Math.ceil(all / SHARE);

/**
 * How many random cases to try, of those that `npm run soak` tries: `npm test` tries a quarter, by the
 * same seeds.
 */
export const soakCasesOf = (all: number): number =>
  process.env['PLIMSOLL_SOAK'] === '1' ? all : Math.ceil(all / 4);

/**
 * The cases of a grid to try: all, or in the fast lane as many as `casesOf` says about, by the golden
 * ratio, which falls into step with no dimension of the grid.
 */
export const someOf = <T>(all: readonly T[]): readonly T[] =>
  all.filter((_, index) => (index * 0.618_033_989) % 1 < 1 / SHARE);
