// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Account } from '../commitments/account.ts';
import { instrumentKey } from '../commitments/instrument.ts';
import { Ledger } from '../commitments/ledger.ts';
import { PlimsollError } from '../core/errors.ts';
import { median, quantile } from '../core/statistics.ts';
import { accountDocument, formatLedger } from '../documents/ledger-document.ts';
import { snapshotDocument } from '../documents/snapshot-document.ts';
import { ageSnapshot } from '../market/snapshot/age-slice.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { NativeHasher, fastestHasher } from '../proving/backends/native-hasher.ts';
import { SERVICE_FORMAT, SERVICE_VERSION } from '../service/config/config.ts';
import { tickTransitionsSchema } from '../service/margin/margin-book.ts';
import { FolderJournal } from '../service/store/journal.ts';
import type { LoadReport } from './load-process.ts';
import { OWN_TIME, machineLine, peakMemoryMiBOf, procCpuMs } from './measure.ts';
import { OwnerProcess } from './torture/owner-process.ts';
import { listInstruments, seeded } from './venue.ts';

const INSTRUMENTS = 800;
const TICK_SECONDS = 60n;
const CHANGED_SHARE = 0.01;
const OPERATOR = 'the-operator-of-a-benchmark';
const REQUESTS_PER_SECOND = 200;
/** Between two looks at what it has proven: each counts every account, and would be a load of its own. */
const LOOK_MS = 250;
const QUIET_MS = 10_000;

export interface ServiceBenchmark {
  readonly machine: string;
  readonly hasher: string;
  readonly accounts: number;
  readonly changedPerTick: number;
  readonly ticks: number;
  /** The whole ledger, from its text to the acknowledgement. */
  readonly putLedgerMs: number;
  /** 1 % of the accounts changed: to the acknowledgement, with their margins. */
  readonly updateMs: number;
  readonly updateCpuMs: number;
  /** From a snapshot to all margins published and every transition in the journal. */
  readonly snapshotMs: number;
  readonly snapshotCpuMs: number;
  /** For the margin of one account, while updates and ticks come one after another. */
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly requestsFailed: number;
  readonly answerMedianMs: number;
  readonly answerP99Ms: number;
  readonly answerMostMs: number;
  /** The same while nothing else is asked of it: what the machine leaves. */
  readonly quietP99Ms: number;
  /** Made while they were asked. */
  readonly proofs: number;
  /** Between one proof and the next while nothing else is asked, beyond witness and proof; null without two. */
  readonly proofOverheadMs: number | null;
  readonly transitions: number;
  /** From a kill's disk to a service that answers: nothing is hashed. */
  readonly restartMs: number;
  /** Of the service's own process. */
  readonly peakMemoryMiB: number;
}

export interface ServiceBenchmarkOptions {
  readonly accounts: number;
  readonly ticks: number;
  /** Whether it proves meanwhile, which needs the keys of a set-up. */
  readonly proves: boolean;
}

function venueAccounts(snapshot: MarketSnapshot, count: number): Account[] {
  const random = seeded(20_260_205);
  const below = (n: number): number => Math.floor(random() * n);
  const instruments = listInstruments(snapshot, INSTRUMENTS).sort((a, b) =>
    instrumentKey(a) < instrumentKey(b) ? -1 : 1,
  );
  return Array.from({ length: count }, (_, index) => {
    const places = new Set(Array.from({ length: 1 + below(16) }, () => below(instruments.length)));
    return {
      owner: BigInt(index + 1),
      settlementNonce: 0n,
      frozen: false,
      riskReducingOnly: false,
      quoteE6: BigInt(below(2e10)),
      collateralE8: [BigInt(below(1e9)), 0n, 0n],
      positions: [...places]
        .sort((a, b) => a - b)
        .map((place) => ({
          instrument: instruments[place]!,
          lots: BigInt((random() < 0.5 ? -1 : 1) * (1 + below(1_000))),
        })),
    };
  });
}

