// SPDX-License-Identifier: GPL-3.0-or-later
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Account } from '../../commitments/account.ts';
import { TREE_CAPACITY } from '../../commitments/widths.ts';
import { InvalidInput } from '../../core/errors.ts';
import { parseLedgerValue, type SharedInstruments } from '../../documents/ledger-document.ts';

/** A thousand accounts take a tenth of a second to check: between two lots others have their turn. */
const LOT = 50;

/** The same field, of a list that begins so much later. */
function moved(error: unknown, first: number): unknown {
  if (!(error instanceof InvalidInput)) return error;
  const field = error.field.replace(
    /^accounts\[(\d+)\]/,
    (_, index: string) => `accounts[${first + Number(index)}]`,
  );
  return new InvalidInput(field, error.rule, { cause: error });
}

/** As `parseLedgerValue`, lot by lot. */
export function* ledgerLots(
  document: unknown,
  instruments: SharedInstruments,
): Generator<readonly Account[], void> {
  const { accounts } = (document ?? {}) as { readonly accounts?: unknown };
  // What is no ledger at all is told by the whole.
  if (!Array.isArray(accounts) || accounts.length > TREE_CAPACITY) {
    yield parseLedgerValue(document, instruments);
    return;
  }
  parseLedgerValue({ ...(document as object), accounts: [] });
  for (let first = 0; first < accounts.length; first += LOT) {
    const lot = { ...(document as object), accounts: accounts.slice(first, first + LOT) };
    try {
      yield parseLedgerValue(lot, instruments);
    } catch (error) {
      throw moved(error, first);
    }
  }
}

/** As `parseLedgerValue`, without keeping this thread's other work waiting. */
export async function parseLedgerInLots(
  document: unknown,
  instruments: SharedInstruments = new Map(),
): Promise<readonly Account[]> {
  const parsed: Account[] = [];
  for (const lot of ledgerLots(document, instruments)) {
    parsed.push(...lot);
    await nextTurn();
  }
  return parsed;
}
