// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Account } from '../commitments/account.ts';
import { instrumentKey } from '../commitments/instrument.ts';
import { Ledger } from '../commitments/ledger.ts';
import { median } from '../core/statistics.ts';
import { accountDocument, formatLedger } from '../documents/ledger-document.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import { snapshotDocument } from '../documents/snapshot-document.ts';
import { ageSnapshot } from '../market/snapshot/age-slice.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { fastestHasher } from '../proving/backends/native-hasher.ts';
import type { ServiceConfig } from '../service/config/config.ts';
import { Service } from '../service/service.ts';
import { openStore } from '../service/store/store.ts';
import { machineLine, peakMemoryMiB } from './measure.ts';
import { listInstruments, seeded } from './venue.ts';

const INSTRUMENTS = 800;
const TICK_SECONDS = 60n;
const CHANGED_SHARE = 0.01;
const OPERATOR = 'the-operator-of-a-benchmark';

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
  readonly transitions: number;
  /** From a kill's disk to a service that answers: nothing is hashed. */
  readonly restartMs: number;
  readonly peakMemoryMiB: number;
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

interface Timed<T> {
  readonly ms: number;
  /** Of this process, which a busy machine does not lengthen. */
  readonly cpuMs: number;
  readonly value: T;
}

async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000, value };
}

/** A whole service on a synthetic venue, ticks and updates one after another. */
export async function benchmarkService(
  snapshots: readonly MarketSnapshot[],
  { accounts, ticks }: { readonly accounts: number; readonly ticks: number },
  progress: (line: string) => void,
): Promise<ServiceBenchmark> {
  const machine = machineLine();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
  const hasher = fastestHasher();
  const none = (): void => undefined;
  const config: ServiceConfig = {
    folder,
    databaseUrl: undefined,
    operatorToken: OPERATOR,
    listen: { host: '127.0.0.1', port: 0 },
    rules: { distanceBps: 500, releaseBps: 200 },
    webhooks: [],
    proving: undefined,
    chain: undefined,
    limits: { bodyBytes: 2 ** 29, requestsPerMinute: 1_000_000 },
  };
  const start = async (): Promise<Service> => {
    const store = await openStore({ ...config, standby: none, lost: none, fault: none });
    return await Service.start(store, config, loadDefaultParameters(), hasher);
  };
  let service = await start();
  try {
    const list = venueAccounts(snapshots[0]!, accounts);
    const ledger = await Ledger.build(list, hasher);
    const body = {
      sequence: 1,
      root: ledger.root.toString(),
      ledger: JSON.parse(formatLedger(list)) as unknown,
    };
    progress('a venue is made');
    const { ms: putLedgerMs } = await timed(() => service.putLedger(body));
    progress('its ledger is held');
    const random = seeded(11);
    const changedPerTick = Math.max(1, Math.floor(accounts * CHANGED_SHARE));
    let time = snapshots.reduce((most, { time: at }) => (at > most ? at : most), 0n);
    const updates: Timed<unknown>[] = [];
    const published: Timed<unknown>[] = [];
    for (let tick = 0; tick < ticks; tick += 1) {
      const indices = new Set(
        Array.from({ length: changedPerTick }, () => Math.floor(random() * accounts)),
      );
      const changes = [...indices].map((index) => {
        const account = ledger.account(index);
        return { index, account: { ...account, quoteE6: account.quoteE6 + 1_000_000n } };
      });
      await ledger.apply(changes, hasher);
      const update = {
        sequence: tick + 2,
        root: ledger.root.toString(),
        changes: changes.map(({ index, account }) => ({
          index,
          account: accountDocument(account),
        })),
      };
      updates.push(await timed(() => service.updateLedger(update)));
      time += TICK_SECONDS;
      const aged = ageSnapshot(snapshots[tick % snapshots.length]!, time, 'time');
      const document = JSON.stringify(snapshotDocument(aged));
      published.push(await timed(() => service.putSnapshot(document)));
      progress(`${tick + 1} of ${ticks} ticks`);
    }
    let transitions = 0;
    for await (const { body: made } of service.store.journal.read(0, 'transitions')) {
      transitions += (made as { transitions: readonly unknown[] }).transitions.length;
    }
    await service.stop();
    const restarted = await timed(start);
    service = restarted.value;
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
      transitions,
      restartMs: restarted.ms,
      peakMemoryMiB: peakMemoryMiB(),
    };
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
