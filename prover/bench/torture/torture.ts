// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Ledger } from '../../commitments/ledger.ts';
import { snapshotHash } from '../../commitments/snapshot-words.ts';
import { PlimsollError } from '../../core/errors.ts';
import { accountDocument, formatLedger } from '../../documents/ledger-document.ts';
import { parseSnapshot, snapshotDocument } from '../../documents/snapshot-document.ts';
import { ageSnapshot } from '../../market/snapshot/age-slice.ts';
import { loadSample, SAMPLE_TICKS } from '../../sample/sample.ts';
import { seeded } from '../venue.ts';
import type { ChainTortureReport } from './chain-torture.ts';
import { OwnerProcess } from './owner-process.ts';
import { readOutcome } from './outcome.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import { losePower } from './power-loss.ts';
import { Receiver } from './receiver.ts';
import { Undisturbed, compare, keyOf, type Operation } from './undisturbed.ts';

export type TortureDatabase = 'pglite' | 'postgresql';

export interface TortureOptions {
  readonly kills: number;
  readonly seed: number;
  readonly database: TortureDatabase;
  readonly progress: (line: string) => void;
  /** Told of everything so far at each judgement: a run that is stopped counts up to the last of them. */
  readonly judged: (report: TortureReport | ChainTortureReport) => void;
}

/** What was done to a service, and what it made of it. */
export interface TortureReport {
  readonly database: TortureDatabase;
  readonly seed: number;
  /** `starting`: the owner, before it answered again; `power`: its machine, with an embedded database. */
  readonly kills: {
    readonly owner: number;
    readonly starting: number;
    readonly power: number;
    readonly postgresql: number;
  };
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
/** Kills of an owner that has not answered yet, one after another, at most. */
const MOST_STARTING = 3;
/** Of the kills on PostgreSQL, those of its server. */
const SERVER_SHARE = 0.3;
/** Of those on an owner with PGlite, those of its machine. */
const POWER_SHARE = 0.1;
/** Kills between two judgements. */
const JUDGED_EVERY = 25;
const DRAIN_MS = 180_000;
const ANSWER_MS = 60_000;

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
  readonly #kills = { owner: 0, starting: 0, power: 0, postgresql: 0 };
  readonly #first = loadSample().ledgers.crash;
  readonly #ledger = new Ledger(this.#first);
  readonly #taken: Operation[] = [];
  readonly #reference = new Undisturbed(this.#first);
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
    for (let toJudge = JUDGED_EVERY; ; toJudge += JUDGED_EVERY) {
      while (this.#count < Math.min(toJudge, this.#options.kills)) {
        for (let calm = this.#below(CALM_OPERATIONS + 1); calm > 0; calm -= 1) {
          await this.#carryOut(this.#nextOperation(), false);
        }
        await this.#carryOut(this.#nextOperation(), true);
      }
      await this.#carryOut(this.#nextOperation(), false);
      const report = await this.#judge(started);
      this.#options.judged(report);
      if (this.#count >= this.#options.kills) {
        await this.#reference.close();
        return report;
      }
      await this.#owner.start();
    }
  }

  get #count(): number {
    const { owner, starting, power, postgresql } = this.#kills;
    return owner + starting + power + postgresql;
  }

  #killed(what: keyof TortureReport['kills']): void {
    this.#kills[what] += 1;
    this.#options.progress(`${this.#count} of ${this.#options.kills} kills`);
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

  /** Of a short run the first. */
  #isServersTurn(): boolean {
    return this.#random() < SERVER_SHARE || this.#kills.postgresql === 0;
  }

  async #kill(): Promise<void> {
    if (this.#cluster !== undefined && this.#isServersTurn()) {
      await this.#cluster.kill();
      this.#killed('postgresql');
      return;
    }
    await this.#owner.kill();
    const isMachines = this.#cluster === undefined && this.#random() < POWER_SHARE;
    if (isMachines) losePower(join(this.#folder, 'state'), this.#random);
    this.#killed(isMachines ? 'power' : 'owner');
  }

  /** Until it answers; what is left is found by a service that is killed on its way too. */
  async #restart(): Promise<void> {
    await this.#cluster?.start();
    await this.#owner.kill();
    for (let left = this.#below(MOST_STARTING + 1); left > 0; left -= 1) {
      if (this.#count >= this.#options.kills) break;
      const share = this.#random();
      const isServer = this.#cluster !== undefined && this.#isServersTurn();
      await this.#owner.killStarting(share, async () => isServer && this.#cluster?.kill());
      await this.#cluster?.start();
      this.#killed(isServer ? 'postgresql' : 'starting');
    }
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
    const reference = await this.#reference.after(this.#taken);
    const until = Date.now() + DRAIN_MS;
    // What the service says is read by its own stream; what it wrote, from its journal, once it has ended.
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
}
