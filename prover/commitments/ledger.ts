// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../core/errors.ts';
import type { Account } from './account.ts';
import { accountLeaf } from './account.ts';
import { TAG, hashWords } from './hash-words.ts';
import { hashLeaves, leafRows } from './leaf-rows.ts';
import { leafWords, type LeafWords } from './leaf-words.ts';
import type { RowHasher } from './row-hasher.ts';
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

export interface LedgerChange {
  readonly index: number;
  readonly account: Account;
}

/** Changes that are hashed and not made yet. */
export interface PlannedLedger {
  readonly root: bigint;
  readonly commit: () => void;
}

/** The accounts of a venue and the tree over them; an account's index is its place in the list. */
export class Ledger {
  readonly #accounts: Account[];
  readonly #tree: QuaternaryTree;

  constructor(accounts: readonly Account[], tree?: QuaternaryTree) {
    this.#accounts = [...accounts];
    this.#tree = tree ?? new QuaternaryTree(accounts.map(accountLeaf));
    requireRule(
      this.#tree.size === accounts.length,
      'tree',
      `must have a leaf for each of ${accounts.length} accounts, has ${this.#tree.size}`,
    );
  }

  /** The same ledger, hashed many rows at a time. */
  static async build(accounts: readonly Account[], hasher: RowHasher): Promise<Ledger> {
    const leaves = await leafRows(accounts, hasher);
    return new Ledger(accounts, await QuaternaryTree.build(leaves, hasher));
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

  /** The tree, for whoever keeps it over a restart. */
  get tree(): QuaternaryTree {
    return this.#tree;
  }

  /**
   * Replaces accounts, and adds those whose index is the next; rehashes what is above them. All of
   * them or, where one is refused, none.
   */
  async apply(changes: readonly LedgerChange[], hasher: RowHasher): Promise<void> {
    (await this.plan(changes, hasher)).commit();
  }

  /**
   * The same as a value: the root it leads to, and the step that takes it. One plan at a time.
   *
   * @param words those of the changed accounts, where they are made already
   */
  async plan(
    changes: readonly LedgerChange[],
    hasher: RowHasher,
    words: Iterable<LeafWords> = leafWords(changes.map(({ account }) => account)),
  ): Promise<PlannedLedger> {
    const leaves = await hashLeaves(words, hasher);
    const indices = changes.map(({ index }) => index);
    const tree = await this.#tree.plan(indices, leaves, hasher);
    return {
      root: ledgerRoot(BigInt(tree.size), tree.root),
      commit: () => {
        tree.commit();
        for (const { index, account } of changes) this.#accounts[index] = account;
      },
    };
  }

  /** The same accounts and nodes, which another's changes do not reach. */
  copy(): Ledger {
    return new Ledger(this.#accounts, QuaternaryTree.restore(this.#tree.levels()));
  }

  /** The ledger that the changes lead to; this one stays as it is. */
  async after(changes: readonly LedgerChange[], hasher: RowHasher): Promise<Ledger> {
    const next = this.copy();
    await next.apply(changes, hasher);
    return next;
  }

  /** Replaces one account; rehashes its path only. */
  update(index: number, account: Account): void {
    this.account(index);
    this.#tree.update(index, accountLeaf(account));
    this.#accounts[index] = account;
  }
}
