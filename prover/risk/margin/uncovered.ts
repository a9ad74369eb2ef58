// SPDX-License-Identifier: GPL-3.0-or-later
import { isOption } from '../../model/instrument.ts';
import type { Position } from '../../model/types.ts';

/** Options of one underlying, kind and expiry: what covers each other. */
export interface OptionGroup {
  /** Places of the group's positions in the list, in its order. */
  readonly places: readonly number[];
  /** Σ lots. */
  readonly netLots: bigint;
  /** Σ lots·strike: with puts, what the group pays at zero. */
  readonly netStrikeLotsE6: bigint;
  /** Lots written that no other lots of the group cover. */
  readonly uncoveredLots: bigint;
}

/**
 * Calls: what is written beyond what is held, for above the highest strike nothing else counts. Puts
 * the same, but nothing where the group pays when the underlying is worth nothing (docs/spec.md §5).
 */
export function uncoveredLots(
  kind: 'call' | 'put',
  netLots: bigint,
  netStrikeLotsE6: bigint,
): bigint {
  const isExempt = kind === 'put' && netStrikeLotsE6 >= 0n;
  return netLots >= 0n || isExempt ? 0n : -netLots;
}

/** The groups among positions that are not settled, in the order in which they begin. */
export function optionGroups(positions: readonly Position[]): readonly OptionGroup[] {
  const groups: { places: number[]; netLots: bigint; netStrikeLotsE6: bigint }[] = [];
  positions.forEach(({ instrument, lots }, place) => {
    if (!isOption(instrument)) return;
    const { underlying, kind, expiry, strikeE4 } = instrument;
    // An account has few: looking through them costs less than a name for each.
    const own = groups.find(({ places }) => {
      const first = positions[places[0]!]!.instrument;
      return first.expiry === expiry && first.kind === kind && first.underlying === underlying;
    });
    if (own === undefined) {
      groups.push({ places: [place], netLots: lots, netStrikeLotsE6: lots * strikeE4 });
    } else {
      own.places.push(place);
      own.netLots += lots;
      own.netStrikeLotsE6 += lots * strikeE4;
    }
  });
  return groups.map(({ places, netLots, netStrikeLotsE6 }): OptionGroup => {
    const { kind } = positions[places[0]!]!.instrument;
    return {
      places,
      netLots,
      netStrikeLotsE6,
      uncoveredLots: uncoveredLots(kind === 'put' ? 'put' : 'call', netLots, netStrikeLotsE6),
    };
  });
}
