// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { profileCapacity, type Statement } from './manifest.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { marginPortfolio, requirementAt } from '../risk/margin/margin.ts';
import type { Pair } from '../model/types.ts';
import { accountInputs, gridInputs, parameterInputs, snapshotInputs } from './circuit-inputs.ts';
import type { StatementInstance, StatementRequest } from './instance.ts';
import { accountSignals, smallestProfile } from './instance.ts';

/**
 * The inputs of `Liquidation(capacity)` for any account and any scenario ids, also where no proof
 * exists: what an attacker would start from.
 */
export function liquidationInputs(
  request: StatementRequest,
  scenarioIds: Pair<number>,
  capacity: number,
): CircuitInputs {
  const words = request.tick.parameterWords;
  return {
    context: request.context,
    ...accountInputs(request.opening, capacity),
    ...snapshotInputs(request.tick.snapshotWords),
    ...parameterInputs(words),
    ...gridInputs(words),
    scenarioId: scenarioIds.map(BigInt),
  };
}

/**
 * The statement that an account is below maintenance, exhibiting its worst scenario of each
 * underlying. Throws `ACCOUNT_HEALTHY` for an account that is not: no proof of it exists.
 */
export function liquidationInstance(
  request: StatementRequest,
  statement: Statement,
): StatementInstance<'liquidation'> {
  const { opening, tick } = request;
  const margin = marginPortfolio(opening.account, tick.market);
  if (!margin.liquidatable) {
    throw new PlimsollError(
      'ACCOUNT_HEALTHY',
      `account ${opening.index} is not below maintenance: equityE6 ${margin.equityE6}, ` +
        `maintenance margin E6 ${margin.mmE6}`,
    );
  }
  const [btc, eth] = margin.underlyings;
  const scenarioIds: Pair<number> = [btc.worstScenario, eth.worstScenario];
  const profile = smallestProfile(statement, opening.account.positions.length);
  return {
    statement: 'liquidation',
    profile,
    inputs: liquidationInputs(request, scenarioIds, profileCapacity(statement, profile)),
    publicSignals: {
      ...accountSignals(request),
      equityE6: margin.equityE6,
      requirementE6: requirementAt(margin, tick.parameters.parameters, scenarioIds),
    },
  };
}
