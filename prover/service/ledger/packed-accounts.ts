// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import type { Instrument } from '../../model/types.ts';

/** Accounts as one thread hands them to another: an instrument is named by its place, and told once. */
export interface PackedAccounts {
  readonly heads: readonly Omit<Account, 'positions'>[];
  /** How many positions each has. */
  readonly sizes: Uint16Array;
  /** Of all positions, one account's after another's. */
  readonly places: Uint32Array;
  readonly lots: BigInt64Array;
  /** Instruments that had no place yet. */
  readonly fresh: readonly Instrument[];
}

/** Packs accounts that share their instruments; `places` grows with what is fresh. */
export function packAccounts(
  accounts: readonly Account[],
  places: Map<Instrument, number>,
): PackedAccounts {
  const fresh: Instrument[] = [];
  const placeOf = (instrument: Instrument): number => {
    const known = places.get(instrument);
    if (known !== undefined) return known;
    fresh.push(instrument);
    places.set(instrument, places.size);
    return places.size - 1;
  };
  const positions = accounts.flatMap((account) => account.positions);
  return {
    heads: accounts.map(({ positions: _, ...head }) => head),
    sizes: Uint16Array.from(accounts, ({ positions: { length } }) => length),
    places: Uint32Array.from(positions, ({ instrument }) => placeOf(instrument)),
    lots: BigInt64Array.from(positions, ({ lots }) => lots),
    fresh,
  };
}

/** The accounts again; `known` has the instruments by their places, and grows with what is fresh. */
export function unpackAccounts(
  { heads, sizes, places, lots, fresh }: PackedAccounts,
  known: Instrument[],
): readonly Account[] {
  known.push(...fresh);
  let at = 0;
  return heads.map((head, index) => {
    const first = at;
    at += sizes[index]!;
    const positions = Array.from({ length: sizes[index]! }, (_, place) => ({
      instrument: known[places[first + place]!]!,
      lots: lots[first + place]!,
    }));
    return { ...head, positions };
  });
}
