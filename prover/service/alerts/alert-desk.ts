// SPDX-License-Identifier: GPL-3.0-or-later
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Job } from 'pg-boss';
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import type { Webhook } from '../config/config.ts';
import { tickTransitionsSchema } from '../margin/margin-book.ts';
import type { Queries } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import { alertsOf, jobId, signature, type Alert } from './alert.ts';

const QUEUE = 'webhook';
const DEAD = 'webhook-dead';
const PROGRESS = 'alerts';

const TIMEOUT_MS = 10_000;
const RETRIES = 12;
const RETRY_SECONDS = 2;
const MOST_RETRY_SECONDS = 600;

/** Transitions that are made alerts of in one transaction, to the end of the record that reaches so many. */
const LOT = 2000;

/** The number of its record in the journal. */
const sequenceOf = ({ id }: Alert): number => Number(id.split('-')[0]);

interface Delivery {
  readonly alert: Alert;
  readonly url: string;
}

const deliveredSchema = z.object({ alert: z.string(), url: z.string() });

export interface AlertCounts {
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dead: number;
}

/**
 * From the journal's transitions to webhooks and listeners. A transition becomes jobs in the same
 * transaction that moves the mark past it, under ids that a second making repeats: none is lost, and
 * none is two. A delivery may happen twice, when a kill falls between the answer and its note: it
 * carries the same id and says which attempt it is.
 */
export class AlertDesk {
  readonly #store: Store;
  readonly #webhooks: readonly Webhook[];
  readonly #listeners = new EventEmitter();
  #counts = { delivered: 0, failedAttempts: 0, dead: 0 };

  constructor(store: Store, webhooks: readonly Webhook[]) {
    this.#store = store;
    this.#webhooks = webhooks;
    this.#listeners.setMaxListeners(0);
  }

  get counts(): AlertCounts {
    return this.#counts;
  }

