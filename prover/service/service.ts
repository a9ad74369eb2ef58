// SPDX-License-Identifier: GPL-3.0-or-later
import { EventEmitter, on } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { z } from 'zod';

import type { Account } from '../commitments/account.ts';
import type { AccountOpening, Ledger, LedgerChange } from '../commitments/ledger.ts';
import type { RowHasher } from '../commitments/row-hasher.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { snapshotHash } from '../commitments/snapshot-words.ts';
import { PlimsollError } from '../core/errors.ts';
import { decimalBigint } from '../core/schema.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { AlertDesk } from './alerts/alert-desk.ts';
import type { ServiceConfig } from './config/config.ts';
import { LedgerKeeper, type CitedLedger, type LedgerState } from './ledger/ledger-keeper.ts';
import type { AccountState } from './margin/account-state.ts';
import { MarginBook, type MarginsOf } from './margin/margin-book.ts';
import type { Question } from './questions/question.ts';
import { QuestionDesk } from './questions/question-desk.ts';
import { FleetProver } from './proving/fleet-prover.ts';
import type { ProofMaker } from './proving/proof-maker.ts';
import {
  ProvingDesk,
  type Due,
  type ProofUse,
  type ProvingGround,
} from './proving/proving-desk.ts';
import type { Store } from './store/store.ts';

/** Accounts that are looked at for proofs at a time: between two lots others have their turn. */
const LOT = 1000;

/** One is proven while the next is fetched, prepared and, with the one before, stored. */
const OWN_IN_FLIGHT = 2;

const chainTickSchema = z.object({
  number: decimalBigint(1n, 2n ** 64n),
  ledgerRoot: decimalBigint(0n, SCALAR_FIELD - 1n),
  parameterHash: decimalBigint(0n, SCALAR_FIELD - 1n),
});
const tickRecordSchema = z.object({
  name: z.string(),
  document: z.string(),
  /** Absent in records of earlier versions. */
  snapshotTime: z.string().optional(),
  chain: chainTickSchema.optional(),
});

/** What a chain's tick binds beside its snapshot. */
export type ChainTick = Readonly<z.infer<typeof chainTickSchema>>;

/** A tick that was taken, under its number in the journal. */
export interface TickRecord {
  readonly sequence: number;
  readonly name: string;
  readonly snapshotTime: string | null;
}

/** The newest tick, and when its margins were published. */
export interface TickState {
  readonly name: string;
  readonly snapshotTime: bigint;
  /** Where a chain accepted it. */
  readonly chain?: ChainTick | undefined;
  readonly publishedAt: number;
  readonly publishMs: number;
}

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

const chainRecord = ({ number, ledgerRoot, parameterHash: hash }: ChainTick): object => ({
  number: number.toString(),
  ledgerRoot: ledgerRoot.toString(),
  parameterHash: hash.toString(),
});

const sameChainTick = (one: ChainTick | undefined, other: ChainTick | undefined): boolean =>
  one?.number === other?.number &&
  one?.ledgerRoot === other?.ledgerRoot &&
  one?.parameterHash === other?.parameterHash;

const sameStages = (ones: readonly LedgerStage[], others: readonly LedgerStage[]): boolean =>
  ones.length === others.length &&
  ones.every(({ account, nonce, state }, at) => {
    const other = others[at]!;
    return account === other.account && nonce === other.nonce && state === other.state;
  });

/**
 * Ledger and ticks in, margins and alerts out. Everything that changes does so in one line: what is
 * acknowledged is in the journal, and what the journal leads to is done again after a kill.
 */
