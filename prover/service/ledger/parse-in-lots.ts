// SPDX-License-Identifier: GPL-3.0-or-later
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Account } from '../../commitments/account.ts';
import { TREE_CAPACITY } from '../../commitments/widths.ts';
import { chunksOf } from '../../core/chunks.ts';
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

/** As `parseLedgerValue`, lot by lot of so many accounts; what is behind is not held any more. */
export function ledgerLots(
  document: unknown,
  instruments: SharedInstruments,
  size: number,
): Iterator<readonly Account[], void> & Iterable<readonly Account[]> {
  const { accounts, ...head } = (document ?? {}) as { readonly accounts?: unknown };
  // What is no ledger at all is told by the whole; what is one lot is read once.
  if (!Array.isArray(accounts) || accounts.length > TREE_CAPACITY || accounts.length <= size) {
    return [parseLedgerValue(document, instruments)].values();
  }
  parseLedgerValue({ ...head, accounts: [] });
  // No generator: its frame would hold the document to the end.
  return lotsOf(head, chunksOf<unknown>(accounts, size), instruments, size);
}

function* lotsOf(
  head: object,
  lots: unknown[][],
  instruments: SharedInstruments,
  size: number,
): Generator<readonly Account[], void> {
  for (const [at, accounts] of lots.entries()) {
    lots[at] = [];
    try {
      yield parseLedgerValue({ ...head, accounts }, instruments);
    } catch (error) {
      throw moved(error, at * size);
    }
  }
}

/** As `parseLedgerValue`, without keeping this thread's other work waiting. */
export async function parseLedgerInLots(
  document: unknown,
  instruments: SharedInstruments = new Map(),
): Promise<readonly Account[]> {
  const parsed: Account[] = [];
  for (const lot of ledgerLots(document, instruments, LOT)) {
    parsed.push(...lot);
    // A few accounts are no reason to wait: an admission would do it at each question.
    if (lot.length === LOT) await nextTurn();
  }
  return parsed;
}
