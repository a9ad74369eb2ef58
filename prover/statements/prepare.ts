// SPDX-License-Identifier: GPL-3.0-or-later
import type { StatementName } from './generated/public-signals.ts';
import type { CircuitManifest, Statement } from './manifest.ts';
import { findStatement, loadManifest } from './manifest.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import { accountMarginInstance } from './account-margin.ts';
import { bankruptcyInstance } from './bankruptcy.ts';
import type { StatementInstance, StatementRequests } from './instance.ts';
import { liquidationInstance } from './liquidation.ts';
import { marginStepInstance } from './margin-step.ts';
import { oracleMedianInstance } from './oracle-median.ts';
import { riskArraysInstance } from './risk-arrays.ts';
import { solvencyBatchInstance } from './solvency-batch.ts';
import { solvencyCloseInstance } from './solvency-close.ts';
import { solvencyReceiptInstance } from './solvency-receipt.ts';
import { takeoverInstance } from './takeover.ts';

type Prepare<Name extends StatementName> = (
  request: StatementRequests[Name],
  statement: Statement,
) => StatementInstance<Name>;

const PREPARE: { readonly [Name in StatementName]: Prepare<Name> } = {
  liquidation: liquidationInstance,
  bankruptcy: bankruptcyInstance,
  'account-margin': accountMarginInstance,
  'solvency-receipt': solvencyReceiptInstance,
  takeover: takeoverInstance,
  'margin-step': marginStepInstance,
  'oracle-median': oracleMedianInstance,
  'risk-arrays': riskArraysInstance,
  'solvency-batch': solvencyBatchInstance,
  'solvency-close': solvencyCloseInstance,
};

/** The statement of that name about an account; throws where the account gives no such proof. */
export function prepareStatement<Name extends StatementName>(
  name: Name,
  request: StatementRequests[Name],
  circuits: CircuitManifest = loadManifest(REPOSITORY_ROOT),
): StatementInstance<Name> {
  return PREPARE[name](request, findStatement(circuits, name));
}
