// SPDX-License-Identifier: GPL-3.0-or-later
import { Ledger } from '../../commitments/ledger.ts';
import { fastestHasher } from '../../proving/backends/native-hasher.ts';
import type { CommandContext } from '../command.ts';
import { readAccounts } from './market-inputs.ts';

/** Fewer are hashed before a worker has started. */
const WORTH_A_WORKER = 100;

/** The accounts with the tree over them; apart, because hashing is most of a short command's time. */
export async function readLedger(context: CommandContext): Promise<Ledger> {
  const accounts = readAccounts(context);
  return accounts.length < WORTH_A_WORKER
    ? new Ledger(accounts)
    : await Ledger.build(accounts, fastestHasher());
}
