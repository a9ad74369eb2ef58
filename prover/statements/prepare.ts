// SPDX-License-Identifier: GPL-3.0-or-later
import type { StatementName } from '../proving/generated/public-signals.ts';
import type { CircuitManifest, Statement } from '../proving/manifest.ts';
import { findStatement, loadManifest } from '../proving/manifest.ts';
import { REPOSITORY_ROOT } from '../proving/root.ts';
import { bankruptcyInstance } from './bankruptcy.ts';
import type { StatementInstance, StatementRequest } from './instance.ts';
import { liquidationInstance } from './liquidation.ts';

type Prepare<Name extends StatementName> = (
  request: StatementRequest,
  statement: Statement,
) => StatementInstance<Name>;

const PREPARE: { readonly [Name in StatementName]: Prepare<Name> } = {
  liquidation: liquidationInstance,
  bankruptcy: bankruptcyInstance,
};

/** The statement of that name about an account; throws where the account gives no such proof. */
export function prepareStatement<Name extends StatementName>(
  name: Name,
  request: StatementRequest,
  circuits: CircuitManifest = loadManifest(REPOSITORY_ROOT),
): StatementInstance<Name> {
  return PREPARE[name](request, findStatement(circuits, name));
}
