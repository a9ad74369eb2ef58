// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Account } from '../commitments/account.ts';
import type { AccountOpening, LedgerChange } from '../commitments/ledger.ts';
import type { RowHasher } from '../commitments/row-hasher.ts';
import { snapshotHash } from '../commitments/snapshot-words.ts';
import { PlimsollError } from '../core/errors.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { AlertDesk } from './alerts/alert-desk.ts';
import type { ServiceConfig } from './config/config.ts';
import { LedgerKeeper, type LedgerState } from './ledger/ledger-keeper.ts';
import { MarginBook } from './margin/margin-book.ts';
import type { Question } from './questions/question.ts';
import { QuestionDesk } from './questions/question-desk.ts';
import type { ProofMaker } from './proving/proof-maker.ts';
import { ProvingDesk, type ProofUse, type ProvingGround } from './proving/proving-desk.ts';
import type { Store } from './store/store.ts';

const tickRecordSchema = z.object({
  name: z.string(),
  document: z.string(),
  /** Absent in records of earlier versions. */
  snapshotTime: z.string().optional(),
});

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
  readonly publishedAt: number;
  readonly publishMs: number;
}

/**
 * Ledger and ticks in, margins and alerts out. Everything that changes does so in one line: what is
 * acknowledged is in the journal, and what the journal leads to is done again after a kill.
 */
export class Service {
  readonly ledger: LedgerKeeper;
  readonly book: MarginBook;
  readonly alerts: AlertDesk;
  readonly store: Store;
  readonly #parameters: ParameterSet;
  readonly #questions: QuestionDesk;
  #tail: Promise<unknown> = Promise.resolve();
  #tick: TickState | undefined;
  #market: MarketTick | undefined;
  #tickBlob: string | undefined;
  #proving: ProvingDesk | undefined;
  #changes: LedgerChange[] = [];
  #isReplaced = true;

  private constructor(
    store: Store,
    ledger: LedgerKeeper,
    book: MarginBook,
    alerts: AlertDesk,
    parameters: ParameterSet,
  ) {
    this.store = store;
    this.ledger = ledger;
    this.book = book;
    this.alerts = alerts;
    this.#parameters = parameters;
    this.#questions = new QuestionDesk(parameters);
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
    parameters: ParameterSet,
    hasher: RowHasher,
  ): Promise<Service> {
    const ledger = await LedgerKeeper.restore(store.journal, hasher);
    const book = await MarginBook.restore(store.journal, config.rules);
    const alerts = new AlertDesk(store, config.webhooks);
    const service = new Service(store, ledger, book, alerts, parameters);
    await alerts.start();
    let newest: z.infer<typeof tickRecordSchema> | undefined;
    for await (const { body } of store.journal.read(0, 'tick')) {
      newest = tickRecordSchema.parse(body);
    }
    if (newest !== undefined) {
      const document = Buffer.from(await store.journal.blob(newest.document)).toString('utf8');
      service.#tickBlob = newest.document;
      service.#setTick(newest.name, document, parseSnapshot(document));
    }
    await service.#inTurn(async () => service.#remargin());
    return service;
  }

  get tick(): TickState | undefined {
    return this.#tick;
  }

  async putLedger(body: unknown): Promise<LedgerState> {
    return await this.#inTurn(async () => {
      const state = await this.ledger.put(body);
      await this.#remargin();
      return state;
    });
  }

  async updateLedger(body: unknown): Promise<LedgerState> {
    return await this.#inTurn(async () => {
      const state = await this.ledger.update(body);
      await this.#remargin();
      return state;
    });
  }

  /** Takes the text of a snapshot document as the next tick; an older one is refused. */
  async putSnapshot(document: string): Promise<TickState> {
    const snapshot = parseSnapshot(document);
    return await this.#inTurn(async () => {
      const name = snapshotHash(snapshot).toString();
      const held = this.#tick;
      if (held !== undefined && snapshot.time < held.snapshotTime) {
        throw new PlimsollError(
          'TICK_OLD',
          `the snapshot is of ${snapshot.time}, the tick held is of ${held.snapshotTime}`,
        );
      }
      if (held?.name === name) return held;
      const blob = await this.store.journal.putBlob(Buffer.from(document, 'utf8'));
      await this.store.journal.append('tick', {
        name,
        document: blob,
        snapshotTime: snapshot.time.toString(),
      });
      this.#tickBlob = blob;
      this.#setTick(name, document, snapshot);
      await this.#remargin();
      return this.#tick!;
    });
  }

  /** Proves what is due from now on; the proving desk is closed with the service. */
  async startProving(maker: ProofMaker, use: ProofUse): Promise<ProvingDesk> {
    const desk = new ProvingDesk(this.store, maker, use, this.#ground());
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

  get proving(): ProvingDesk | undefined {
    return this.#proving;
  }

  /** Ends once what is under way is done. */
  async stop(): Promise<void> {
    await this.#tail;
    this.#proving?.close();
    this.#questions.close();
    await this.book.close();
    await this.store.close();
  }

  #setTick(name: string, document: string, snapshot: MarketSnapshot): void {
    this.#questions.setTick(document);
    this.#market = new MarketTick(snapshot, this.#parameters);
    this.book.setTick(name, this.#market);
    this.#tick = { name, snapshotTime: snapshot.time, publishedAt: Date.now(), publishMs: 0 };
  }

  async #remargin(): Promise<void> {
    const started = performance.now();
    if (this.#isReplaced) this.book.setAccounts(this.ledger.ledger.accounts);
    else for (const { index, account } of this.#changes) this.book.setAccount(index, account);
    this.#isReplaced = false;
    this.#changes = [];
    const made = await this.book.remargin(this.ledger.state.sequence);
    if (this.#tick !== undefined) {
      const publishMs = performance.now() - started;
      this.#tick = { ...this.#tick, publishedAt: Date.now(), publishMs };
    }
    if (made !== undefined) await this.alerts.catchUp();
    await this.#queueProofs();
  }

  /** What a job finds when it is taken up. */
  #ground(): ProvingGround {
    const tickNow = (): ProvingGround['tick'] =>
      this.#market === undefined || this.#tick === undefined
        ? undefined
        : { name: this.#tick.name, market: this.#market };
    return {
      get tick() {
        return tickNow();
      },
      open: (account) => this.ledger.ledger.open(account),
      isLiquidatable: (account) => this.book.isLiquidatable(account),
    };
  }

  async #queueProofs(): Promise<void> {
    if (this.#proving === undefined || this.#tick === undefined) return;
    const due = this.book.liquidatable().map((account) => {
      const { equityE6, mmE6 } = this.book.margin(account)!;
      const nonce = this.ledger.ledger.account(account).settlementNonce;
      return { account, nonce, shortfallE6: mmE6 - equityE6 };
    });
    await this.#proving.enqueue(this.#tick.snapshotTime, due);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }
}