  async start(): Promise<void> {
    const { boss } = this.#store;
    await boss.createQueue(DEAD);
    await boss.createQueue(QUEUE, {
      retryLimit: RETRIES,
      retryDelay: RETRY_SECONDS,
      retryBackoff: true,
      retryDelayMax: MOST_RETRY_SECONDS,
      heartbeatSeconds: 10,
      expireInSeconds: 30,
      deadLetter: DEAD,
    });
    await this.catchUp();
    const each = { pollingIntervalSeconds: 0.5, localConcurrency: 4 } as const;
    await boss.work<Delivery>(QUEUE, each, async ([job]) => this.#deliver(job!));
    await boss.work<Delivery>(DEAD, async ([job]) => this.#bury(job!));
  }

  /** Makes jobs of every transition that none was made of yet. */
  async catchUp(): Promise<void> {
    const { journal, database } = this.#store;
    const [row] = await database.query('SELECT sequence FROM plimsoll.progress WHERE name = $1', [
      PROGRESS,
    ]);
    const from = Number(row?.['sequence'] ?? 0);
    let delivered: ReadonlySet<string> | undefined;
    let lot: Alert[] = [];
    const make = async (alerts: readonly Alert[]): Promise<void> => {
      if (alerts.length === 0) return;
      await database.transaction(async (queries) => this.#make(queries, alerts, delivered!));
      for (const alert of alerts) this.#listeners.emit('alert', alert);
    };
    for await (const { sequence, body } of journal.read(from, 'transitions')) {
      // Told only when there is something to make: the tables may have forgotten more than the journal.
      delivered ??= await this.#deliveredAfter(sequence);
      lot.push(...alertsOf(sequence, tickTransitionsSchema.parse(body)));
      // A page of records is read at once: between two of them others have their turn.
      await nextTurn();
      if (lot.length < LOT) continue;
      await make(lot);
      lot = [];
    }
    await make(lot);
  }

  /** Alerts after a number of the journal, then every new one; ends when the signal says so. */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<Alert> {
    const waiting: Alert[] = [];
    let wake = (): void => undefined;
    const note = (alert: Alert): void => {
      waiting.push(alert);
      wake();
    };
    const stop = (): void => wake();
    this.#listeners.on('alert', note);
    signal.addEventListener('abort', stop);
    try {
      let last = after;
      for await (const { sequence, body } of this.#store.journal.read(after, 'transitions')) {
        last = sequence;
        yield* alertsOf(sequence, tickTransitionsSchema.parse(body));
      }
      while (!signal.aborted) {
        for (const alert of waiting.splice(0)) {
          if (sequenceOf(alert) > last) yield alert;
        }
        if (signal.aborted) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (waiting.length > 0 || signal.aborted) resolve();
        });
      }
    } finally {
      this.#listeners.off('alert', note);
      signal.removeEventListener('abort', stop);
    }
  }

  async #deliveredAfter(sequence: number): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for await (const { body } of this.#store.journal.read(sequence, 'delivered')) {
      const { alert, url } = deliveredSchema.parse(body);
      found.add(jobId(alert, url));
    }
    return found;
  }

  /** Of whole records, with the mark behind the last of them. */
  async #make(
    queries: Queries,
    alerts: readonly Alert[],
    delivered: ReadonlySet<string>,
  ): Promise<void> {
    const columns = [
      'tick',
      'snapshotTime',
      'account',
      'from',
      'to',
      'equityE6',
      'mmE6',
      'imE6',
    ] as const;
    await queries.query(
      `INSERT INTO plimsoll.transitions
         (sequence, tick, snapshot_time, account, from_state, to_state, equity_e6, mm_e6, im_e6,
          worst_btc, worst_eth)
       SELECT * FROM unnest(
         $1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::numeric[],
         $8::numeric[], $9::numeric[], $10::int[], $11::int[])
       ON CONFLICT DO NOTHING`,
      [
        alerts.map(sequenceOf),
        ...columns.map((name) => alerts.map((alert) => alert[name])),
        alerts.map(({ worstScenarios }) => worstScenarios?.[0] ?? null),
        alerts.map(({ worstScenarios }) => worstScenarios?.[1] ?? null),
      ],
    );
    const jobs = alerts.flatMap((alert) =>
      this.#webhooks
        .filter(({ states }) => states.includes(alert.to))
        .map(({ url }) => ({ id: jobId(alert.id, url), data: { alert, url } }))
        .filter(({ id }) => !delivered.has(id)),
    );
    const db = {
      executeSql: async (sql: string, values?: unknown[]) => ({
        rows: [...(await queries.query(sql, values))],
      }),
    };
    if (jobs.length > 0) await this.#store.boss.insert(QUEUE, jobs, { db });
    await queries.query(
      `INSERT INTO plimsoll.progress (name, sequence) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence`,
      [PROGRESS, sequenceOf(alerts.at(-1)!)],
    );
  }

  async #deliver({ data, retryCount }: Job<Delivery>): Promise<void> {
    const webhook = this.#webhooks.find(({ url }) => url === data.url);
    // A webhook that is no longer configured is told nothing.
    if (webhook === undefined) return;
    const body = JSON.stringify(data.alert);
    const seconds = Math.floor(Date.now() / 1000);
    const { secret, previousSecret } = webhook;
    const secrets = previousSecret === undefined ? [secret] : [secret, previousSecret];
    try {
      const answer = await fetch(data.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'plimsoll-alert': data.alert.id,
          'plimsoll-attempt': String(retryCount + 1),
          'plimsoll-signature': signature(secrets, seconds, body),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new PlimsollError('WEBHOOK', `answered ${answer.status}`);
    } catch (error) {
      this.#counts = { ...this.#counts, failedAttempts: this.#counts.failedAttempts + 1 };
      throw error;
    }
    await this.#store.journal.append('delivered', { alert: data.alert.id, url: data.url });
    this.#counts = { ...this.#counts, delivered: this.#counts.delivered + 1 };
  }

  async #bury({ data }: Job<Delivery>): Promise<void> {
    await this.#store.database.query(
      `INSERT INTO plimsoll.dead_letters (alert, url, body, reason) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [data.alert.id, data.url, JSON.stringify(data.alert), `no answer after ${RETRIES} retries`],
    );
    this.#counts = { ...this.#counts, dead: this.#counts.dead + 1 };
  }
}