/** `cpuMs` is of the service, which a busy machine does not lengthen. */
interface Timed {
  readonly ms: number;
  readonly cpuMs: number;
}

/** A service of its own, driven over HTTP as a venue drives it. */
class Subject {
  readonly #folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  readonly #owner: OwnerProcess;

  constructor(proves: boolean) {
    const config = join(this.#folder, 'service.json');
    const nobody = `0x${'0'.repeat(39)}1`;
    writeFileSync(
      config,
      JSON.stringify({
        format: SERVICE_FORMAT,
        version: SERVICE_VERSION,
        folder: 'state',
        listen: { host: '127.0.0.1', port: 0 },
        limits: { bodyBytes: 2 ** 30, requestsPerMinute: 1_000_000 },
        ...(proves
          ? { proving: { chainId: 1, liquidationEngine: nobody, beneficiary: nobody } }
          : {}),
      }),
    );
    this.#owner = new OwnerProcess(config, {
      PATH: process.env['PATH'],
      PLIMSOLL_OPERATOR_TOKEN: OPERATOR,
    });
  }

  async start(): Promise<void> {
    await this.#owner.start();
  }

  async kill(): Promise<void> {
    await this.#owner.kill();
  }

  get peakMemoryMiB(): number {
    return peakMemoryMiBOf(this.#owner.pid);
  }

  async ask(method: string, path: string, body?: string): Promise<string> {
    const answer = await fetch(`${this.#owner.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${OPERATOR}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    throw new PlimsollError('BENCHMARK', `${method} ${path}: ${answer.status} ${text}`);
  }

  async timed(method: string, path: string, body: string): Promise<Timed> {
    const started = performance.now();
    const before = procCpuMs(this.#owner.pid, OWN_TIME);
    await this.ask(method, path, body);
    return {
      ms: performance.now() - started,
      cpuMs: procCpuMs(this.#owner.pid, OWN_TIME) - before,
    };
  }

  /** Asks for margins while the work goes on; how long the answers took. */
  async underLoad(accounts: number, work: () => Promise<void>): Promise<LoadReport> {
    const load = fork(
      new URL('./load-process.ts', import.meta.url),
      [this.#owner.url, OPERATOR, String(REQUESTS_PER_SECOND), String(accounts)],
      { execArgv: [] },
    );
    try {
      await work();
      return await new Promise<LoadReport>((resolve, reject) => {
        load.once('message', (report) => resolve(report as LoadReport));
        load.once('exit', () => reject(new PlimsollError('BENCHMARK', 'the load has ended')));
        load.send('enough');
      });
    } finally {
      load.kill();
    }
  }

  /** Of a service that has ended: how many changes of state it wrote down. */
  async transitions(): Promise<number> {
    const journal = new FolderJournal(join(this.#folder, 'state'));
    let count = 0;
    for await (const { body } of journal.read(0, 'transitions')) {
      count += tickTransitionsSchema.parse(body).transitions.length;
    }
    await journal.close();
    return count;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const metricOf = (metrics: string, name: string): number =>
  Number(new RegExp(`^plimsoll_${name} ([0-9.]+)$`, 'm').exec(metrics)?.[1] ?? 0);
const proofsOf = (metrics: string): number => metricOf(metrics, 'proofs_made');

/** What a proof costs beside its work, from the moment one was stored to the moment a later one is. */
async function overheadOf(subject: Subject): Promise<number | null> {
  const until = performance.now() + QUIET_MS;
  const stored: { readonly at: number; readonly made: number; readonly workMs: number }[] = [];
  while (performance.now() < until) {
    const metrics = await subject.ask('GET', '/metrics');
    const made = proofsOf(metrics);
    if (made !== (stored.at(-1)?.made ?? 0)) {
      stored.push({ at: performance.now(), made, workMs: metricOf(metrics, 'proof_work_ms') });
    }
    await sleep(LOOK_MS);
  }
  // The first loads its key.
  const [first, last] = [stored[1], stored.at(-1)];
  if (first === undefined || last === undefined || last.made === first.made) return null;
  return (last.at - first.at - (last.workMs - first.workMs)) / (last.made - first.made);
}

/** A whole service on a synthetic venue, ticks and updates one after another. */
export async function benchmarkService(
  snapshots: readonly MarketSnapshot[],
  { accounts, ticks, proves }: ServiceBenchmarkOptions,
  progress: (line: string) => void,
): Promise<ServiceBenchmark> {
  const machine = machineLine();
  const hasher = fastestHasher();
  const subject = new Subject(proves);
  try {
    const list = venueAccounts(snapshots[0]!, accounts);
    const ledger = await Ledger.build(list, hasher);
    await subject.start();
    progress('a venue is made');
    const root = ledger.root.toString();
    const put = `{"sequence":1,"root":"${root}","ledger":${formatLedger(list)}}`;
    const { ms: putLedgerMs } = await subject.timed('PUT', '/ledger', put);
    let time = snapshots.reduce((most, { time: at }) => (at > most ? at : most), 0n);
    const document = (tick: number): string => {
      time += TICK_SECONDS;
      const aged = ageSnapshot(snapshots[tick % snapshots.length]!, time, 'time');
      return JSON.stringify(snapshotDocument(aged));
    };
    await subject.ask('PUT', '/snapshot', document(0));
    progress('its ledger is held');
    let proofOverheadMs: number | null = null;
    const quiet = await subject.underLoad(accounts, async () => {
      proofOverheadMs = await overheadOf(subject);
    });
    const random = seeded(11);
    const changedPerTick = Math.max(1, Math.floor(accounts * CHANGED_SHARE));
    const update = async (tick: number): Promise<string> => {
      const indices = new Set(
        Array.from({ length: changedPerTick }, () => Math.floor(random() * accounts)),
      );
      const changes = [...indices].map((index) => {
        const account = ledger.account(index);
        return { index, account: { ...account, quoteE6: account.quoteE6 + 1_000_000n } };
      });
      await ledger.apply(changes, hasher);
      return JSON.stringify({
        sequence: tick + 2,
        root: ledger.root.toString(),
        changes: changes.map(({ index, account }) => ({
          index,
          account: accountDocument(account),
        })),
      });
    };
    const updates: Timed[] = [];
    const published: Timed[] = [];
    const busy = await subject.underLoad(accounts, async () => {
      for (let tick = 0; tick < ticks; tick += 1) {
        updates.push(await subject.timed('POST', '/ledger/updates', await update(tick)));
        published.push(await subject.timed('PUT', '/snapshot', document(tick + 1)));
        progress(`${tick + 1} of ${ticks} ticks`);
      }
    });
    const proofs = proofsOf(await subject.ask('GET', '/metrics'));
    const { peakMemoryMiB } = subject;
    await subject.kill();
    const transitions = await subject.transitions();
    const started = performance.now();
    await subject.start();
    const restartMs = performance.now() - started;
    const { answersMs, failed } = busy;
    return {
      machine,
      hasher: hasher.name,
      accounts,
      changedPerTick,
      ticks,
      putLedgerMs,
      updateMs: median(updates.map(({ ms }) => ms)),
      updateCpuMs: median(updates.map(({ cpuMs }) => cpuMs)),
      snapshotMs: median(published.map(({ ms }) => ms)),
      snapshotCpuMs: median(published.map(({ cpuMs }) => cpuMs)),
      requestsPerSecond: REQUESTS_PER_SECOND,
      requests: answersMs.length,
      requestsFailed: failed,
      answerMedianMs: median(answersMs),
      answerP99Ms: quantile(answersMs, 0.99),
      answerMostMs: quantile(answersMs, 1),
      quietP99Ms: quantile(quiet.answersMs, 0.99),
      proofs,
      proofOverheadMs,
      transitions,
      restartMs,
      peakMemoryMiB,
    };
  } finally {
    await subject.kill();
    subject.remove();
    if (hasher instanceof NativeHasher) hasher.close();
  }
}
