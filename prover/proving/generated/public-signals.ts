// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from circuits/circuits.json by scripts/build-circuits.ts. Do not edit.

/** The account is below maintenance margin: one scenario per underlying already costs more than its equity covers. */
export interface LiquidationSignals {
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk parameter set (hash). */
  readonly parameterHash: bigint;
  /** Position of the account in the ledger (index). */
  readonly accountIndex: bigint;
  /** How often the account has been settled, as its leaf says (count). */
  readonly settlementNonce: bigint;
  /** Equity of the account, haircuts applied (USD E6). */
  readonly equityE6: bigint;
  /** Maintenance requirement at the exhibited scenarios, never above the maintenance margin (USD E6). */
  readonly requirementE6: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** The account's assets at mark, without haircuts, fall short of its debts by exactly the stated deficit. */
export interface BankruptcySignals {
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk parameter set (hash). */
  readonly parameterHash: bigint;
  /** Position of the account in the ledger (index). */
  readonly accountIndex: bigint;
  /** How often the account has been settled, as its leaf says (count). */
  readonly settlementNonce: bigint;
  /** Exact shortfall at mark, at least 1 (USD E6). */
  readonly deficitE6: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** Public signals by statement; signed amounts are decoded. */
export interface StatementSignals {
  readonly liquidation: LiquidationSignals;
  readonly bankruptcy: BankruptcySignals;
}

export type StatementName = keyof StatementSignals;

/** From the smallest circuit up. */
export const PROFILES = {
  liquidation: ['small', '16', '64'],
  bankruptcy: ['small', '16', '64'],
} as const;

/** In the order in which the verifier takes them. */
export const PUBLIC_SIGNALS = {
  liquidation: [
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    { name: 'accountIndex', unit: 'index', type: 'uint' },
    { name: 'settlementNonce', unit: 'count', type: 'uint' },
    { name: 'equityE6', unit: 'USD E6', type: 'signed' },
    { name: 'requirementE6', unit: 'USD E6', type: 'uint' },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  bankruptcy: [
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    { name: 'accountIndex', unit: 'index', type: 'uint' },
    { name: 'settlementNonce', unit: 'count', type: 'uint' },
    { name: 'deficitE6', unit: 'USD E6', type: 'uint' },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
} as const;
