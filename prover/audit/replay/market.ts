// SPDX-License-Identifier: GPL-3.0-or-later
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { auditInbox, auditLedgers, type Ledgers, type ReplayContext } from './ledgers.ts';
import { MarginSteps } from './margin-steps.ts';
import { AuditedTicks, PublishedParameters, auditSnapshots, auditTicks } from './ticks.ts';

/** Makes every check of inbox, snapshots, ledgers and ticks; what proofs are of is what comes out. */
export async function auditMarket(
  context: ReplayContext,
  parameters: readonly ParameterSet[],
): Promise<{
  readonly ledgers: Ledgers;
  readonly ticks: AuditedTicks;
  readonly steps: MarginSteps;
}> {
  const inbox = await auditInbox(context);
  const snapshots = await auditSnapshots(context);
  const ledgers = await auditLedgers(context, inbox, (block) => snapshots.before(block));
  const published = new PublishedParameters(parameters);
  const steps = new MarginSteps(context, snapshots, published);
  const ticks = new AuditedTicks(snapshots, published);
  await auditTicks(context, ledgers, ticks, published);
  return { ledgers, ticks, steps };
}
