// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import { median, quantile } from '../core/statistics.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { NativeHasher, fastestHasher } from '../proving/backends/native-hasher.ts';
import { machineLine } from './measure.ts';
import { metricOf } from '../service/client/metric.ts';
import { REQUESTS_PER_SECOND, ServedVenue, type Timed } from './served-venue.ts';
import { VenueFeed, venueAccounts } from './venue-feed.ts';

const CHANGED_SHARE = 0.01;
/** Between two looks at what it has proven: each counts every account, and would be a load of its own. */
const LOOK_MS = 100;
const QUIET_MS = 10_000;
/** Proofs over which the overhead of one is told, and how long they are waited for. */
const PROOFS = 30;
const PROVING_MS = 90_000;

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
  /** The same while it proves, without ticks and updates. */
  readonly quietP99Ms: number;
  /** Made while they were asked. */
  readonly proofs: number;
  /** While nothing else is asked; null without two proofs. */
  readonly proofsPerSecond: number | null;
  /** Between one proof and the next then, beyond witness and proof. */
  readonly proofOverheadMs: number | null;
  /** From a snapshot to a proof at its tick, stored; null without proofs. */
  readonly toFirstProofMs: number | null;
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

const proofsOf = (metrics: string): number => metricOf(metrics, 'plimsoll_proofs_made');

/** How fast it proves while nothing else is asked, and what a proof costs beside its work. */
interface ProvingPace {
  readonly proofsPerSecond: number;
  readonly overheadMs: number;
}

/** From the moment one proof was stored to the moment a later one is; null without two. */
async function paceOf(subject: ServedVenue): Promise<ProvingPace | null> {
  const until = performance.now() + PROVING_MS;
  const stored: { readonly at: number; readonly made: number; readonly workMs: number }[] = [];
  while (performance.now() < until && (stored.at(-1)?.made ?? 0) < PROOFS) {
    const metrics = await subject.ask('GET', '/metrics');
    const made = proofsOf(metrics);
    if (made !== (stored.at(-1)?.made ?? 0)) {
      const workMs = metricOf(metrics, 'plimsoll_proof_work_ms');
      stored.push({ at: performance.now(), made, workMs });
    }
    await sleep(LOOK_MS);
  }
  // The first loads its key.
  const [first, last] = [stored[1], stored.at(-1)];
  if (first === undefined || last === undefined || last.made === first.made) return null;
  const [ms, made] = [last.at - first.at, last.made - first.made];
  return {
    proofsPerSecond: (1000 * made) / ms,
    overheadMs: (ms - (last.workMs - first.workMs)) / made,
  };
}

/** Until a proof is stored that was begun after the snapshot: the first may be one of before. */
async function firstProofMs(subject: ServedVenue, snapshot: string): Promise<number> {
  const before = proofsOf(await subject.ask('GET', '/metrics'));
  const started = performance.now();
  await subject.ask('PUT', '/snapshot', snapshot);
  while (proofsOf(await subject.ask('GET', '/metrics')) < before + 2) await sleep(LOOK_MS);
  return performance.now() - started;
}

/** A whole service on a synthetic venue, ticks and updates one after another. */
export async function benchmarkService(
  snapshots: readonly MarketSnapshot[],
  { accounts, ticks, proves }: ServiceBenchmarkOptions,
  progress: (line: string) => void,
): Promise<ServiceBenchmark> {
  const machine = machineLine();
  const hasher = fastestHasher();
  const subject = ServedVenue.unlimited(proves);
  try {
    const feed = await VenueFeed.start(snapshots, venueAccounts(snapshots[0]!, accounts), hasher);
    await subject.start();
    progress('a venue is made');
    const { ms: putLedgerMs } = await subject.timed('PUT', '/ledger', feed.wholeLedger());
    await subject.ask('PUT', '/snapshot', feed.snapshot());
    progress('its ledger is held');
    const pace = proves ? await paceOf(subject) : null;
    const toFirstProofMs = proves ? await firstProofMs(subject, feed.snapshot()) : null;
    progress('it has proven');
    const quiet = await subject.underLoad(accounts, async () => sleep(proves ? QUIET_MS : LOOK_MS));
    const changedPerTick = Math.max(1, Math.floor(accounts * CHANGED_SHARE));
    // Made before they are sent: the service is measured, not who asks it.
    const sent: { readonly update: string; readonly snapshot: string }[] = [];
    for (let tick = 0; tick < ticks; tick += 1) {
      sent.push({ update: await feed.update(changedPerTick), snapshot: feed.snapshot() });
    }
    const updates: Timed[] = [];
    const published: Timed[] = [];
    const busy = await subject.underLoad(accounts, async () => {
      for (const [tick, { update, snapshot }] of sent.entries()) {
        updates.push(await subject.timed('POST', '/ledger/updates', update));
        published.push(await subject.timed('PUT', '/snapshot', snapshot));
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
      proofsPerSecond: pace?.proofsPerSecond ?? null,
      proofOverheadMs: pace?.overheadMs ?? null,
      toFirstProofMs,
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
