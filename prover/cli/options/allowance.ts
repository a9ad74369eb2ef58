// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract } from 'ethers';
import { z } from 'zod';

import { read } from '../../chain/refusal.ts';
import { formatUsd } from '../../model/format.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { CommandContext } from '../command.ts';
import { transact, type SigningConnection } from './transaction.ts';

const TOKEN_ABI = [
  'function balanceOf(address owner) view returns (uint256)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function approve(address spender, uint256 amount) returns (bool)',
];

/**
 * Sees to it that a contract of the venue may take this much of the sender's: exactly this much, by a
 * transaction of its own. Throws `NOT_ENOUGH` where the sender does not have it, and, in a dry run,
 * `NOT_ALLOWED` where it would first have to be allowed.
 */
export async function allowPayment(
  context: CommandContext,
  connection: SigningConnection,
  spender: string,
  amountE6: bigint,
): Promise<void> {
  if (amountE6 === 0n) return;
  const { document, sender, venue, isDryRun } = connection;
  const token = new Contract(document.contracts.asset, TOKEN_ABI, venue.vault.runner);
  const held = await read(token, 'balanceOf', [sender], z.bigint());
  if (held < amountE6) {
    throw new PlimsollError(
      'NOT_ENOUGH',
      `${sender} has ${formatUsd(held)} of the venue's token, and this takes ${formatUsd(amountE6)}`,
    );
  }
  const allowed = await read(token, 'allowance', [sender, spender], z.bigint());
  if (allowed >= amountE6) return;
  if (isDryRun) {
    throw new PlimsollError(
      'NOT_ALLOWED',
      `${spender} may take ${formatUsd(allowed)} of ${sender}, and this takes ` +
        `${formatUsd(amountE6)}: without --dry-run it is allowed first, by a transaction of its own`,
    );
  }
  await transact(context, connection, {
    contract: token,
    method: 'approve',
    args: [spender, amountE6],
  });
}