export class Service {
  readonly ledger: LedgerKeeper;
  readonly book: MarginBook;
  readonly alerts: AlertDesk;
  readonly store: Store;
  readonly #parameters: Map<bigint, ParameterSet>;
  readonly #questions = new QuestionDesk();
  /** As many listen as pages are open. */
  readonly #published = new EventEmitter().setMaxListeners(0);
  #tail: Promise<unknown> = Promise.resolve();
  #tick: TickState | undefined;
  #market: MarketTick | undefined;
  #document: string | undefined;
  #tickBlob: string | undefined;
  #proving: ProvingDesk | undefined;
  #changes: LedgerChange[] = [];
  #isReplaced = true;
  /** Whether ticks and states come from a chain, and whether ledgers do. */
  readonly #follows: boolean;
  readonly #isPublished: boolean;
  /** How many proofs are made at a time. */
  readonly #inFlight: number;
  /** What the chain says; undefined until it is read. */
  #stages: readonly LedgerStage[] | undefined;
  #underLiquidation: ReadonlySet<string> = new Set();
  #heldOff: ReadonlyMap<string, HeldOff> = new Map();
  /** Told, at each look, of who falls short and is left alone, with the reason. */
  onHeldOff: (heldOff: HeldOff) => void = () => undefined;
  /** The ledger that the tick binds; undefined while it is not held. */
  #cited: CitedLedger | undefined;
  /** Of the accounts that have changed since, those that may be liquidated at the tick. */
  #citedDue: ReadonlyMap<number, bigint> = new Map();
  #citedChanged: ReadonlySet<number> | 'all' = new Set();

