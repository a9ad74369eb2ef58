// SPDX-License-Identifier: GPL-3.0-or-later
import { setImmediate as nextTurn } from 'node:timers/promises';

import { z } from 'zod';

import type { Account } from '../../commitments/account.ts';
import { instrumentKey } from '../../commitments/instrument.ts';
import type { LedgerChange } from '../../commitments/ledger.ts';
import type { Below } from '../../dashboard/liquidation-prices.ts';
import type { VenueView } from '../../dashboard/venue-view.ts';
import type { SharedInstruments } from '../../documents/ledger-document.ts';
import type { Instrument, MarketSnapshot } from '../../model/types.ts';
import type { MarketTick } from '../../statements/market-tick.ts';
import { slackCeil } from '../../venue/remargin/definition.ts';
import type { EngineMargin } from '../../venue/remargin/engine.ts';
import { VERDICTS } from '../../venue/remargin/results.ts';
import { AskedThread } from '../asked-thread.ts';
import { unpackAccounts } from '../ledger/packed-accounts.ts';
import { ReadUpdate } from '../ledger/read-update.ts';
import type { Journal } from '../store/journal.ts';
import { ACCOUNT_STATES, isOfChain, type AccountState, type CallRules } from './account-state.ts';
import type {
  AsideShort,
  MarginQuestion,
  MarginSums,
  MarginTable,
  UpdateRead,
} from './margin-thread.ts';

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

/** Transitions of one re-margining, as the journal has them: of many, so many a record. */
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

/** Of a journal, what transitions are written to and read from again. */
export interface MarginJournal extends Pick<Journal, 'read'> {
  appendAll(kind: 'transitions', records: readonly TickTransitions[]): Promise<void>;
}

/** How every account of a venue stands. */
export interface VenueTotals extends MarginSums {
  readonly accounts: number;
  readonly states: Readonly<Partial<Record<AccountState, number>>>;
  readonly remarginMs: number;
}

/** Of which tick and which ledger margins are. */
export interface MarginsOf {
  readonly tick: string;
  readonly ledgerSequence: number;
}

interface Tick {
  readonly name: string;
  readonly market: MarketTick;
}

interface Published extends MarginsOf {
  readonly table: MarginTable;
  readonly market: MarketTick;
}

const NO_SUMS: MarginSums = { equityE6: 0n, deficitE6: 0n, mmE6: 0n, imE6: 0n, shortfallE6: 0n };
const HEALTHY = ACCOUNT_STATES.indexOf('healthy');
/** Accounts that are handed to the thread at a time: between two lots others have their turn. */
const LOT = 200;
/** Transitions that one record of the journal has at most. */
const RECORDED = 200;
/** Records that reach the disk together. */
const SYNCED = 20;

/**
 * All accounts under the newest tick. They are margined in a thread of their own; what is read here is
 * what was published last, all of one tick and one ledger. A transition is in the journal before it is
 * the account's state: after a kill the same tick makes the same transitions once, not twice and not
 * never.
 */
export class MarginBook {
  readonly #journal: MarginJournal;
  readonly #rules: CallRules;
  readonly #thread = new AskedThread(new URL('./margin-thread.ts', import.meta.url));
  /** Every account, where the thread has none of them yet; and what has changed since it has. */
  #whole: readonly Account[] | undefined;
  #changes: (ReadUpdate | readonly LedgerChange[])[] = [];
  /** Of before a whole ledger: what the thread need not keep any more. */
  #outdated: (ReadUpdate | readonly LedgerChange[])[] = [];
  /** Of updates that the thread has read, under which number it has their accounts. */
  readonly #numbers = new WeakMap<ReadUpdate, number>();
  /** By the place under which the thread names them. */
  readonly #instruments: Instrument[] = [];
  #states = new Uint8Array(0);
  #tick: Tick | undefined;
  #told: Tick | undefined;
  #published: Published | undefined;
  #remarginMs = 0;
  /**
   * Accounts whose state a chain gives, whatever their margin is. While the chain is not read yet, what
   * it gave before stands.
   */
  ofChain: ReadonlyMap<number, AccountState> | undefined;

  private constructor(journal: MarginJournal, rules: CallRules) {
    this.#journal = journal;
    this.#rules = rules;
  }

  /** The states that the journal leads to; accounts and tick are given afterwards. */
  static async restore(journal: MarginJournal, rules: CallRules): Promise<MarginBook> {
    const book = new MarginBook(journal, rules);
    for await (const { body } of journal.read(0, 'transitions')) {
      for (const { account, to } of tickTransitionsSchema.parse(body).transitions) {
        book.#grow(account + 1);
        book.#states[account] = ACCOUNT_STATES.indexOf(to);
      }
    }
    return book;
  }

  /** What the margins are of; none before the first `remargin` under a tick. */
  get published(): MarginsOf | undefined {
    return this.#published;
  }

