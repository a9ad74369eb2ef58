// SPDX-License-Identifier: GPL-3.0-or-later
import { bidCall } from '../../chain/submit.ts';
import type { ContractCall } from '../../chain/refusal.ts';
import type { Freeze } from '../../keeper/liquidations.ts';
import type { JudgedTick } from '../../keeper/judged-tick.ts';
import type { Prover } from '../../proving/prover.ts';
import type { CommandContext } from '../command.ts';
import { proveJudged } from './venue-proof.ts';
import type { SigningConnection } from './transaction.ts';

/** Proves the account as it stands, for this sender's bid; the limit is what it may cost at most. */
export async function provenBid(
  context: CommandContext,
  { document, sender, venue }: SigningConnection,
  prover: Prover,
  judged: JudgedTick,
  accountIndex: number,
  freeze: Freeze,
): Promise<(limitE6: bigint) => Promise<ContractCall>> {
  const proof = await proveJudged(context, prover, document, judged, {
    statement: 'account-margin',
    accountIndex,
    action: 'bidForAccount',
    beneficiary: sender,
  });
  return (limitE6) => bidCall(venue, proof, freeze.sequence, limitE6);
}
