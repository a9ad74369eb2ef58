// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { leafWords, type LeafWords } from '../../commitments/leaf-words.ts';
import type { LedgerChange } from '../../commitments/ledger.ts';
import { TREE_CAPACITY } from '../../commitments/widths.ts';
import { requireRule } from '../../core/errors.ts';
import { integer, list, parseValue } from '../../core/schema.ts';
import {
  LEDGER_FORMAT,
  LEDGER_VERSION,
  accountDocument,
  type SharedInstruments,
} from '../../documents/ledger-document.ts';
import { parseLedgerInLots } from './parse-in-lots.ts';
import { root, sequence } from './whole-ledger.ts';

/** What changed from the ledger numbered one less. */
export const ledgerUpdateSchema = z.strictObject({
  sequence,
  root,
  changes: list(
    z.strictObject({ index: integer(0, TREE_CAPACITY - 1), account: z.unknown() }),
    TREE_CAPACITY,
    1,
  ),
});

/** Reads the changed accounts; a fault names the change it is in. */
export async function changesOf(
  changes: readonly { index: number; account?: unknown }[],
  instruments: SharedInstruments,
): Promise<LedgerChange[]> {
  const document = {
    format: LEDGER_FORMAT,
    version: LEDGER_VERSION,
    accounts: changes.map(({ account }) => account),
  };
  const accounts = await parseLedgerInLots(document, instruments);
  const seen = new Set<number>();
  return changes.map(({ index }, at) => {
    requireRule(!seen.has(index), `changes[${at}].index`, `${index} stands there twice`);
    seen.add(index);
    return { index, account: accounts[at]! };
  });
}

/** An update that was read; whether it follows, and leads to its root, is not known yet. */
export class ReadUpdate {
  readonly sequence: number;
  readonly root: bigint;
  readonly changes: readonly LedgerChange[];
  /** What its leaves are hashed from. */
  readonly words: Iterable<LeafWords>;
  /** Its record in the journal, as JSON. */
  readonly record: string;

  constructor(
    { sequence: number, root: stated }: { readonly sequence: number; readonly root: bigint },
    changes: readonly LedgerChange[],
    words: Iterable<LeafWords>,
    record: string,
  ) {
    this.sequence = number;
    this.root = stated;
    this.changes = changes;
    this.words = words;
    this.record = record;
  }

  /** From JSON; throws `InvalidInput` naming field and rule. */
  static async of(body: unknown, instruments: SharedInstruments): Promise<ReadUpdate> {
    const { changes, ...stated } = parseValue(ledgerUpdateSchema, body, 'update');
    const parsed = await changesOf(changes, instruments);
    const record = JSON.stringify({
      sequence: stated.sequence,
      root: stated.root.toString(),
      changes: parsed.map(({ index, account }) => ({ index, account: accountDocument(account) })),
    });
    const words = leafWords(parsed.map(({ account }) => account));
    return new ReadUpdate(stated, parsed, words, record);
  }
}
