// SPDX-License-Identifier: GPL-3.0-or-later
import { EventEmitter, on } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { z } from 'zod';

import { coveredMoves, type CoveredTick } from '../analysis/covered-moves.ts';
import type { Account } from '../commitments/account.ts';
import type { AccountOpening } from '../commitments/ledger.ts';
import type { RowHasher } from '../commitments/row-hasher.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { snapshotHash } from '../commitments/snapshot-words.ts';
import { PlimsollError } from '../core/errors.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { priceRungs, type PriceRung } from '../dashboard/liquidation-prices.ts';
import type { VenueView } from '../dashboard/venue-view.ts';
import { UNDERLYINGS, type MarketSnapshot, type UnderlyingId } from '../model/types.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { AdmissionDesk } from './admission/admission-desk.ts';
import { AlertDesk } from './alerts/alert-desk.ts';
import type { ServiceConfig } from './config/config.ts';
import { DueAccounts, sameStages, type HeldOff, type LedgerStage } from './due-accounts.ts';
import { LedgerKeeper, type LedgerState } from './ledger/ledger-keeper.ts';
import { ReadUpdate } from './ledger/read-update.ts';
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
import {
  chainRecord,
  sameChainTick,
  tickRecordSchema,
  type ChainTick,
  type TickRecord,
  type TickState,
} from './ticks.ts';

/** Accounts that are looked at for proofs at a time: between two lots others have their turn. */
const LOT = 250;

/** A day of them at a tick a minute. */
const KEPT_TICKS = 1_440;

/** One is proven while the next is fetched, prepared and, with the one before, stored. */
const OWN_IN_FLIGHT = 2;

/**
 * Ledger and ticks in, margins and alerts out. Everything that changes does so in one line: what is
 * acknowledged is in the journal, and what the journal leads to is done again after a kill.
 */
export class Service {
  readonly ledger: LedgerKeeper;
  readonly book: MarginBook;
  readonly alerts: AlertDesk;
  readonly store: Store;
  /** Undefined where no action is judged before it happens. */
  readonly admission: AdmissionDesk | undefined;
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
  /** By name, of the newest. */
  readonly #takenAt = new Map<string, number>();
  readonly #covered: readonly [CoveredTick[], CoveredTick[]] = [[], []];
  /** Whether ticks and states come from a chain, and whether ledgers do. */
  readonly #follows: boolean;
  readonly #isPublished: boolean;
  /** How many proofs are made at a time. */
  readonly #inFlight: number;
  /** What the chain says; undefined until it is read. */
  #stages: readonly LedgerStage[] | undefined;
  readonly due: DueAccounts;
  /** What follows from margins that are published: alerts, and places in the queue of proofs. */
  #following: Promise<unknown> = Promise.resolve();
  /** Told what failed of that after the answer that led to it; the next margins bring it again. */
  onFault: (error: unknown) => void = () => undefined;

  private constructor(
    store: Store,
    ledger: LedgerKeeper,
    book: MarginBook,
    alerts: AlertDesk,
    parameters: readonly ParameterSet[],
    { chain, workers, admission }: Pick<ServiceConfig, 'chain' | 'workers' | 'admission'>,
  ) {
    this.store = store;
    this.ledger = ledger;
    this.book = book;
    this.alerts = alerts;
    this.#parameters = new Map(parameters.map((set) => [parameterHash(set), set]));
    this.#follows = chain !== undefined;
    this.#inFlight = workers?.inFlight ?? OWN_IN_FLIGHT;
    this.#isPublished = chain?.ledger !== undefined;
    this.due = new DueAccounts(ledger, book, this.#follows);
    // Without a chain nothing says that a liquidation goes on.
    if (!this.#follows) book.ofChain = new Map();
    this.admission =
      admission === undefined ? undefined : new AdmissionDesk(admission, () => ledger.ledger);
    book.setAccounts(ledger.ledger.accounts);
    ledger.onUpdate = ({ sequence, changes }) => this.admission?.judge(sequence, changes);
    ledger.onChange = (changes) => {
      if (changes === 'all') {
        book.setAccounts(ledger.ledger.accounts);
        this.admission?.replaced();
      } else {
        book.setChanged(changes);
        this.admission?.updated(changes.sequence, changes.changes);
      }
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
      const { name, snapshotTime, covered, takenAt } = newest;
      if (takenAt !== undefined) service.#noteTaken(name, takenAt);
      if (snapshotTime === undefined || covered === undefined) continue;
      const time = BigInt(snapshotTime);
      service.#noteCovered(
        covered.map(([indexE4, fallBps, riseBps]) => ({ time, indexE4, fallBps, riseBps })),
      );
    }
    // A set that margin steps came to is worked out again once the chain is followed.
    const isKnown =
      newest?.chain === undefined ||
      config.chain?.venue.movingMargin === undefined ||
      service.knowsParameters(newest.chain.parameterHash);
    if (newest !== undefined && isKnown) {
      const document = Buffer.from(await store.journal.blob(newest.document)).toString('utf8');
      service.#tickBlob = newest.document;
      const snapshot = await book.readSnapshot(document);
      service.#setTick(document, snapshot, BigInt(newest.name), newest.chain);
    }
    await service.#inTurn(async () => service.#remargin());
    await service.caughtUp();
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

  /** From JSON, or from the bytes of a body, which another thread reads. */
  async updateLedger(body: unknown): Promise<LedgerState> {
    this.#requireFed();
    const update =
      body instanceof Uint8Array ? await this.book.readUpdate(body, this.ledger.instruments) : body;
    return await this.#inTurn(async () => {
      let state: LedgerState;
      try {
        state = await this.ledger.update(update);
      } catch (error) {
        if (update instanceof ReadUpdate) await this.book.forgetUpdate(update);
        throw error;
      }
      await this.#remargin();
      return state;
    });
  }

