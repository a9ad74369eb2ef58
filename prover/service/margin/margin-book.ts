// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Account } from '../../commitments/account.ts';
import type { MarketTick } from '../../statements/market-tick.ts';
import { RemarginEngine } from '../../venue/remargin/engine.ts';
import type { Journal } from '../store/journal.ts';
import { ACCOUNT_STATES, nextState, type AccountState, type CallRules } from './account-state.ts';

/** An account that stands otherwise than before. Amounts are E6 USD. */
export interface Transition {
  readonly account: number;
  readonly from: AccountState;
  readonly to: AccountState;
  readonly equityE6: string;
  readonly mmE6: string;
  readonly imE6: string;
  /** Why: the scenario of each underlying that costs most. Absent in records of earlier versions. */
  readonly worstScenarios?: readonly [number, number] | undefined;
}

/** The transitions of one re-margining, as the journal has them. */
export interface TickTransitions {
  readonly tick: string;
  readonly snapshotTime: string;
  readonly ledgerSequence: number;
  readonly transitions: readonly Transition[];
}

const amount = z.string().regex(/^-?[0-9]+$/);
export const tickTransitionsSchema: z.ZodType<TickTransitions> = z.object({
  tick: z.string(),
  snapshotTime: z.string(),
  ledgerSequence: z.int(),
  transitions: z.array(
    z.object({
      account: z.int(),
      from: z.enum(ACCOUNT_STATES),
      to: z.enum(ACCOUNT_STATES),
      equityE6: amount,
      mmE6: amount,
      imE6: amount,
      worstScenarios: z.tuple([z.int(), z.int()]).optional(),
    }),
  ),
});

/** How every account of a venue stands. */
export interface VenueTotals {
  readonly accounts: number;
  readonly states: Readonly<Partial<Record<AccountState, number>>>;
  /** Sums over all accounts, as the arrays have them; E6. Equity below zero counts as deficit alone. */
  readonly equityE6: bigint;
  readonly deficitE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  /** What accounts lack to their maintenance margin. */
  readonly shortfallE6: bigint;
  readonly remarginMs: number;
}

const NO_SUMS = { equityE6: 0n, deficitE6: 0n, mmE6: 0n, imE6: 0n, shortfallE6: 0n };
const HEALTHY = ACCOUNT_STATES.indexOf('healthy');

/**
 * All accounts under the newest tick. A transition is in the journal before it is the account's state:
 * after a kill the same tick makes the same transitions once, not twice and not never.
 */
export class MarginBook {
  readonly #journal: Journal;
  readonly #rules: CallRules;
  #engine = new RemarginEngine();
  #states = new Uint8Array(0);
  #tick: { readonly name: string; readonly market: MarketTick } | undefined;
  #remarginMs = 0;
  #sums = NO_SUMS;

  private constructor(journal: Journal, rules: CallRules) {
    this.#journal = journal;
    this.#rules = rules;
  }

  /** The states that the journal leads to; accounts and tick are given afterwards. */
  static async restore(journal: Journal, rules: CallRules): Promise<MarginBook> {
    const book = new MarginBook(journal, rules);
    for await (const { body } of journal.read(0, 'transitions')) {
      for (const { account, to } of tickTransitionsSchema.parse(body).transitions) {
        book.#grow(account + 1);
        book.#states[account] = ACCOUNT_STATES.indexOf(to);
      }
    }
    return book;
  }

  get tick(): string | undefined {
    return this.#tick?.name;
  }

  /** An account as it is now; its margin is that of the next `remargin`. */
  setAccount(index: number, account: Account): void {
    this.#grow(index + 1);
    if (index < this.#engine.accounts.count) this.#engine.update(index, account);
    else this.#engine.add(account);
  }

  /** All accounts anew: those of a ledger that replaces another. */
  setAccounts(accounts: readonly Account[]): void {
    this.#engine = new RemarginEngine();
    for (const account of accounts) this.#engine.add(account);
    this.#grow(accounts.length);
    if (this.#tick !== undefined) this.#engine.setMarket(this.#tick.market.market);
  }

  setTick(name: string, market: MarketTick): void {
    this.#tick = { name, market };
    this.#engine.setMarket(market.market);
  }

  /** Margins what is due, writes down what changed, and returns it with its number in the journal. */
  async remargin(
    ledgerSequence: number,
  ): Promise<{ readonly sequence: number; readonly made: TickTransitions } | undefined> {
    if (this.#tick === undefined) return undefined;
    const started = performance.now();
    this.#engine.remargin();
    const transitions: Transition[] = [];
    const sums = { ...NO_SUMS };
    for (let account = 0; account < this.#engine.accounts.count; account += 1) {
      const transition = this.#judge(account, sums);
      if (transition !== undefined) transitions.push(transition);
    }
    this.#sums = sums;
    this.#remarginMs = performance.now() - started;
    if (transitions.length === 0) return undefined;
    const made = {
      tick: this.#tick.name,
      snapshotTime: this.#tick.market.snapshot.time.toString(),
      ledgerSequence,
      transitions,
    };
    const sequence = await this.#journal.append('transitions', made);
    for (const { account, to } of transitions) {
      this.#states[account] = ACCOUNT_STATES.indexOf(to);
    }
    return { sequence, made };
  }

  state(account: number): AccountState {
    return ACCOUNT_STATES[this.#states[account] ?? HEALTHY]!;
  }

  /** The margin of an account as of the last `remargin`; none before the first tick. */
  margin(account: number) {
    return this.#tick === undefined ? undefined : this.#engine.margin(account);
  }

  /** Whether one may be, as of the last `remargin`. */
  isLiquidatable(account: number): boolean {
    return (
      this.#tick !== undefined &&
      account < this.#engine.accounts.count &&
      this.#engine.decide(account).liquidatable
    );
  }

  /** Every account that may be liquidated, by the exact model where the arrays leave a doubt. */
  liquidatable(): readonly number[] {
    return this.#tick === undefined ? [] : this.#engine.liquidatable();
  }

  totals(): VenueTotals {
    const states: Partial<Record<AccountState, number>> = {};
    const sums = this.#sums;
    for (let account = 0; account < this.#engine.accounts.count; account += 1) {
      const state = this.state(account);
      states[state] = (states[state] ?? 0) + 1;
    }
    return { accounts: this.#engine.accounts.count, states, ...sums, remarginMs: this.#remarginMs };
  }

  #judge(account: number, sums: typeof NO_SUMS): Transition | undefined {
    const before = this.state(account);
    const { equityE6, mmE6, imE6, worstScenarios } = this.#engine.margin(account);
    if (equityE6 < 0n) sums.deficitE6 -= equityE6;
    else sums.equityE6 += equityE6;
    if (equityE6 < mmE6) sums.shortfallE6 += mmE6 - equityE6;
    sums.mmE6 += mmE6;
    sums.imE6 += imE6;
    const { liquidatable } = this.#engine.decide(account);
    const to = nextState(before, { equityE6, mmE6, imE6, liquidatable }, this.#rules);
    if (to === before) return undefined;
    return {
      account,
      from: before,
      to,
      equityE6: equityE6.toString(),
      mmE6: mmE6.toString(),
      imE6: imE6.toString(),
      worstScenarios,
    };
  }

  #grow(count: number): void {
    if (count <= this.#states.length) return;
    const larger = new Uint8Array(Math.max(count, 2 * this.#states.length)).fill(HEALTHY);
    larger.set(this.#states);
    this.#states = larger;
  }
}
