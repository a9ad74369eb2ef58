// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Account } from '../../commitments/account.ts';
import { decimalBigint, integer, parseValue } from '../../core/schema.ts';
import { SCALAR_FIELD } from '../../core/scalar-field.ts';
import type { SharedInstruments } from '../../documents/ledger-document.ts';
import { parseLedgerInLots } from './parse-in-lots.ts';

export const sequence = integer(1, Number.MAX_SAFE_INTEGER);
export const root = decimalBigint(0n, SCALAR_FIELD - 1n);

/** A ledger as a whole, under the number and the root that its sender says it has. */
export const wholeLedgerSchema = z.strictObject({ sequence, root, ledger: z.unknown() });

/** The same, read; whether the root is that of the accounts is not known yet. */
export class WholeLedger {
  readonly sequence: number;
  readonly root: bigint;
  readonly accounts: readonly Account[];
  /** What its accounts hold, for those that are read later. */
  readonly instruments: SharedInstruments;

  constructor(
    stated: { readonly sequence: number; readonly root: bigint },
    accounts: readonly Account[],
    instruments: SharedInstruments,
  ) {
    this.sequence = stated.sequence;
    this.root = stated.root;
    this.accounts = accounts;
    this.instruments = instruments;
  }

  /** From JSON; throws `InvalidInput` naming field and rule. */
  static async of(body: unknown): Promise<WholeLedger> {
    const { ledger, ...stated } = parseValue(wholeLedgerSchema, body, 'ledger');
    const instruments: SharedInstruments = new Map();
    return new WholeLedger(stated, await parseLedgerInLots(ledger, instruments), instruments);
  }
}
