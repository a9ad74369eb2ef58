// SPDX-License-Identifier: GPL-3.0-or-later
import type { Ledger } from '../commitments/ledger.ts';
import type { CitedLedger, LedgerKeeper } from './ledger/ledger-keeper.ts';
import type { AccountState } from './margin/account-state.ts';
import type { MarginBook } from './margin/margin-book.ts';
import type { Due } from './proving/proving-desk.ts';

/** An account that no contract opens while it falls short by no more than so much, and why. */
export interface HeldOff {
  readonly account: number;
  readonly nonce: bigint;
  readonly upToE6: bigint;
  readonly reason: string;
}

/** What a chain says of an account at a settlement nonce. */
export interface LedgerStage {
  readonly account: number;
  readonly nonce: bigint;
  readonly state: AccountState;
}

export const sameStages = (ones: readonly LedgerStage[], others: readonly LedgerStage[]): boolean =>
  ones.length === others.length &&
  ones.every(({ account, nonce, state }, at) => {
    const other = others[at]!;
    return account === other.account && nonce === other.nonce && state === other.state;
  });

/**
 * Who may be opened at the tick: accounts of the ledger that it binds, which a chain's tick says by its root and
 * which may be one of the past.
 */
export class DueAccounts {
  readonly #ledger: LedgerKeeper;
  readonly #book: MarginBook;
  /** Whether ticks come from a chain, and bind ledgers. */
  readonly #follows: boolean;
  #underLiquidation: ReadonlySet<string> = new Set();
  #heldOff: ReadonlyMap<string, HeldOff> = new Map();
  /** Told, at each look, of who falls short and is left alone, with the reason. */
  onHeldOff: (heldOff: HeldOff) => void = () => undefined;
  /** The ledger that the tick binds; undefined while it is not held. */
  #cited: CitedLedger | undefined;
  /** Of the accounts that have changed since, those that may be liquidated at the tick. */
  #citedDue: ReadonlyMap<number, bigint> = new Map();
  #citedChanged: ReadonlySet<number> | 'all' = new Set();

  constructor(ledger: LedgerKeeper, book: MarginBook, follows: boolean) {
    this.#ledger = ledger;
    this.#book = book;
    this.#follows = follows;
  }

  /** Those that are not opened now. */
  holdOff(heldOff: readonly HeldOff[]): void {
    this.#heldOff = new Map(heldOff.map((one) => [`${one.account}/${one.nonce}`, one]));
  }

  /** What the chain says of accounts holds for the nonce that it says it of. */
  placeStages(stages: readonly LedgerStage[]): void {
    const { accounts } = this.#ledger.ledger;
    const ofChain = new Map<number, AccountState>();
    const under = new Set<string>();
    for (const { account, nonce, state } of stages) {
      under.add(`${account}/${nonce}`);
      if (accounts[account]?.settlementNonce === nonce) ofChain.set(account, state);
    }
    this.#underLiquidation = under;
    this.#book.ofChain = ofChain;
  }

  /** Finds the ledger of this root, and who falls short in it of those that have changed since. */
  async cite(root: bigint): Promise<void> {
    this.#cited = await this.#ledger.at(root);
    this.#citedDue = new Map();
    this.#citedChanged = new Set();
    if (this.#cited === undefined) return;
    const { ledger, changed } = this.#cited;
    this.#citedChanged = changed === 'all' ? changed : new Set(changed);
    const indices = changed === 'all' ? ledger.accounts.map((_, index) => index) : changed;
    const there = indices.filter((index) => index < ledger.accounts.length);
    const found = await this.#book.liquidatableAmong(there.length, (place) =>
      ledger.account(there[place]!),
    );
    this.#citedDue = new Map(found.map(({ place, shortfallE6 }) => [there[place]!, shortfallE6]));
  }

  /** Whether the ledger of this root is the one that is cited: a tick comes before its ledger is found. */
  isCited(root: bigint | undefined): boolean {
    return !this.#follows || (this.#cited !== undefined && this.#cited.root === root);
  }

  /** The ledger that is cited; undefined where it is not held. */
  get ledger(): Ledger | undefined {
    return this.#follows ? this.#cited?.ledger : this.#ledger.ledger;
  }

  /** Every account that could fall short: whether it does is `shortAmong`'s to say. */
  candidates(): readonly number[] {
    if (this.ledger === undefined) return [];
    const isChanged = (account: number): boolean => this.#isChangedSince(account);
    const unchanged = this.#book.liquidatable().filter((account) => !isChanged(account));
    return [...unchanged, ...this.#citedDue.keys()];
  }

  /** Those that may be opened: that fall short, and of which the chain has no liquidation. */
  dueAmong(accounts: readonly number[]): readonly Due[] {
    return this.shortAmong(accounts).filter(
      ({ account, nonce }) => !this.#isUnderLiquidation(account, nonce),
    );
  }

  /** Those below maintenance, neither frozen nor held off. */
  shortAmong(accounts: readonly number[]): readonly Due[] {
    return accounts
      .map((account) => this.#shortOf(account))
      .filter((due) => due !== undefined)
      .filter(({ account, nonce, shortfallE6 }) => {
        const heldOff = this.#heldOffFor(account, nonce, shortfallE6);
        if (heldOff !== undefined) this.onHeldOff(heldOff);
        return heldOff === undefined;
      });
  }

  isDue(account: number, nonce: bigint): boolean {
    const due = this.#shortOf(account);
    return (
      due?.nonce === nonce &&
      !this.#isUnderLiquidation(account, nonce) &&
      this.#heldOffFor(account, nonce, due.shortfallE6) === undefined
    );
  }

  /** What an account lacks in the ledger of the tick; undefined where it lacks nothing, or is frozen. */
  #shortOf(account: number): Due | undefined {
    const { ledger } = this;
    if (ledger === undefined || account >= ledger.accounts.length) return undefined;
    const { settlementNonce: nonce, frozen } = ledger.account(account);
    const shortfallE6 = this.#isChangedSince(account)
      ? this.#citedDue.get(account)
      : this.#shortNow(account);
    return shortfallE6 === undefined || frozen ? undefined : { account, nonce, shortfallE6 };
  }

  #shortNow(account: number): bigint | undefined {
    if (!this.#book.isLiquidatable(account)) return undefined;
    const { equityE6, mmE6 } = this.#book.margin(account)!;
    return mmE6 - equityE6;
  }

  /** Whether the newest ledger has another account there than that of the tick. */
  #isChangedSince(account: number): boolean {
    return this.#follows && (this.#citedChanged === 'all' || this.#citedChanged.has(account));
  }

  #heldOffFor(account: number, nonce: bigint, shortfallE6: bigint): HeldOff | undefined {
    if (this.#heldOff.size === 0) return undefined;
    const heldOff = this.#heldOff.get(`${account}/${nonce}`);
    return heldOff === undefined || shortfallE6 > heldOff.upToE6 ? undefined : heldOff;
  }

  #isUnderLiquidation(account: number, nonce: bigint): boolean {
    return this.#underLiquidation.size > 0 && this.#underLiquidation.has(`${account}/${nonce}`);
  }
}