  /**
   * Reads the body of an update in the thread of the margins, which waits for it anyway. Throws
   * `InvalidInput` naming field and rule. What is not taken then is to be forgotten.
   *
   * @param known instruments that its accounts are to share with others
   */
  async readUpdate(body: Uint8Array, known: SharedInstruments): Promise<ReadUpdate> {
    const read = await this.#ask<UpdateRead>({ kind: 'read-update', body });
    const fresh = read.accounts.fresh.map((instrument) => {
      const key = instrumentKey(instrument);
      const shared = known.get(key) ?? instrument;
      known.set(key, shared);
      return shared;
    });
    const accounts = unpackAccounts({ ...read.accounts, fresh }, this.#instruments);
    const changes = accounts.map((account, at) => ({ index: read.indices[at]!, account }));
    const update = new ReadUpdate(read, changes, read.words, read.record);
    this.#numbers.set(update, read.number);
    return update;
  }

  async forgetUpdate(update: ReadUpdate): Promise<void> {
    const number = this.#numbers.get(update);
    if (number !== undefined) await this.#ask({ kind: 'forget-update', number });
  }

  /** Reads a snapshot there too. Throws `InvalidInput` naming field and rule. */
  async readSnapshot(document: string): Promise<MarketSnapshot> {
    return await this.#ask<MarketSnapshot>({ kind: 'read-snapshot', document });
  }

  /** Accounts as they are now; their margin is that of the next `remargin`. */
  setChanged(changes: ReadUpdate | readonly LedgerChange[]): void {
    this.#changes.push(changes);
  }

  /** All accounts anew: those of a ledger that replaces another. */
  setAccounts(accounts: readonly Account[]): void {
    this.#whole = [...accounts];
    this.#outdated.push(...this.#changes.splice(0));
  }

  setTick(name: string, market: MarketTick): void {
    this.#tick = { name, market };
  }

  /**
   * Margins what is due, writes down what changed, and returns how many accounts that were. One at a
   * time, and nothing is set meanwhile.
   */
  async remargin(ledgerSequence: number): Promise<number> {
    const tick = this.#tick;
    if (tick === undefined) return 0;
    const started = performance.now();
    await this.#tell(tick);
    const table = await this.#ask<MarginTable>({
      kind: 'margin',
      states: this.#states.slice(),
      rules: this.#rules,
    });
    this.#remarginMs = performance.now() - started;
    const { name, market } = tick;
    const published = { tick: name, ledgerSequence, table, market };
    this.#grow(table.accounts);
    const states = this.#standing(table);
    const changed: number[] = [];
    for (let account = 0; account < table.accounts; account += 1) {
      if (states[account] !== this.#states[account]) changed.push(account);
    }
    const snapshotTime = market.snapshot.time.toString();
    const recordOf = (accounts: readonly number[]): TickTransitions => ({
      tick: name,
      snapshotTime,
      ledgerSequence,
      transitions: accounts.map((account) =>
        this.#transition(published, account, states[account]!),
      ),
    });
    // A crash changes thousands: between two records others have their turn. What a kill cuts off is made
    // again from the states that the records before it lead to.
    let records: TickTransitions[] = [];
    for (let first = 0; first < changed.length; first += RECORDED) {
      records.push(recordOf(changed.slice(first, first + RECORDED)));
      const isLast = first + RECORDED >= changed.length;
      if (isLast || records.length === SYNCED) {
        await this.#journal.appendAll('transitions', records);
        records = [];
      }
      await nextTurn();
    }
    for (const account of changed) this.#states[account] = states[account]!;
    this.#published = published;
    return changed.length;
  }

