// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../prover/commitments/account.ts';
import type { Pair, Triple } from '../../prover/model/types.ts';
import type { BatchProfile } from '../../prover/commitments/session/profiles.ts';
import { profileParameters } from '../../prover/statements/solvency-batch.ts';
import { accountFigures } from '../../prover/venue/session/claims.ts';
import { prepareSession } from '../../prover/venue/session/session.ts';
import { compileHarness, type CircuitUnderTest } from './circuit.ts';
import { sessionRequest, smallVenue } from './session-venue.ts';

/** The shipped template with room for two light accounts, a safe one and one that is not even covered. */
export const TINY: BatchProfile = {
  name: 'tiny',
  subtrees: 1,
  subtreeAccounts: 4,
  fullPages: 1,
  smallPages: 3,
  heavy: 2,
  halves: 3,
  stress: 1,
};

/** What the account without cover is like: which underlyings it holds, and coins in place of some of its quote. */
export interface OpenAccount {
  readonly holds: Pair<boolean>;
  readonly collateralE8: Triple<bigint>;
}
const BTC_WITHOUT_COINS: OpenAccount = { holds: [true, false], collateralE8: [0n, 0n, 0n] };

/** A venue whose first four accounts fill that room. */
export function orderedVenue({
  holds,
  collateralE8,
}: OpenAccount = BTC_WITHOUT_COINS): readonly Account[] {
  const accounts = smallVenue(14);
  const { table, terms } = prepareSession(sessionRequest(accounts));
  const figures = accounts.map((account) => accountFigures(account, table, terms));
  const heldBy = (index: number): readonly boolean[] =>
    figures[index]!.heavy?.maximaE6.map((maximum) => maximum !== undefined) ?? [];
  const held = (index: number): number => heldBy(index).filter(Boolean).length;
  const openHalves = holds.filter(Boolean).length;
  const indices = accounts.map((_, index) => index);
  const light = indices.filter((index) => figures[index]!.heavy === undefined);
  const safe = indices.find(
    (index) => figures[index]!.heavy?.isSafe && held(index) === TINY.halves - openHalves,
  );
  const open = indices.find(
    (index) =>
      figures[index]!.heavy?.isCovered === false &&
      !figures[index]!.heavy.isSafe &&
      heldBy(index).every((one, u) => one === holds[u]),
  );
  const first = [light[0]!, light[1]!, safe!, open!];
  const rest = indices.filter((index) => !first.includes(index));
  const coinsE6 = collateralE8.reduce(
    (worth, balance, c) => worth + (balance * terms.assets[c]!.priceE4) / 1_000_000n,
    0n,
  );
  return [...first, ...rest].map((index): Account => {
    const account = accounts[index]!;
    if (index !== open) return account;
    return { ...account, collateralE8, quoteE6: account.quoteE6 - coinsE6 };
  });
}

export const openTinyBatch = async (): Promise<CircuitUnderTest> =>
  compileHarness({
    name: `solvency-batch-${profileParameters(TINY).join('-')}`,
    file: 'circuits/statements/solvency-batch.circom',
    template: 'SolvencyBatch',
    parameters: [...profileParameters(TINY)],
  });
