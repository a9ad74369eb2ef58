// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError, requireRule } from '../core/errors.ts';
import { profileCapacity, type Statement } from './manifest.ts';
import type { CircuitInputs } from './circuit-input.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { accountInputs, gridInputs, parameterInputs, snapshotInputs } from './circuit-inputs.ts';
import type { SolvencyReceiptRequest, StatementInstance } from './instance.ts';
import { accountSignals, smallestProfile } from './instance.ts';

const EQUITY_AT_LEAST_BITS = 88n;

/** The inputs of `SolvencyReceipt(capacity)` for any account, also where no proof exists. */
export function solvencyReceiptInputs(
  request: SolvencyReceiptRequest,
  capacity: number,
): CircuitInputs {
  const words = request.tick.parameterWords;
  // `owner` is the name of the output.
  const { owner: accountOwner, ...account } = accountInputs(request.opening, capacity);
  return {
    context: request.context,
    statedEquityE6: request.equityAtLeastE6 ?? 0n,
    accountOwner: accountOwner!,
    ...account,
    ...snapshotInputs(request.tick.snapshotWords),
    ...parameterInputs(words),
    ...gridInputs(words),
  };
}

/**
 * The statement that an account of its owner has its initial margin and the stated equity. Throws
 * `ACCOUNT_UNHEALTHY` where it has not, and `EQUITY_BELOW_STATED`: no proof of either exists.
 */
export function solvencyReceiptInstance(
  request: SolvencyReceiptRequest,
  statement: Statement,
): StatementInstance<'solvency-receipt'> {
  const { opening, tick, equityAtLeastE6 = 0n } = request;
  requireRule(
    equityAtLeastE6 >= 0n && equityAtLeastE6 >> EQUITY_AT_LEAST_BITS === 0n,
    'equityAtLeastE6',
    `must be from 0 to 2^${EQUITY_AT_LEAST_BITS} - 1`,
  );
  const { account, index } = opening;
  const margin = marginPortfolio(account, tick.market);
  if (margin.equityE6 < margin.imE6) {
    throw new PlimsollError(
      'ACCOUNT_UNHEALTHY',
      `account ${index} has not its initial margin: equityE6 ${margin.equityE6}, ` +
        `initial margin E6 ${margin.imE6}`,
    );
  }
  if (margin.equityE6 < equityAtLeastE6) {
    throw new PlimsollError(
      'EQUITY_BELOW_STATED',
      `account ${index} has less than the stated equity: equityE6 ${margin.equityE6}, ` +
        `stated ${equityAtLeastE6}`,
    );
  }
  const profile = smallestProfile(statement, account.positions.length);
  const { ledgerRoot, snapshotHash, parameterHash, context } = accountSignals(request);
  return {
    statement: 'solvency-receipt',
    profile,
    inputs: solvencyReceiptInputs(request, profileCapacity(statement, profile)),
    publicSignals: {
      ledgerRoot,
      snapshotHash,
      parameterHash,
      owner: account.owner,
      equityAtLeastE6,
      context,
    },
  };
}
