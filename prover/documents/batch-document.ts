// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Account } from '../commitments/account.ts';
import { TREE_CAPACITY } from '../commitments/widths.ts';
import { requireRule } from '../core/errors.ts';
import { constant, decimalBigint, integer, list, parseDocument } from '../core/schema.ts';
import { formatLedger, parseLedgerValue } from './ledger-document.ts';

export const BATCH_FORMAT = 'plimsoll.batch';
export const BATCH_VERSION = 1;

const AMOUNT_LIMIT = 1n << 64n;

const batchSchema = z.strictObject({
  format: constant(BATCH_FORMAT),
  version: constant(BATCH_VERSION),
  /** Indices of the accounts of `ledger`, ascending. */
  indices: list(integer(0, TREE_CAPACITY - 1), TREE_CAPACITY),
  outcomes: list(decimalBigint(0n, AMOUNT_LIMIT - 1n)),
  ledger: z.unknown(),
});

/** What is published with a root: every account that it changes or adds, whole, and the outcomes. */
export interface Batch {
  readonly changed: ReadonlyMap<number, Account>;
  /** Amount applied of each user message consumed, in the order of the lane and the message's unit. */
  readonly outcomes: readonly bigint[];
}

/** The batch that leads from one ledger to the next. */
export function batchBetween(
  previous: readonly Account[],
  next: readonly Account[],
  outcomes: readonly bigint[],
): Batch {
  const changed = next.flatMap((account, index): [number, Account][] =>
    account === previous[index] ? [] : [[index, account]],
  );
  return { changed: new Map(changed), outcomes };
}

/** The accounts after the batch; throws `InvalidInput` where one would stand beyond a gap. */
export function accountsAfter(previous: readonly Account[], batch: Batch): readonly Account[] {
  const accounts = [...previous];
  for (const [index, account] of batch.changed) {
    requireRule(
      index <= accounts.length,
      'indices',
      `must be ascending and leave no account out: ${index} after ${accounts.length} accounts`,
    );
    accounts[index] = account;
  }
  return accounts;
}

export function formatBatch({ changed, outcomes }: Batch): string {
  return JSON.stringify({
    format: BATCH_FORMAT,
    version: BATCH_VERSION,
    indices: [...changed.keys()],
    outcomes: outcomes.map(String),
    ledger: JSON.parse(formatLedger([...changed.values()])) as unknown,
  });
}

/** Reads a published batch; throws `InvalidInput` naming field and rule. */
export function parseBatch(source: string): Batch {
  const { indices, outcomes, ledger } = parseDocument(batchSchema, source, 'batch');
  const accounts = parseLedgerValue(ledger);
  requireRule(accounts.length === indices.length, 'indices', 'must be one for each account');
  requireRule(
    indices.every((index, place) => place === 0 || index > indices[place - 1]!),
    'indices',
    'must be ascending',
  );
  return {
    changed: new Map(indices.map((index, place) => [index, accounts[place]!])),
    outcomes,
  };
}
