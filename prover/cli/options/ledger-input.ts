// SPDX-License-Identifier: GPL-3.0-or-later
import { Ledger } from '../../commitments/ledger.ts';
import type { CommandContext } from '../command.ts';
import { readAccounts } from './market-inputs.ts';

/** The accounts with the tree over them; apart, because hashing is most of a short command's time. */
export const readLedger = (context: CommandContext): Ledger => new Ledger(readAccounts(context));
