// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Account } from '../../commitments/account.ts';
import { Ledger } from '../../commitments/ledger.ts';
import { snapshotHash } from '../../commitments/snapshot-words.ts';
import { PlimsollError } from '../../core/errors.ts';
import { accountDocument, formatLedger } from '../../documents/ledger-document.ts';
import { loadDefaultParameters } from '../../documents/parameters-document.ts';
import { parseSnapshot, snapshotDocument } from '../../documents/snapshot-document.ts';
import { ageSnapshot } from '../../market/snapshot/age-slice.ts';
import { loadSample, SAMPLE_TICKS } from '../../sample/sample.ts';
import {
  MarginBook,
  type TickTransitions,
  type Transition,
} from '../../service/margin/margin-book.ts';
import { DEFAULT_MARGIN_RULES } from '../../service/config/config.ts';
import type { Journal } from '../../service/store/journal.ts';
import { MarketTick } from '../../statements/market-tick.ts';
import { seeded } from '../venue.ts';
import { OwnerProcess } from './owner-process.ts';
import { readOutcome } from './outcome.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import { Receiver } from './receiver.ts';

export type TortureDatabase = 'pglite' | 'postgresql';

export interface TortureOptions {
  readonly kills: number;
  readonly seed: number;
  readonly database: TortureDatabase;
  readonly progress: (line: string) => void;
}

/** What was done to a service, and what it made of it. */
export interface TortureReport {
  readonly database: TortureDatabase;
  readonly seed: number;
  readonly kills: { readonly owner: number; readonly postgresql: number };
  /** Acknowledged before a kill or found taken after one. */
  readonly updates: number;
  readonly ticks: number;
  readonly transitions: number;
  readonly deliveries: number;
  /** Deliveries under an id that was known: a kill between an answer and its note. */
  readonly repeated: number;
  /** Acknowledged and not there; alerts never told; transitions that were not made. */
  readonly lost: number;
  /** Transitions made twice or made up; alerts that no transition has. */
  readonly doubled: number;
  readonly seconds: number;
}

const TICK_SECONDS = 60n;
/** A kill falls within so long after an operation is sent: start, middle and end of it. */
const KILL_WITHIN_MS = 250;
/** Operations between two kills, at most. */
const CALM_OPERATIONS = 3;
const DRAIN_MS = 180_000;
const ANSWER_MS = 60_000;

type Operation =
  | { readonly kind: 'update'; readonly sequence: number; readonly changes: readonly Change[] }
  | { readonly kind: 'tick'; readonly document: string };
interface Change {
  readonly index: number;
  readonly account: Account;
}

/** Records in memory: of the service that nobody killed. */
class MemoryJournal implements Pick<Journal, 'append'> {
  readonly transitions: Transition[] = [];

  async append(kind: string, body: unknown): Promise<number> {
    if (kind === 'transitions') this.transitions.push(...(body as TickTransitions).transitions);
    return this.transitions.length;
  }
}

const keyOf = ({ account, from, to, equityE6, mmE6, imE6 }: Transition): string =>
  [account, from, to, equityE6, mmE6, imE6].join();

/**
 * Feeds a service a crash over and over, kills it at random moments, and holds what is left against
 * what was acknowledged and against the same operations without a kill.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-torture-'));
  const receiver = new Receiver();
  let cluster: PostgresCluster | undefined;
  let owner: OwnerProcess | undefined;
  try {
    const random = seeded(options.seed);
    if (options.database === 'postgresql') {
      cluster = await PostgresCluster.create();
      await cluster.start();
    }
    const config = join(folder, 'service.json');
    const url = await receiver.listen(seeded(options.seed + 1));
    writeFileSync(
      config,
      JSON.stringify({
        format: 'plimsoll.service',
        version: 1,
        folder: 'state',
        listen: { host: '127.0.0.1', port: 0 },
        webhooks: [{ url, secretVariable: 'TORTURE_SECRET' }],
      }),
    );
    const token = randomBytes(24).toString('hex');
    owner = new OwnerProcess(config, {
      ...process.env,
      PLIMSOLL_OPERATOR_TOKEN: token,
      TORTURE_SECRET: token,
      ...(cluster === undefined ? {} : { DATABASE_URL: cluster.url }),
    });
    return await new Run(options, random, owner, cluster, receiver, token, folder).finish();
  } finally {
    await owner?.kill();
    await cluster?.remove();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One run: what was sent and taken, and the deeds. */
