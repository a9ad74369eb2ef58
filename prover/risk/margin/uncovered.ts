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
  const places = new Map<string, number[]>();
  for (const [place, { instrument }] of positions.entries()) {
    if (!isOption(instrument)) continue;
    const { underlying, kind, expiry } = instrument;
    const id = `${underlying}:${kind}:${expiry}`;
    const known = places.get(id);
    if (known === undefined) places.set(id, [place]);
    else known.push(place);
  }
  return [...places.values()].map((group): OptionGroup => {
    const { kind } = positions[group[0]!]!.instrument;
    let netLots = 0n;
    let netStrikeLotsE6 = 0n;
    for (const place of group) {
      const { instrument, lots } = positions[place]!;
      netLots += lots;
      netStrikeLotsE6 += lots * instrument.strikeE4;
    }
    return {
      places: group,
      netLots,
      netStrikeLotsE6,
      uncoveredLots: uncoveredLots(kind === 'put' ? 'put' : 'call', netLots, netStrikeLotsE6),
    };
  });
}
