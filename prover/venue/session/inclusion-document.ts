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
import { formatProof, parseProof, type ProofFile } from '../../proving/formats/proof-file.ts';
import { formatLedger, parseLedgerValue } from '../../documents/ledger-document.ts';

/** Far more than fit a file that somebody hands on. */
const MAX_PROOFS = 10_000;
const VERSION = 2;

const element = decimalBigint(0n, SCALAR_FIELD - 1n);
const schema = z.strictObject({
  format: constant('plimsoll-inclusion'),
  /** 1 has no `proofs`. */
  version: z.literal([1, VERSION], { error: `must be 1 or ${VERSION}` }),
  index: integer(0, TREE_CAPACITY - 1),
  accountCount: integer(1, TREE_CAPACITY),
  children: list(list(element, TREE_ARITY, TREE_ARITY), TREE_DEPTH, TREE_DEPTH),
  /** A ledger document of this account alone. */
  ledger: z.unknown(),
  /** Of a session: all proof files of it in order, or that of its close alone. */
  proofs: list(z.unknown(), MAX_PROOFS, 1).optional(),
});

/** An account and its place, with the root of the ledger in which it stands there, and what is shown of a session. */
export interface Inclusion {
  readonly index: number;
  readonly account: Account;
  readonly ledgerRoot: bigint;
  /** None of a document of version 1. */
  readonly proofs: readonly ProofFile[];
}

/** @param proofs all of a session in order, or its close alone */
export const formatInclusion = (
  { index, account, accountCount, path }: AccountOpening,
  proofs: readonly ProofFile[],
): string =>
  `${toJsonLine({
    format: 'plimsoll-inclusion',
    version: VERSION,
    index,
    accountCount: Number(accountCount),
    children: path.children,
    ledger: JSON.parse(formatLedger([account])) as unknown,
    proofs: proofs.map((proof) => JSON.parse(formatProof(proof)) as unknown),
  })}\n`;

function proofsOf(version: number, proofs: readonly unknown[] | undefined): readonly ProofFile[] {
  if (version === 1) {
    if (proofs !== undefined) throw new InvalidInput('proofs', 'is not part of version 1');
    return [];
  }
  if (proofs === undefined) throw new InvalidInput('proofs', 'is required');
  const files = proofs.map((proof, place) => parseProof(JSON.stringify(proof), `proofs[${place}]`));
  const closes = files.filter(({ statement }) => statement === 'solvency-close').length;
  if (closes !== 1) throw new InvalidInput('proofs', `must have one close, has ${closes}`);
  return files;
}

/**
 * Reads what an owner was given and computes its root; throws `InvalidInput` where it leads to none. What it shows of a
 * session is read, not checked.
 */
export function parseInclusion(source: string, name: string): Inclusion {
  return parseDocument(schema, source, name, (document) => {
    const { version, index, accountCount, children, ledger } = document;
    const proofs = proofsOf(version, document.proofs);
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
      return { index, account, ledgerRoot: ledgerRoot(BigInt(accountCount), root), proofs };
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'PATH_MISMATCH') throw error;
      throw new InvalidInput('children', 'must lead from the account to a root', { cause: error });
    }
  });
}
