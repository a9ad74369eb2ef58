// SPDX-License-Identifier: GPL-3.0-or-later
import type { StatementName } from '../proving/generated/public-signals.ts';
import type { CircuitManifest } from '../proving/manifest.ts';
import { findStatement, loadManifest } from '../proving/manifest.ts';
import { REPOSITORY_ROOT } from '../proving/root.ts';
import { bankruptcyInstance } from './bankruptcy.ts';
import type { StatementInstance, StatementRequest } from './instance.ts';
import { liquidationInstance } from './liquidation.ts';

/** The statement of that name about an account; throws where the account gives no such proof. */
export function prepareStatement(
  name: StatementName,
  request: StatementRequest,
  circuits: CircuitManifest = loadManifest(REPOSITORY_ROOT),
): StatementInstance {
  const statement = findStatement(circuits, name);
  return name === 'liquidation'
    ? liquidationInstance(request, statement)
    : bankruptcyInstance(request, statement);
}