  private constructor(
    store: Store,
    ledger: LedgerKeeper,
    book: MarginBook,
    alerts: AlertDesk,
    parameters: readonly ParameterSet[],
    { chain, workers }: Pick<ServiceConfig, 'chain' | 'workers'>,
  ) {
    this.store = store;
    this.ledger = ledger;
    this.book = book;
    this.alerts = alerts;
    this.#parameters = new Map(parameters.map((set) => [parameterHash(set), set]));
    this.#follows = chain !== undefined;
    this.#inFlight = workers?.inFlight ?? OWN_IN_FLIGHT;
    this.#isPublished = chain?.ledger !== undefined;
    // Without a chain nothing says that a liquidation goes on.
    if (!this.#follows) book.ofChain = new Map();
    ledger.onChange = (changes) => {
      if (changes === 'all') this.#isReplaced = true;
      else this.#changes.push(...changes);
    };
    // A restart reads the newest tick again, however many ledgers came after it.
    ledger.othersBlobs = () => (this.#tickBlob === undefined ? [] : [this.#tickBlob]);
  }

  /** The service as the journal left it, with everything done that a kill interrupted. */
  static async start(
    store: Store,
    config: ServiceConfig,
    parameters: ParameterSet | readonly ParameterSet[],
    hasher: RowHasher,
  ): Promise<Service> {
    const ledger = await LedgerKeeper.restore(store.journal, hasher);
    const book = await MarginBook.restore(store.journal, config.rules);
    const alerts = new AlertDesk(store, config.webhooks);
    const sets = 'parameters' in parameters ? [parameters] : parameters;
    const service = new Service(store, ledger, book, alerts, sets, config);
    if (config.chain !== undefined) await ledger.keepHistory();
    await alerts.start();
    let newest: z.infer<typeof tickRecordSchema> | undefined;
    for await (const { body } of store.journal.read(0, 'tick')) {
      newest = tickRecordSchema.parse(body);
    }
    // A set that margin steps came to is worked out again once the chain is followed.
    const isKnown =
      newest?.chain === undefined ||
      config.chain?.venue.movingMargin === undefined ||
      service.knowsParameters(newest.chain.parameterHash);
    if (newest !== undefined && isKnown) {
      const document = Buffer.from(await store.journal.blob(newest.document)).toString('utf8');
      service.#tickBlob = newest.document;
      service.#setTick(newest.name, document, parseSnapshot(document), newest.chain);
    }
    await service.#inTurn(async () => service.#remargin());
    return service;
  }

  get tick(): TickState | undefined {
    return this.#tick;
  }

  /** The market of the newest tick. */
  get market(): MarketTick | undefined {
    return this.#market;
  }

  /** What margins are of now, and then whenever some are published, until the signal. */
  async *followPublished(until: AbortSignal): AsyncGenerator<MarginsOf> {
    const told = on(this.#published, 'published', { signal: until });
    if (this.book.published !== undefined) yield this.book.published;
    try {
      for await (const _ of told) if (this.book.published !== undefined) yield this.book.published;
    } catch (error) {
      if (!until.aborted) throw error;
    }
  }

  async putLedger(body: unknown): Promise<LedgerState> {
    this.#requireFed();
    return await this.takeLedger(body);
  }

  /** As `putLedger`, from whatever source. */
  async takeLedger(body: unknown): Promise<LedgerState> {
    return await this.#inTurn(async () => {
      const state = await this.ledger.put(body);
      await this.#remargin();
      return state;
    });
  }

  async updateLedger(body: unknown): Promise<LedgerState> {
    this.#requireFed();
    return await this.#inTurn(async () => {
      const state = await this.ledger.update(body);
      await this.#remargin();
      return state;
    });
  }

  /** Takes the text of a snapshot document as the next tick; an older one is refused. */
  async putSnapshot(document: string): Promise<TickState> {
    if (this.#follows) {
      throw new PlimsollError('TICKS_FROM_CHAIN', 'ticks are those that the venue’s feed accepts');
    }
    const snapshot = parseSnapshot(document);
    return await this.#inTurn(async () => {
      const held = this.#tick;
      if (held !== undefined && snapshot.time < held.snapshotTime) {
        throw new PlimsollError(
          'TICK_OLD',
          `the snapshot is of ${snapshot.time}, the tick held is of ${held.snapshotTime}`,
        );
      }
      if (await this.#takeTick(document, snapshot, undefined)) await this.#remargin();
      return this.#tick!;
    });
  }

  /**
   * Takes what the followed branch says: its newest tick, where that is another than the one held, and
   * the accounts whose state it gives, by their settlement nonce, and those that it lets nobody open.
   */
  async followChain(
    tick: { readonly document: string; readonly chain: ChainTick } | undefined,
    stages: readonly LedgerStage[],
    heldOff: readonly HeldOff[] = [],
  ): Promise<void> {
    await this.#inTurn(async () => {
      const isStaged = this.#stages !== undefined && sameStages(this.#stages, stages);
      this.#stages = stages;
      this.#heldOff = new Map(heldOff.map((one) => [`${one.account}/${one.nonce}`, one]));
      // Of most blocks nothing is new: neither the snapshot is read again then, nor any account margined.
      const isHeld =
        tick === undefined ||
        (tick.document === this.#document && sameChainTick(this.#tick?.chain, tick.chain));
      if (!isHeld) await this.#takeTick(tick.document, parseSnapshot(tick.document), tick.chain);
      if (isHeld && isStaged) await this.#queueProofs();
      else await this.#remargin();
    });
  }

  /** Nothing before the ledger of this root will be cited any more. */
  async settleLedger(root: bigint): Promise<void> {
    const cited = await this.ledger.at(root);
    if (cited !== undefined) await this.ledger.settle(cited.sequence);
  }

  /** Whether parameters are held by which a tick can be margined. */
  knowsParameters(hash: bigint): boolean {
    return this.#parameters.has(hash);
  }

  /** By which ticks can be margined. */
  get parameterSets(): readonly ParameterSet[] {
    return [...this.#parameters.values()];
  }

  /** Of a set that margin steps have come to. */
  learnParameters(set: ParameterSet): void {
    this.#parameters.set(parameterHash(set), set);
  }

  /** False for the tick that is held already; whoever takes another makes the margins. */
  async #takeTick(
    document: string,
    snapshot: MarketSnapshot,
    chain: ChainTick | undefined,
  ): Promise<boolean> {
    const name = snapshotHash(snapshot).toString();
    const held = this.#tick;
    if (held?.name === name && sameChainTick(held.chain, chain)) return false;
    const blob = await this.store.journal.putBlob(Buffer.from(document, 'utf8'));
    const bound = chain === undefined ? {} : { chain: chainRecord(chain) };
    const snapshotTime = snapshot.time.toString();
    await this.store.journal.append('tick', { name, document: blob, snapshotTime, ...bound });
    this.#tickBlob = blob;
    this.#setTick(name, document, snapshot, chain);
    return true;
  }

  /** Proves what is due from now on; the proving desk is closed with the service. */
  async startProving(maker: ProofMaker, use: ProofUse): Promise<ProvingDesk> {
    const desk = new ProvingDesk(this.store, maker, use, this.#ground(), this.#inFlight);
    await desk.start();
    this.#proving = desk;
    await this.#inTurn(async () => this.#queueProofs());
    return desk;
  }

  /** Exact figures of an account, or of a portfolio that nobody has, as JSON. */
  async ask(question: Question, of: number | Account): Promise<string> {
    const isHeld = typeof of === 'number';
    return await this.#questions.ask(question, {
      index: isHeld ? of : null,
      account: isHeld ? this.ledger.ledger.account(of) : of,
      ledgerRoot: this.ledger.state.root,
    });
  }

  /** An account and the tick that it stands under; throws `NO_TICK` before the first. */
  standing(account: number): { readonly opening: AccountOpening; readonly tick: MarketTick } {
    if (this.#market === undefined) throw new PlimsollError('NO_TICK', 'there is no tick yet');
    return { opening: this.ledger.ledger.open(account), tick: this.#market };
  }

  /** The newest ticks after a number of the journal, oldest first. */
  async ticks(after: number, most: number): Promise<readonly TickRecord[]> {
    const found: TickRecord[] = [];
    for await (const { sequence, body } of this.store.journal.read(after, 'tick')) {
      const { name, snapshotTime } = tickRecordSchema.parse(body);
      found.push({ sequence, name, snapshotTime: snapshotTime ?? null });
      if (found.length === most) break;
    }
    return found;
  }

  /** Accounts that may be opened at the tick: those that fall short, of which the chain has no liquidation. */
  dueAtTick(): readonly Due[] {
    return this.#dueAmong(this.#mayFallShort());
  }

  /** Accounts of the tick's ledger that are below maintenance at it, neither frozen in it nor held off. */
  shortAtTick(): readonly Due[] {
    return this.#shortAmong(this.#mayFallShort());
  }

  /** Every account that could: whether it does is `#shortAmong`'s to say. */
  #mayFallShort(): readonly number[] {
    if (this.#tick === undefined || this.#citedNow() === undefined) return [];
    const isChanged = (account: number): boolean => this.#isChangedSince(account);
    const unchanged = this.book.liquidatable().filter((account) => !isChanged(account));
    return [...unchanged, ...this.#citedDue.keys()];
  }

  #dueAmong(accounts: readonly number[]): readonly Due[] {
    return this.#shortAmong(accounts).filter(
      ({ account, nonce }) => !this.#isUnderLiquidation(account, nonce),
    );
  }

  #shortAmong(accounts: readonly number[]): readonly Due[] {
    return accounts
      .map((account) => this.#shortOf(account))
      .filter((due) => due !== undefined)
      .filter(({ account, nonce, shortfallE6 }) => {
        const heldOff = this.#heldOffFor(account, nonce, shortfallE6);
        if (heldOff !== undefined) this.onHeldOff(heldOff);
        return heldOff === undefined;
      });
  }

  /** What an account lacks in the ledger of the tick; undefined where it lacks nothing, or is frozen. */
  #shortOf(account: number): Due | undefined {
    const ledger = this.#citedNow();
    if (ledger === undefined || account >= ledger.accounts.length) return undefined;
    const { settlementNonce: nonce, frozen } = ledger.account(account);
    const shortfallE6 = this.#isChangedSince(account)
      ? this.#citedDue.get(account)
      : this.#shortNow(account);
    return shortfallE6 === undefined || frozen ? undefined : { account, nonce, shortfallE6 };
  }

  #shortNow(account: number): bigint | undefined {
    if (!this.book.isLiquidatable(account)) return undefined;
    const { equityE6, mmE6 } = this.book.margin(account)!;
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

  #requireFed(): void {
    if (!this.#isPublished) return;
    throw new PlimsollError('LEDGERS_FROM_CHAIN', 'ledgers are those that the registry accepts');
  }

  #isUnderLiquidation(account: number, nonce: bigint): boolean {
    return this.#underLiquidation.size > 0 && this.#underLiquidation.has(`${account}/${nonce}`);
  }

  get proving(): ProvingDesk | undefined {
    return this.#proving;
  }

  /** Where workers prove. */
  get fleet(): FleetProver | undefined {
    const maker = this.#proving?.maker;
    return maker instanceof FleetProver ? maker : undefined;
  }

  /** Ends once what is under way is done. */
  async stop(): Promise<void> {
    await this.#tail;
    this.#proving?.close();
    this.#questions.close();
    await this.book.close();
    await this.store.close();
  }

  #setTick(
    name: string,
    document: string,
    snapshot: MarketSnapshot,
    chain: ChainTick | undefined,
  ): void {
    const parameters =
      chain === undefined
        ? this.#parameters.values().next().value
        : this.#parameters.get(chain.parameterHash);
    if (parameters === undefined) {
      throw new PlimsollError(
        'PARAMETERS_UNKNOWN',
        `no parameter set with the hash ${chain?.parameterHash} is held: give it in chain.parameters`,
      );
    }
    this.#document = document;
    this.#questions.setTick(document, parameters);
    this.#market = new MarketTick(snapshot, parameters);
    this.book.setTick(name, this.#market);
    const publishedAt = Date.now();
    this.#tick = { name, snapshotTime: snapshot.time, chain, publishedAt, publishMs: 0 };
  }

  async #remargin(): Promise<void> {
    const started = performance.now();
    if (this.#isReplaced) this.book.setAccounts(this.ledger.ledger.accounts);
    else for (const { index, account } of this.#changes) this.book.setAccount(index, account);
    this.#isReplaced = false;
    this.#changes = [];
    this.#placeStages();
    const made = await this.book.remargin(this.ledger.state.sequence);
    await this.#cite();
    if (this.#tick !== undefined) {
      const publishMs = performance.now() - started;
      this.#tick = { ...this.#tick, publishedAt: Date.now(), publishMs };
    }
    this.#published.emit('published');
    if (made > 0) await this.alerts.catchUp();
    await this.#queueProofs();
  }

  /** What the chain says of accounts holds for the nonce that it says it of. */
  #placeStages(): void {
    if (this.#stages === undefined) return;
    const { accounts } = this.ledger.ledger;
    const ofChain = new Map<number, AccountState>();
    const under = new Set<string>();
    for (const { account, nonce, state } of this.#stages) {
      under.add(`${account}/${nonce}`);
      if (accounts[account]?.settlementNonce === nonce) ofChain.set(account, state);
    }
    this.#underLiquidation = under;
    this.book.ofChain = ofChain;
  }

  /** Finds the ledger that the tick binds, and who falls short in it of those that have changed since. */
  async #cite(): Promise<void> {
    const chain = this.#tick?.chain;
    if (chain === undefined || this.#market === undefined) return;
    this.#cited = await this.ledger.at(chain.ledgerRoot);
    this.#citedDue = new Map();
    this.#citedChanged = new Set();
    if (this.#cited === undefined) return;
    const { ledger, changed } = this.#cited;
    this.#citedChanged = changed === 'all' ? changed : new Set(changed);
    const indices = changed === 'all' ? ledger.accounts.map((_, index) => index) : changed;
    const there = indices.filter((index) => index < ledger.accounts.length);
    const found = await this.book.liquidatableAmong(there.length, (place) =>
      ledger.account(there[place]!),
    );
    this.#citedDue = new Map(found.map(({ place, shortfallE6 }) => [there[place]!, shortfallE6]));
  }

  /** What a job finds when it is taken up. */
  #ground(): ProvingGround {
    const tickNow = (): ProvingGround['tick'] =>
      this.#market === undefined || this.#tick === undefined || !this.#isCited()
        ? undefined
        : {
            name: this.#tick.name,
            ledgerRoot: this.#tick.chain?.ledgerRoot.toString() ?? '',
            number: this.#tick.chain?.number,
            market: this.#market,
          };
    return {
      get tick() {
        return tickNow();
      },
      open: (account) => this.#citedNow()!.open(account),
      isDue: (account, nonce) => {
        const due = this.#shortOf(account);
        return (
          due?.nonce === nonce &&
          !this.#isUnderLiquidation(account, nonce) &&
          this.#heldOffFor(account, nonce, due.shortfallE6) === undefined
        );
      },
    };
  }

  /** Whether the ledger that is cited is the one that the tick binds: a tick comes before its ledger is found. */
  #isCited(): boolean {
    if (!this.#follows) return true;
    return this.#cited !== undefined && this.#cited.root === this.#tick?.chain?.ledgerRoot;
  }

  #citedNow(): Ledger | undefined {
    return this.#follows ? this.#cited?.ledger : this.ledger.ledger;
  }

  /** Lot by lot: of thousands that fall short others would wait for the last. */
  async #queueProofs(): Promise<void> {
    if (this.#proving === undefined || this.#tick === undefined) return;
    const { snapshotTime } = this.#tick;
    const accounts = this.#mayFallShort();
    for (let first = 0; first < accounts.length; first += LOT) {
      await this.#proving.enqueue(snapshotTime, this.#dueAmong(accounts.slice(first, first + LOT)));
      await nextTurn();
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }
}
