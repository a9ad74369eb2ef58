// SPDX-License-Identifier: GPL-3.0-or-later
import { COVERED_IDS } from '../../commitments/session/lanes.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';

type Close = StatementSignals['solvency-close'];

/** What all accounts together are at most short of after a covered scenario in both underlyings, E6 USD. */
export interface ClosedShortfall {
  readonly scenario: number;
  readonly shortfallE6: bigint;
}

/** Of each covered scenario, as a close publishes them. */
export const closedShortfalls = (close: Close): readonly ClosedShortfall[] =>
  COVERED_IDS.map((scenario) => ({
    scenario,
    shortfallE6: close[`shortfall${scenario}E6` as keyof Close],
  }));

/** The largest; the first of equals. */
export const worstShortfall = (close: Close): ClosedShortfall =>
  closedShortfalls(close).reduce((most, one) => (one.shortfallE6 > most.shortfallE6 ? one : most));
