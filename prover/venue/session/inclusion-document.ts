// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { accountLeaf, type Account } from '../../commitments/account.ts';
import { ledgerRoot, type AccountOpening } from '../../commitments/ledger.ts';
import { rootOfPath, type Children } from '../../commitments/tree.ts';
import { TREE_ARITY, TREE_CAPACITY, TREE_DEPTH } from '../../commitments/widths.ts';
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { toJsonLine } from '../../core/json-output.ts';
import { SCALAR_FIELD } from '../../core/scalar-field.ts';
import { constant, decimalBigint, integer, list, parseDocument } from '../../core/schema.ts';
import { formatLedger, parseLedgerValue } from '../../documents/ledger-document.ts';

const element = decimalBigint(0n, SCALAR_FIELD - 1n);
const schema = z.strictObject({
  format: constant('plimsoll-inclusion'),
  version: constant(1),
  index: integer(0, TREE_CAPACITY - 1),
  accountCount: integer(1, TREE_CAPACITY),
  children: list(list(element, TREE_ARITY, TREE_ARITY), TREE_DEPTH, TREE_DEPTH),
  /** A ledger document of this account alone. */
  ledger: z.unknown(),
});

/** An account and its place, with the root of the ledger in which it stands there. */
export interface Inclusion {
  readonly index: number;
  readonly account: Account;
  readonly ledgerRoot: bigint;
}

export const formatInclusion = ({ index, account, accountCount, path }: AccountOpening): string =>
  `${toJsonLine({
    format: 'plimsoll-inclusion',
    version: 1,
    index,
    accountCount: Number(accountCount),
    children: path.children,
    ledger: JSON.parse(formatLedger([account])) as unknown,
  })}\n`;

/** Reads what an owner was given and computes its root; throws `InvalidInput` where it leads to none. */
export function parseInclusion(source: string, name: string): Inclusion {
  return parseDocument(schema, source, name, ({ index, accountCount, children, ledger }) => {
    const [account, ...others] = parseLedgerValue(ledger);
    if (account === undefined || others.length > 0) {
      throw new InvalidInput('ledger.accounts', 'must be one account');
    }
    if (index >= accountCount) {
      throw new InvalidInput('index', `must be below the account count ${accountCount}`);
    }
    try {
      const path = { index, children: children as unknown as readonly Children[] };
      const root = rootOfPath(accountLeaf(account), path);
      return { index, account, ledgerRoot: ledgerRoot(BigInt(accountCount), root) };
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'PATH_MISMATCH') throw error;
      throw new InvalidInput('children', 'must lead from the account to a root', { cause: error });
    }
  });
}
