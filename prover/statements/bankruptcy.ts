// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { scenarioDigests, tenorDigest } from '../commitments/parameters-words.ts';
import { profileCapacity, type Statement } from './manifest.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { accountInputs, parameterInputs, snapshotInputs } from './circuit-inputs.ts';
import type { StatementInstance, StatementRequest } from './instance.ts';
import { accountSignals, smallestProfile } from './instance.ts';

/** The inputs of `Bankruptcy(capacity)` for any account, also where no proof exists. */
export function bankruptcyInputs(request: StatementRequest, capacity: number): CircuitInputs {
  const words = request.tick.parameterWords;
  return {
    context: request.context,
    ...accountInputs(request.opening, capacity),
    ...snapshotInputs(request.tick.snapshotWords),
    ...parameterInputs(words),
    tenorDigest: tenorDigest(words),
    scenarioDigest: scenarioDigests(words),
  };
}

/**
 * The statement of an account's exact deficit at mark. Throws `ACCOUNT_SOLVENT` for an account
 * without one: no proof of it exists.
 */
export function bankruptcyInstance(
  request: StatementRequest,
  statement: Statement,
): StatementInstance<'bankruptcy'> {
  const { opening, tick } = request;
  const margin = marginPortfolio(opening.account, tick.market);
  if (!margin.bankrupt) {
    throw new PlimsollError(
      'ACCOUNT_SOLVENT',
      `account ${opening.index} is not bankrupt: gross equityE6 ${margin.grossEquityE6}`,
    );
  }
  const profile = smallestProfile(statement, opening.account.positions.length);
  return {
    statement: 'bankruptcy',
    profile,
    inputs: bankruptcyInputs(request, profileCapacity(statement, profile)),
    publicSignals: { ...accountSignals(request), deficitE6: margin.deficitE6 },
  };
}