class Run {
  readonly #options: TortureOptions;
  readonly #random: () => number;
  readonly #owner: OwnerProcess;
  readonly #cluster: PostgresCluster | undefined;
  readonly #receiver: Receiver;
  readonly #token: string;
  readonly #folder: string;
  readonly #kills = { owner: 0, postgresql: 0 };
  readonly #first = loadSample().ledgers.crash;
  readonly #ledger = new Ledger(this.#first);
  readonly #taken: Operation[] = [];
  #time = loadSample().snapshots.rebound.snapshot.time;
  #lost = 0;

  constructor(
    options: TortureOptions,
    random: () => number,
    owner: OwnerProcess,
    cluster: PostgresCluster | undefined,
    receiver: Receiver,
    token: string,
    folder: string,
  ) {
    this.#options = options;
    this.#random = random;
    this.#owner = owner;
    this.#cluster = cluster;
    this.#receiver = receiver;
    this.#token = token;
    this.#folder = folder;
  }

  async finish(): Promise<TortureReport> {
    const started = performance.now();
    await this.#owner.start();
    const ledger: unknown = JSON.parse(formatLedger(this.#first));
    await this.#ask('PUT', '/ledger', { sequence: 1, root: this.#ledger.root.toString(), ledger });
    await this.#carryOut(this.#nextTick(), false);
    for (let kill = 0; kill < this.#options.kills; kill += 1) {
      for (let calm = this.#below(CALM_OPERATIONS + 1); calm > 0; calm -= 1) {
        await this.#carryOut(this.#nextOperation(), false);
      }
      await this.#carryOut(this.#nextOperation(), true);
      this.#options.progress(`${kill + 1} of ${this.#options.kills} kills`);
    }
    await this.#carryOut(this.#nextOperation(), false);
    return await this.#judge(started);
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #nextOperation(): Operation {
    if (this.#random() < 0.5) {
      const sequence = this.#taken.filter(({ kind }) => kind === 'update').length + 2;
      const indices = new Set(
        Array.from({ length: 1 + this.#below(4) }, () => this.#below(this.#first.length)),
      );
      const changes = [...indices].map((index) => {
        const account = this.#ledger.account(index);
        const quoteE6 = account.quoteE6 + BigInt(this.#below(2_000_000) - 1_000_000) * 10_000n;
        return { index, account: { ...account, quoteE6 } };
      });
      return { kind: 'update', sequence, changes };
    }
    return this.#nextTick();
  }

  #nextTick(): Operation {
    const name = SAMPLE_TICKS[this.#below(SAMPLE_TICKS.length)]!;
    const { snapshot } = loadSample().snapshots[name];
    this.#time += TICK_SECONDS;
    return {
      kind: 'tick',
      document: JSON.stringify(snapshotDocument(ageSnapshot(snapshot, this.#time, 'time'))),
    };
  }

  /** Sends it until it is taken; kills in the middle where that is asked for. */
  async #carryOut(operation: Operation, kills: boolean): Promise<void> {
    if (operation.kind === 'update') {
      for (const { index, account } of operation.changes) this.#ledger.update(index, account);
    }
    const body =
      operation.kind === 'tick'
        ? operation.document
        : {
            sequence: operation.sequence,
            root: this.#ledger.root.toString(),
            changes: operation.changes.map(({ index, account }) => ({
              index,
              account: accountDocument(account),
            })),
          };
    const sent = async (): Promise<void> =>
      operation.kind === 'tick'
        ? await this.#ask('PUT', '/snapshot', body)
        : await this.#ask('POST', '/ledger/updates', body);
    let acknowledged = false;
    if (kills) {
      const asking = sent().then(
        () => (acknowledged = true),
        () => undefined,
      );
      await sleep(this.#below(KILL_WITHIN_MS));
      await this.#kill();
      await asking;
    } else {
      await sent();
      acknowledged = true;
    }
    if (kills) {
      await this.#restart();
      const held = await this.#held(operation);
      if (acknowledged && !held) this.#lost += 1;
      if (!held) await sent();
    }
    this.#taken.push(operation);
  }

  /** Whether the service has what was sent. */
  async #held(operation: Operation): Promise<boolean> {
    if (operation.kind === 'update') {
      const { sequence, root } = (await this.#get('/ledger')) as { sequence: number; root: string };
      if (sequence < operation.sequence - 1) {
        throw new PlimsollError('TORTURE', `update ${sequence + 1} was acknowledged and is gone`);
      }
      return sequence === operation.sequence && root === this.#ledger.root.toString();
    }
    const { name } = (await this.#get('/tick')) as { name?: string };
    return name === snapshotHash(parseSnapshot(operation.document)).toString();
  }

  async #kill(): Promise<void> {
    if (this.#cluster !== undefined && this.#random() < 0.3) {
      await this.#cluster.kill();
      this.#kills.postgresql += 1;
      return;
    }
    await this.#owner.kill();
    this.#kills.owner += 1;
  }

  async #restart(): Promise<void> {
    await this.#cluster?.start();
    await this.#owner.kill();
    await this.#owner.start();
  }

  async #ask(method: string, path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.#owner.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        connection: 'close',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new PlimsollError('TORTURE', `${method} ${path}: ${text}`);
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(`${this.#owner.url}${path}`, { headers: { connection: 'close' } });
    return await answer.json();
  }

  async #judge(started: number): Promise<TortureReport> {
    const reference = await this.#undisturbed();
    const until = Date.now() + DRAIN_MS;
    // What the service says is read by its own stream; what it wrote, from its journal, at the end.
    while (this.#receiver.seen.size < reference.alerts && Date.now() < until) await sleep(200);
    await this.#owner.kill();
    const { transitions: found, alerts } = await readOutcome(this.#folder, this.#cluster?.url);
    const { missing, surplus } = compare(reference.transitions.map(keyOf), found.map(keyOf));
    const { untold, invented } = this.#receiver.against(alerts);
    const { deliveries } = this.#receiver;
    return {
      database: this.#options.database,
      seed: this.#options.seed,
      kills: this.#kills,
      updates: this.#taken.filter(({ kind }) => kind === 'update').length,
      ticks: this.#taken.filter(({ kind }) => kind === 'tick').length,
      transitions: found.length,
      deliveries,
      repeated: deliveries - this.#receiver.seen.size,
      lost: this.#lost + missing + untold,
      doubled: surplus + invented,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  }

  /** The transitions of the same operations in a service that nobody kills. */
  async #undisturbed(): Promise<{ transitions: readonly Transition[]; alerts: number }> {
    const memory = new MemoryJournal();
    const empty: Journal = Object.assign(Object.create(null) as Journal, {
      append: async (kind: string, body: unknown) => memory.append(kind, body),
      read: async function* () {},
    });
    const book = await MarginBook.restore(empty, {
      distanceBps: DEFAULT_MARGIN_RULES.callDistanceBps,
      releaseBps: DEFAULT_MARGIN_RULES.releaseBps,
    });
    book.setAccounts(this.#first);
    const parameters = loadDefaultParameters();
    for (const operation of this.#taken) {
      if (operation.kind === 'tick') {
        const snapshot = parseSnapshot(operation.document);
        book.setTick(snapshotHash(snapshot).toString(), new MarketTick(snapshot, parameters));
      } else {
        for (const { index, account } of operation.changes) book.setAccount(index, account);
      }
      await book.remargin(0);
    }
    await book.close();
    const { transitions } = memory;
    return { transitions, alerts: transitions.filter(({ to }) => to !== 'healthy').length };
  }
}

/** How many of one list the other lacks, and has too many; equal entries are counted. */
function compare(
  expected: readonly string[],
  found: readonly string[],
): { readonly missing: number; readonly surplus: number } {
  const counts = new Map<string, number>();
  for (const key of expected) counts.set(key, (counts.get(key) ?? 0) + 1);
  let surplus = 0;
  for (const key of found) {
    const left = counts.get(key) ?? 0;
    if (left === 0) surplus += 1;
    else counts.set(key, left - 1);
  }
  return { missing: [...counts.values()].reduce((sum, count) => sum + count, 0), surplus };
}
