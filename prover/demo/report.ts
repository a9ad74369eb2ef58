// SPDX-License-Identifier: GPL-3.0-or-later
import type { Proven } from '../proving/prover.ts';

/** What the demonstration proves. */
export type DemoStatement = 'liquidation' | 'bankruptcy' | 'account-margin';

export interface ProofReport {
  readonly statement: DemoStatement;
  readonly account: number;
  readonly constraints: number;
  readonly witnessMs: number;
  readonly proveMs: number;
  readonly verifyMs: number;
  /** Of the transaction the proof was spent on. */
  readonly gas: number;
}

export interface DrawReport {
  readonly account: number;
  readonly deficitE6: bigint;
  readonly paidE6: bigint;
}

export interface CureReport {
  readonly account: number;
  readonly equityE6: bigint;
  readonly maintenanceMarginE6: bigint;
}

/** Every figure read back from the chain or measured. */
export interface DemoReport {
  readonly accounts: number;
  readonly breached: number;
  readonly bankrupt: number;
  readonly proofs: readonly ProofReport[];
  readonly draws: readonly DrawReport[];
  readonly cures: readonly CureReport[];
}

export function proofReport(
  { file, constraints, timings }: Proven<DemoStatement>,
  gas: bigint,
): ProofReport {
  return {
    statement: file.statement,
    account: Number(file.publicSignals.accountIndex),
    constraints,
    ...timings,
    gas: Number(gas),
  };
}
