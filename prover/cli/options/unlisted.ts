// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentName } from '../../model/format.ts';
import { instrumentId, isPerpetual } from '../../model/instrument.ts';
import type { Instrument, MarketSnapshot, Portfolio, UnderlyingId } from '../../model/types.ts';
import type { CommandContext } from '../command.ts';

/** The dated instruments that are held, each once. */
function heldInstruments(portfolios: readonly Pick<Portfolio, 'positions'>[]): Instrument[] {
  const held = new Map<string, Instrument>();
  for (const { positions } of portfolios) {
    for (const { instrument } of positions) {
      if (!isPerpetual(instrument)) held.set(instrumentId(instrument), instrument);
    }
  }
  return [...held.values()];
}

/** The expiries in which something is held. */
export function openExpiries(
  portfolios: readonly Pick<Portfolio, 'positions'>[],
): { readonly underlying: UnderlyingId; readonly expiry: bigint }[] {
  const expiries = new Map(
    heldInstruments(portfolios).map(({ underlying, expiry }) => [
      `${underlying}:${expiry}`,
      { underlying, expiry },
    ]),
  );
  return [...expiries.values()];
}

/** Says what is held whose expiry a snapshot does not list, and gives it back by name. */
export function noteUnlisted(
  { note }: CommandContext,
  snapshot: MarketSnapshot,
  portfolios: readonly Pick<Portfolio, 'positions'>[],
): readonly string[] {
  const unlisted = heldInstruments(portfolios).filter(({ underlying, expiry }) =>
    snapshot.underlyings[underlying].slices.every((slice) => slice.expiry !== expiry),
  );
  return unlisted.map((instrument) => {
    const name = instrumentName(instrument);
    // docs/spec.md §4: what has expired unlisted was booked by the ledger, or should have been.
    const worth =
      instrument.expiry <= snapshot.time
        ? 'which has passed: it counts as nothing'
        : 'worth intrinsic on the index';
    note(`${name}: the snapshot does not list its expiry, ${worth}`);
    return name;
  });
}