  /** Takes the text of a snapshot document as the next tick; an older one is refused. */
  async putSnapshot(document: string): Promise<TickState> {
    if (this.#follows) {
      throw new PlimsollError('TICKS_FROM_CHAIN', 'ticks are those that the venue’s feed accepts');
    }
    const snapshot = await this.book.readSnapshot(document);
    return await this.#inTurn(async () => {
      const held = this.#tick;
      const { time } = snapshot;
      if (held !== undefined && time < held.snapshotTime) {
        throw new PlimsollError(
          'TICK_OLD',
          `the snapshot is of ${time}, the tick held is of ${held.snapshotTime}`,
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
      this.due.holdOff(heldOff);
      // Of most blocks nothing is new: neither the snapshot is read again then, nor any account margined.
      const isHeld =
        tick === undefined ||
        (tick.document === this.#document && sameChainTick(this.#tick?.chain, tick.chain));
      if (!isHeld) {
        const snapshot = await this.book.readSnapshot(tick.document);
        await this.#takeTick(tick.document, snapshot, tick.chain);
      }
      if (isHeld && isStaged) this.#follow(async () => this.#queueProofs());
      else await this.#remargin();
      await this.#following;
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
    const hash = snapshotHash(snapshot);
    const name = hash.toString();
    const held = this.#tick;
    if (held?.name === name && sameChainTick(held.chain, chain)) return false;
    const blob = await this.store.journal.putBlob(Buffer.from(document, 'utf8'));
    const bound = chain === undefined ? {} : { chain: chainRecord(chain) };
    const snapshotTime = snapshot.time.toString();
    const { parameters } = this.#setOf(chain);
    const ticks = UNDERLYINGS.map((u) => ({
      time: snapshot.time,
      indexE4: snapshot.underlyings[u].indexE4,
      ...coveredMoves(parameters.underlyings[u]),
    }));
    const covered = ticks.map(({ indexE4, fallBps, riseBps }) =>
      [indexE4, fallBps, riseBps].map(String),
    );
    const takenAt = Date.now();
    const record = { name, document: blob, snapshotTime, covered, takenAt, ...bound };
    await this.store.journal.append('tick', record);
    this.#noteTaken(name, takenAt);
    this.#noteCovered(ticks);
    this.#tickBlob = blob;
    this.#setTick(document, snapshot, hash, chain);
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

  /** A whole venue as its page shows it, so many accounts as rows; undefined before the first margins. */
  async venueView(most: number): Promise<VenueView | undefined> {
    return await this.#inTurn(async () => this.book.venueView(most));
  }

  /**
   * Who would be below maintenance after moves of both indices, now and under stress. Between two moves a tick has
   * its turn, and the later ones are of it then.
   */
  async priceRungs(): Promise<readonly PriceRung[]> {
    if (this.book.published === undefined)
      throw new PlimsollError('NO_TICK', 'there is no tick yet');
    return await priceRungs(async (moveBps, volPpm) =>
      this.#inTurn(async () => this.book.below(moveBps, volPpm)),
    );
  }

  /** When a tick was taken, in milliseconds; undefined of one long past. */
  takenAt(name: string): number | undefined {
    return this.#takenAt.get(name);
  }

  /** The newest ticks of an underlying, the oldest first, with the moves that margin covered at each. */
  coveredTicks(u: UnderlyingId): readonly CoveredTick[] {
    return this.#covered[u];
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
    return this.due.dueAmong(this.#candidates());
  }

  /** Accounts of the tick's ledger that are below maintenance at it, neither frozen in it nor held off. */
  shortAtTick(): readonly Due[] {
    return this.due.shortAmong(this.#candidates());
  }

  #candidates(): readonly number[] {
    return this.#tick === undefined ? [] : this.due.candidates();
  }

  #requireFed(): void {
    if (!this.#isPublished) return;
    throw new PlimsollError('LEDGERS_FROM_CHAIN', 'ledgers are those that the registry accepts');
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
    await this.#following;
    this.#proving?.close();
    this.#questions.close();
    await this.book.close();
    await this.store.close();
  }

  #setTick(
    document: string,
    snapshot: MarketSnapshot,
    hash: bigint,
    chain: ChainTick | undefined,
  ): void {
    const name = hash.toString();
    const parameters = this.#setOf(chain);
    this.#document = document;
    this.#questions.setTick(document, parameters);
    this.#market = new MarketTick(snapshot, parameters, hash);
    this.book.setTick(name, this.#market);
    this.admission?.setTick(this.#market);
    const publishedAt = Date.now();
    this.#tick = { name, snapshotTime: snapshot.time, chain, publishedAt, publishMs: 0 };
  }

  /** The set that a tick is margined by; throws `PARAMETERS_UNKNOWN`. */
  #setOf(chain: ChainTick | undefined): ParameterSet {
    const parameters =
      chain === undefined
        ? this.#parameters.values().next().value
        : this.#parameters.get(chain.parameterHash);
    if (parameters !== undefined) return parameters;
    throw new PlimsollError(
      'PARAMETERS_UNKNOWN',
      `no parameter set with the hash ${chain?.parameterHash} is held: give it in chain.parameters`,
    );
  }

  #noteTaken(name: string, takenAt: number): void {
    this.#takenAt.delete(name);
    this.#takenAt.set(name, takenAt);
    if (this.#takenAt.size <= KEPT_TICKS) return;
    const [oldest] = this.#takenAt.keys();
    if (oldest !== undefined) this.#takenAt.delete(oldest);
  }

  /** In the order of the underlyings; one of a time that is there already takes its place. */
  #noteCovered(ticks: readonly CoveredTick[]): void {
    for (const [u, held] of this.#covered.entries()) {
      while (held.length > 0 && held.at(-1)!.time >= ticks[u]!.time) held.pop();
      held.push(ticks[u]!);
      if (held.length > KEPT_TICKS) held.shift();
    }
  }

  async #remargin(): Promise<void> {
    const started = performance.now();
    if (this.#stages !== undefined) this.due.placeStages(this.#stages);
    const made = await this.book.remargin(this.ledger.state.sequence);
    const chain = this.#tick?.chain;
    if (chain !== undefined && this.#market !== undefined) await this.due.cite(chain.ledgerRoot);
    if (this.#tick !== undefined) {
      const publishMs = performance.now() - started;
      this.#tick = { ...this.#tick, publishedAt: Date.now(), publishMs };
    }
    this.#published.emit('published');
    this.#follow(async () => {
      if (made > 0) await this.alerts.catchUp();
      await this.#queueProofs();
    });
  }

  /** One after another, and nobody who sends a ledger or a tick waits for it. */
  #follow(work: () => Promise<void>): void {
    this.#following = this.#following.then(work).catch((error: unknown) => this.onFault(error));
  }

  /** Ends once every margin that is published has led to its alerts and to places in the queue. */
  async caughtUp(): Promise<void> {
    await this.#following;
  }

  /** What a job finds when it is taken up. */
  #ground(): ProvingGround {
    const tickNow = (): ProvingGround['tick'] =>
      this.#market === undefined ||
      this.#tick === undefined ||
      !this.due.isCited(this.#tick.chain?.ledgerRoot)
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
      open: (account) => this.due.ledger!.open(account),
      isDue: (account, nonce) => this.due.isDue(account, nonce),
    };
  }

  /** Lot by lot: of thousands that fall short others would wait for the last. */
  async #queueProofs(): Promise<void> {
    const proving = this.#proving;
    if (proving === undefined || this.#tick === undefined) return;
    const { snapshotTime } = this.#tick;
    const accounts = this.#candidates();
    for (let first = 0; first < accounts.length; first += LOT) {
      const { accounts: cited = [] } = this.due.ledger ?? {};
      // Of those that have their place already nothing is asked.
      const fresh = accounts.slice(first, first + LOT).filter((account) => {
        const nonce = cited[account]?.settlementNonce;
        return nonce !== undefined && !proving.hasPlace(account, nonce);
      });
      await proving.enqueue(snapshotTime, this.due.dueAmong(fresh));
      await nextTurn();
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }
}
