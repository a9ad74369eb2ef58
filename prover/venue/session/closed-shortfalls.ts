// SPDX-License-Identifier: GPL-3.0-or-later
import { COVERED_IDS, TAIL_PAIRS } from '../../commitments/session/lanes.ts';
import type { Pair } from '../../model/types.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';

type Close = StatementSignals['solvency-close'];

/** What all accounts together are at most short of after a pair of scenarios, E6 USD. */
export interface ClosedShortfall {
  /** BTC, ETH; 0 stands still. Absent of the one that bounds all pairs of covered ids that are no tails. */
  readonly ids: Pair<number> | undefined;
  readonly shortfallE6: bigint;
}

const pairSignal = ([btc, eth]: Pair<number>): keyof Close => {
  const name = `shortfall${btc === 0 ? '' : `Btc${btc}`}${eth === 0 ? '' : `Eth${eth}`}E6`;
  return name as keyof Close;
};

/** Of each covered scenario in both underlyings, of each pair of a tail, and of all pairs of the others. */
export const closedShortfalls = (close: Close): readonly ClosedShortfall[] => [
  ...COVERED_IDS.map((id) => ({
    ids: [id, id] as const,
    shortfallE6: close[`shortfall${id}E6` as keyof Close],
  })),
  ...TAIL_PAIRS.map((ids) => ({ ids, shortfallE6: close[pairSignal(ids)] })),
  { ids: undefined, shortfallE6: close.shortfallRegularPairsE6 },
];

/** The largest; the first of equals. */
export const worstShortfall = (close: Close): ClosedShortfall =>
  closedShortfalls(close).reduce((most, one) => (one.shortfallE6 > most.shortfallE6 ? one : most));

/** After what: "scenario 22 in BTC and 23 in ETH". */
export function shortfallText({ ids }: ClosedShortfall): string {
  if (ids === undefined) return 'a pair of scenarios that are no tails';
  const [btc, eth] = ids;
  if (btc === eth) return `scenario ${btc} in both underlyings`;
  if (eth === 0) return `scenario ${btc} in BTC alone`;
  return btc === 0 ? `scenario ${eth} in ETH alone` : `scenario ${btc} in BTC and ${eth} in ETH`;
}
