// SPDX-License-Identifier: GPL-3.0-or-later
import type { BatchState, SessionTotals } from './batch-state.ts';
import { COVERED_IDS } from './lanes.ts';

/** The exact model rounds an account by less than this against what a session counts, E6. */
export const ROUNDING_E6 = 8n;

/** What a closed session says of the venue: the totals, with the exact model's roundings added. */
export interface ClosedTotals extends Omit<SessionTotals, 'shortfallsQ8' | 'pairShortfallsQ8'> {
  readonly accounts: bigint;
  /** Of all accounts after each of `COVERED_IDS` in both underlyings; E6, rounded up. */
  readonly shortfallsE6: ReadonlyMap<number, bigint>;
  /** After each of `TAIL_PAIRS`, and after any pair of covered ids that are no tails. */
  readonly pairShortfallsE6: readonly bigint[];
}

/** The totals of a session of so many accounts from its last state (docs/spec.md §10.7). */
export function closedTotals(state: BatchState, accounts: bigint): ClosedTotals {
  const { quoteE6, collateralE8, heavy, uncovered, uncoveredNotionalE6 } = state;
  const wholeE6 = (shortfallQ8: bigint): bigint => -(-shortfallQ8 >> 8n) + ROUNDING_E6 * accounts;
  return {
    accounts,
    quoteE6,
    collateralE8,
    heavy,
    uncovered,
    uncoveredNotionalE6,
    deficitE6: state.deficitE6 + ROUNDING_E6 * accounts,
    shortfallsE6: new Map(COVERED_IDS.map((id) => [id, wholeE6(state.shortfallsQ8[id - 1]!)])),
    pairShortfallsE6: state.pairShortfallsQ8.map(wholeE6),
  };
}
