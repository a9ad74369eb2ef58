// SPDX-License-Identifier: GPL-3.0-or-later
import { NO_CHANGE, accountAfter, placeOf } from '../commitments/account-change.ts';
import type { AccountChange } from '../commitments/account-change.ts';
import { profileCapacity, type Statement } from './manifest.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { packChange } from './change.ts';
import {
  accountInputs,
  changeInputs,
  gridInputs,
  parameterInputs,
  snapshotInputs,
} from './circuit-inputs.ts';
import type { AccountMarginRequest, StatementInstance } from './instance.ts';
import { accountSignals, smallestProfile } from './instance.ts';

/** The inputs of `AccountMargin(capacity)`; the positions are those after the change. */
export function accountMarginInputs(
  request: AccountMarginRequest,
  capacity: number,
): CircuitInputs {
  const { opening, change = NO_CHANGE } = request;
  const { positions } = accountAfter(opening.account, change);
  const words = request.tick.parameterWords;
  return {
    context: request.context,
    ...accountInputs({ ...opening, account: { ...opening.account, positions } }, capacity),
    ...changeInputs(change, isInserted(opening.account.positions, change)),
    ...snapshotInputs(request.tick.snapshotWords),
    ...parameterInputs(words),
    ...gridInputs(words),
  };
}

function isInserted(
  positions: AccountMarginRequest['opening']['account']['positions'],
  { addedPosition }: AccountChange,
): boolean {
  return addedPosition !== undefined && !placeOf(positions, addedPosition).isHeld;
}

/**
 * The statement of an account's exact margin after a change. Every account has one; only a change
 * that it cannot bear is refused, with `InvalidInput`.
 */
export function accountMarginInstance(
  request: AccountMarginRequest,
  statement: Statement,
): StatementInstance<'account-margin'> {
  const { opening, tick, change = NO_CHANGE } = request;
  const account = accountAfter(opening.account, change);
  const margin = marginPortfolio(account, tick.market);
  const [btc, eth] = margin.underlyings;
  const profile = smallestProfile(statement, account.positions.length);
  return {
    statement: 'account-margin',
    profile,
    inputs: accountMarginInputs(request, profileCapacity(statement, profile)),
    publicSignals: {
      ...accountSignals(request),
      equityE6: margin.equityE6,
      maintenanceMarginE6: margin.mmE6,
      initialMarginE6: margin.imE6,
      worstScenarioBtc: BigInt(btc.worstScenario),
      worstScenarioEth: BigInt(eth.worstScenario),
      cureBufferBps: tick.parameters.parameters.cureBufferBps,
      change: packChange(change),
      haircutE6: margin.grossEquityE6 - margin.equityE6,
    },
  };
}
