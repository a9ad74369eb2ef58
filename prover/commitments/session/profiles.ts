// SPDX-License-Identifier: GPL-3.0-or-later

/** What one batch has room for. */
export interface BatchProfile {
  readonly name: string;
  /** Subtrees that follow one another, of so many accounts each: 16 or 4. */
  readonly subtrees: number;
  readonly subtreeAccounts: 16 | 4;
  /** Page units of 16 slots, and of 6 for pages that hold no more. */
  readonly fullPages: number;
  readonly smallPages: number;
  readonly heavy: number;
  /** Pairs of a heavy account and an underlying that it holds. */
  readonly halves: number;
  /** Accounts that a covered scenario might leave short. */
  readonly stress: number;
}

export const SMALL_PAGE_SLOTS = 6;

/** The one that takes most of what comes next is used; of equal ones the first. */
export const BATCH_PROFILES: readonly BatchProfile[] = [
  {
    name: 'default',
    subtrees: 3,
    subtreeAccounts: 16,
    fullPages: 6,
    smallPages: 46,
    heavy: 24,
    halves: 27,
    stress: 8,
  },
  // Where more than half of the accounts are heavy.
  {
    name: 'mixed',
    subtrees: 2,
    subtreeAccounts: 16,
    fullPages: 2,
    smallPages: 32,
    heavy: 30,
    halves: 30,
    stress: 13,
  },
  {
    name: 'dense',
    subtrees: 1,
    subtreeAccounts: 16,
    fullPages: 48,
    smallPages: 8,
    heavy: 16,
    halves: 32,
    stress: 12,
  },
  // Room for whatever four accounts can hold, so that no content of a ledger is without a proof.
  {
    name: 'fallback',
    subtrees: 1,
    subtreeAccounts: 4,
    fullPages: 16,
    smallPages: 1,
    heavy: 4,
    halves: 8,
    stress: 4,
  },
];

/** What some accounts take of a batch. */
export interface BatchLoad {
  readonly fullPages: number;
  readonly smallPages: number;
  readonly heavy: number;
  readonly halves: number;
  readonly stress: number;
}

export const NO_LOAD: BatchLoad = {
  fullPages: 0,
  smallPages: 0,
  heavy: 0,
  halves: 0,
  stress: 0,
};

export const addLoads = (a: BatchLoad, b: BatchLoad): BatchLoad => ({
  fullPages: a.fullPages + b.fullPages,
  smallPages: a.smallPages + b.smallPages,
  heavy: a.heavy + b.heavy,
  halves: a.halves + b.halves,
  stress: a.stress + b.stress,
});

/** A small page fits a full unit too. */
export const fits = (load: BatchLoad, profile: BatchProfile): boolean =>
  load.fullPages <= profile.fullPages &&
  load.fullPages + load.smallPages <= profile.fullPages + profile.smallPages &&
  load.heavy <= profile.heavy &&
  load.halves <= profile.halves &&
  load.stress <= profile.stress;

/** A batch of a session: which accounts, and under which profile. */
export interface BatchPlace {
  readonly profile: BatchProfile;
  readonly firstAccount: number;
  /** Subtrees used, at least 1. */
  readonly subtrees: number;
}

/**
 * Splits a ledger into batches before anything is committed. Greedy: the profile that takes most of
 * the accounts that come next, in whole subtrees of 16, else of four.
 *
 * @param loads by account
 */
export function partition(
  loads: readonly BatchLoad[],
  profiles: readonly BatchProfile[] = BATCH_PROFILES,
): readonly BatchPlace[] {
  const loadOf = (first: number, count: number): BatchLoad =>
    loads.slice(first, first + count).reduce(addLoads, NO_LOAD);
  const places: BatchPlace[] = [];
  let first = 0;
  while (first < loads.length) {
    const place = profiles
      // After four accounts the next subtree of 16 is not whole until the last quarter of it.
      .filter(({ subtreeAccounts }) => first % subtreeAccounts === 0)
      .map((profile): BatchPlace => {
        const { subtreeAccounts } = profile;
        let subtrees = 0;
        while (
          subtrees < profile.subtrees &&
          first + subtrees * subtreeAccounts < loads.length &&
          fits(loadOf(first, (subtrees + 1) * subtreeAccounts), profile)
        ) {
          subtrees += 1;
        }
        return { profile, firstAccount: first, subtrees };
      })
      .reduce((most, place) =>
        place.subtrees * place.profile.subtreeAccounts >
        most.subtrees * most.profile.subtreeAccounts
          ? place
          : most,
      );
    if (place.subtrees === 0) {
      throw new RangeError(`partition: no profile holds the accounts from ${first} on`);
    }
    places.push(place);
    first += place.subtrees * place.profile.subtreeAccounts;
  }
  return places;
}