  state(account: number): AccountState {
    return ACCOUNT_STATES[this.#states[account] ?? HEALTHY]!;
  }

  /** The margin of an account as it was published last; none before that. */
  margin(account: number): EngineMargin | undefined {
    const published = this.#published;
    if (published === undefined || account >= published.table.accounts) return undefined;
    return marginIn(published, account);
  }

  /** Whether one may be, as of the last `remargin`. */
  isLiquidatable(account: number): boolean {
    return this.#published?.table.liquidatable[account] === 1;
  }

  /** Every account that may be liquidated, by the exact model where the arrays leave a doubt. */
  liquidatable(): readonly number[] {
    const found: number[] = [];
    const column = this.#published?.table.liquidatable ?? [];
    for (let account = 0; account < column.length; account += 1) {
      if (column[account] === 1) found.push(account);
    }
    return found;
  }

  /**
   * Of accounts that are not those of the ledger held, such as a tick's: which may be liquidated under the
   * newest tick, by their place. Nothing that is published changes.
   */
  async liquidatableAmong(
    count: number,
    accountAt: (place: number) => Account,
  ): Promise<readonly AsideShort[]> {
    const tick = this.#tick;
    if (count === 0 || tick === undefined) return [];
    await this.#tellMarket(tick);
    for (let first = 0; first < count; first += LOT) {
      const size = Math.min(LOT, count - first);
      const accounts = Array.from({ length: size }, (_, at) => accountAt(first + at));
      await this.#ask({ kind: 'aside', isFirst: first === 0, accounts });
    }
    return await this.#ask<readonly AsideShort[]>({ kind: 'aside-short' });
  }

  totals(): VenueTotals {
    const accounts = this.#published?.table.accounts ?? 0;
    const counts = new Array<number>(ACCOUNT_STATES.length).fill(0);
    for (let account = 0; account < accounts; account += 1) {
      counts[this.#states[account]!]! += 1;
    }
    const states = Object.fromEntries(
      ACCOUNT_STATES.map((state, at) => [state, counts[at]!] as const).filter(([, count]) => count),
    );
    const sums = this.#published?.table.sums ?? NO_SUMS;
    return { accounts, states, ...sums, remarginMs: this.#remarginMs };
  }

  /** What a page shows of all accounts, so many of them as rows, as they were published last; none before that. */
  async venueView(most: number): Promise<VenueView | undefined> {
    if (this.#published === undefined) return undefined;
    return await this.#ask<VenueView>({ kind: 'venue', most });
  }

  /** Who of all accounts would be below maintenance after a move of both indices; margins are published. */
  async below(moveBps: bigint, volPpm: bigint): Promise<Below> {
    return await this.#ask<Below>({ kind: 'below', moveBps, volPpm });
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }

  /** Tells the thread what it does not know yet, lot by lot. */
  async #tell(tick: Tick): Promise<void> {
    if (this.#whole !== undefined) {
      const whole = this.#whole;
      await this.#ask({ kind: 'clear' });
      for (let first = 0; first < whole.length; first += LOT) {
        const changes = whole
          .slice(first, first + LOT)
          .map((account, at) => ({ index: first + at, account }));
        await this.#ask({ kind: 'accounts', changes });
      }
      this.#whole = undefined;
    }
    for (const update of this.#outdated.splice(0)) {
      if (update instanceof ReadUpdate) await this.forgetUpdate(update);
    }
    for (const changes of this.#changes.splice(0)) await this.#tellChanged(changes);
    await this.#tellMarket(tick);
  }

  async #tellChanged(changed: ReadUpdate | readonly LedgerChange[]): Promise<void> {
    const number = changed instanceof ReadUpdate ? this.#numbers.get(changed) : undefined;
    if (number !== undefined) return await this.#ask({ kind: 'take-update', number });
    const changes = changed instanceof ReadUpdate ? changed.changes : changed;
    for (let first = 0; first < changes.length; first += LOT) {
      await this.#ask({ kind: 'accounts', changes: changes.slice(first, first + LOT) });
    }
  }

  async #tellMarket(tick: Tick): Promise<void> {
    if (this.#told === tick) return;
    const { snapshot, parameters } = tick.market;
    await this.#ask({ kind: 'market', snapshot, parameters: parameters.parameters });
    this.#told = tick;
  }

  async #ask<Answer = void>(question: MarginQuestion): Promise<Answer> {
    return await this.#thread.ask<Answer>(question);
  }

  /** Indices into ACCOUNT_STATES, from those that the margins lead to. */
  #standing({ accounts, states: byMargin }: MarginTable): Uint8Array {
    const states = byMargin.slice();
    if (this.ofChain === undefined) {
      for (let account = 0; account < accounts; account += 1) {
        const before = this.#states[account]!;
        if (isOfChain(ACCOUNT_STATES[before]!)) states[account] = before;
      }
      return states;
    }
    for (const [account, given] of this.ofChain) {
      if (account < accounts) states[account] = ACCOUNT_STATES.indexOf(given);
    }
    return states;
  }

  #transition(published: Published, account: number, to: number): Transition {
    const { equityE6, mmE6, imE6, worstScenarios } = marginIn(published, account);
    return {
      account,
      from: this.state(account),
      to: ACCOUNT_STATES[to]!,
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

function marginIn({ table, market }: Published, account: number): EngineMargin {
  const wide = table.wide.get(account);
  const lots = BigInt(table.lots[account]!);
  return {
    equityE6: wide?.equityE6 ?? BigInt(table.equityE6[account]!),
    roundingE6: lots,
    mmE6: wide?.mmE6 ?? BigInt(table.mmE6[account]!),
    slackE6: slackCeil(lots, market.parameters.parameters),
    imE6: wide?.imE6 ?? BigInt(table.imE6[account]!),
    worstScenarios: [table.worst[2 * account]!, table.worst[2 * account + 1]!],
    verdict: VERDICTS[table.verdict[account]!]!,
  };
}
