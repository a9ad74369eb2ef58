// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import type { AccountChange } from '../commitments/account-change.ts';
import type { AccountOpening } from '../commitments/ledger.ts';
import type {
  BankruptcySignals,
  StatementName,
  StatementSignals,
} from './generated/public-signals.ts';
import { profileCapacity, type Statement } from './manifest.ts';
import type { CircuitInputs } from './circuit-input.ts';
import type { MarketTick } from './market-tick.ts';
import type { MarginStepRequest } from './margin-step.ts';
import type { OracleMedianRequest } from './oracle-median.ts';
import type { RiskArraysRequest } from './risk-arrays.ts';
import type { SolvencyBatchRequest } from './solvency-batch.ts';
import type { SolvencyCloseRequest } from './solvency-close.ts';
import type { TakeoverRequest } from './takeover.ts';

/** What an account statement is about, and whom its proof serves. */
export interface StatementRequest {
  readonly opening: AccountOpening;
  /** Shared by all accounts that are proven at it. */
  readonly tick: MarketTick;
  /** keccak256(chain id, contract, action, beneficiary) mod r. */
  readonly context: bigint;
}

/** The account's margin is asked for after a change; without one, as it stands. */
export interface AccountMarginRequest extends StatementRequest {
  readonly change?: AccountChange | undefined;
}

/** The receipt may also say what the equity is at least. */
export interface SolvencyReceiptRequest extends StatementRequest {
  /** Below 2⁸⁸; 0, the default, states nothing beyond the initial margin. */
  readonly equityAtLeastE6?: bigint | undefined;
}

/** What each statement is prepared from. */
export interface StatementRequests {
  readonly liquidation: StatementRequest;
  readonly bankruptcy: StatementRequest;
  readonly 'account-margin': AccountMarginRequest;
  readonly 'solvency-receipt': SolvencyReceiptRequest;
  readonly takeover: TakeoverRequest;
  readonly 'margin-step': MarginStepRequest;
  readonly 'oracle-median': OracleMedianRequest;
  readonly 'risk-arrays': RiskArraysRequest;
  readonly 'solvency-batch': SolvencyBatchRequest;
  readonly 'solvency-close': SolvencyCloseRequest;
}

/** What the statements about a named account publish: commitments, place and use. */
export type AccountSignals = Omit<BankruptcySignals, 'deficitE6'>;

/** A statement about one account, ready to be proven. */
export interface StatementInstance<Name extends StatementName = StatementName> {
  readonly statement: Name;
  readonly profile: string;
  readonly inputs: CircuitInputs;
  /** What the circuit will publish, by name; amounts signed, not as field elements. */
  readonly publicSignals: StatementSignals[Name];
}

/** The cheapest profile that takes so many positions. */
export function smallestProfile(statement: Statement, positions: number): string {
  const [smallest] = Object.keys(statement.profiles)
    .map((profile) => ({ profile, capacity: profileCapacity(statement, profile) }))
    .filter(({ capacity }) => capacity >= positions)
    .sort((left, right) => left.capacity - right.capacity);
  if (smallest === undefined) {
    throw new PlimsollError(
      'NO_SUCH_PROFILE',
      `${statement.name} has no profile for ${positions} positions`,
    );
  }
  return smallest.profile;
}

export function accountSignals(request: StatementRequest): AccountSignals {
  const { opening, tick, context } = request;
  return {
    ledgerRoot: opening.ledgerRoot,
    snapshotHash: tick.snapshotHash,
    parameterHash: tick.parameterHash,
    accountIndex: BigInt(opening.index),
    settlementNonce: opening.account.settlementNonce,
    owner: opening.account.owner,
    frozen: opening.account.frozen ? 1n : 0n,
    riskReducingOnly: opening.account.riskReducingOnly ? 1n : 0n,
    context,
  };
}
