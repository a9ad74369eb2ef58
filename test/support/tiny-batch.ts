// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../prover/commitments/account.ts';
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

/** A venue whose first four accounts fill that room. */
export function orderedVenue(): readonly Account[] {
  const accounts = smallVenue(14);
  const { table, terms } = prepareSession(sessionRequest(accounts));
  const figures = accounts.map((account) => accountFigures(account, table, terms));
  const held = (index: number): number =>
    figures[index]!.heavy?.maximaE6.filter((maximum) => maximum !== undefined).length ?? 0;
  const indices = accounts.map((_, index) => index);
  const light = indices.filter((index) => figures[index]!.heavy === undefined);
  const safe = indices.find((index) => figures[index]!.heavy?.isSafe && held(index) === 2);
  const open = indices.find(
    (index) =>
      figures[index]!.heavy?.isCovered === false &&
      !figures[index]!.heavy.isSafe &&
      held(index) === 1,
  );
  const first = [light[0]!, light[1]!, safe!, open!];
  const rest = indices.filter((index) => !first.includes(index));
  return [...first, ...rest].map((index) => accounts[index]!);
}

export const openTinyBatch = async (): Promise<CircuitUnderTest> =>
  compileHarness({
    name: `solvency-batch-${profileParameters(TINY).join('-')}`,
    file: 'circuits/statements/solvency-batch.circom',
    template: 'SolvencyBatch',
    parameters: [...profileParameters(TINY)],
  });
