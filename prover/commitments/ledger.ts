// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../core/errors.ts';
import type { Account } from './account.ts';
import { accountLeaf } from './account.ts';
import { TAG, hashWords } from './hash-words.ts';
import type { TreePath } from './tree.ts';
import { QuaternaryTree } from './tree.ts';

/** The count is bound beside the tree, so that no account can hide behind the last one. */
export function ledgerRoot(accountCount: bigint, treeRoot: bigint): bigint {
  return hashWords(TAG.ledger, [accountCount, treeRoot]);
}

/** One account and what ties it to a ledger root. */
export interface AccountOpening {
  readonly index: number;
  readonly account: Account;
  readonly accountCount: bigint;
  readonly path: TreePath;
  readonly ledgerRoot: bigint;
}

/** The accounts of a venue and the tree over them; an account's index is its place in the list. */
export class Ledger {
  readonly #accounts: Account[];
  readonly #tree: QuaternaryTree;

  constructor(accounts: readonly Account[]) {
    this.#accounts = [...accounts];
    this.#tree = new QuaternaryTree(accounts.map(accountLeaf));
  }

  get accountCount(): bigint {
    return BigInt(this.#accounts.length);
  }

  get accounts(): readonly Account[] {
    return this.#accounts;
  }

  get treeRoot(): bigint {
    return this.#tree.root;
  }

  get root(): bigint {
    return ledgerRoot(this.accountCount, this.treeRoot);
  }

  /** Throws `InvalidInput` for an index that no account has. */
  account(index: number): Account {
    const account = this.#accounts[index];
    if (account === undefined) {
      throw new InvalidInput(
        'account',
        `must be below the account count ${this.accountCount}, got ${index}`,
      );
    }
    return account;
  }

  leaf(index: number): bigint {
    this.account(index);
    return this.#tree.leaf(index);
  }

  path(index: number): TreePath {
    this.account(index);
    return this.#tree.path(index);
  }

  /** The path of any place of the tree, one without an account too. */
  place(index: number): TreePath {
    return this.#tree.place(index);
  }

  open(index: number): AccountOpening {
    return {
      index,
      account: this.account(index),
      accountCount: this.accountCount,
      path: this.path(index),
      ledgerRoot: this.root,
    };
  }

  /** Replaces one account; rehashes its path only. */
  update(index: number, account: Account): void {
    this.account(index);
    this.#tree.update(index, accountLeaf(account));
    this.#accounts[index] = account;
  }
}
