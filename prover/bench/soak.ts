// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import type { Account } from '../commitments/account.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { NativeHasher, fastestHasher } from '../proving/backends/native-hasher.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { machineLine } from './measure.ts';
import { metricOf } from '../service/client/metric.ts';
import { ServedVenue } from './served-venue.ts';
import { VenueFeed, venueAccounts } from './venue-feed.ts';

const TICK_MS = 20_000;
const REQUEST_MS = 1000;
const SAMPLE_MS = 60_000;
const CHANGED_SHARE = 0.01;
/** So much cash keeps an account healthy in a calm market. */
const RICH_E6 = 100_000_000_000_000n;
/** What is proven at each tick. */
const SHORT = 1;
/** Of the samples, those after which growth is counted: caches fill before. */
const WARM_UP = 0.2;

/** What a service holds, so many minutes after it was given its ledger. */
export interface SoakSample {
  readonly minute: number;
  /** Resident, of its own process. */
  readonly memoryMiB: number;
  /** Of the thread that answers, as it is at that moment. */
  readonly heapMiB: number;
  /** Journal and database. */
  readonly diskMiB: number;
  readonly proofs: number;
}

export interface SoakBenchmark {
  readonly machine: string;
  readonly accounts: number;
  readonly minutes: number;
  readonly requests: number;
  readonly ticks: number;
  readonly proofs: number;
  /** Of the service's process, without that which proves. */
  readonly cpuSeconds: number;
  /** The slope of a line through the samples after the first fifth of them. */
  readonly growthMiBPerHour: number;
  readonly heapGrowthMiBPerHour: number;
  readonly peakMemoryMiB: number;
  readonly samples: readonly SoakSample[];
}

/** All healthy but so many, which are proven at every tick. */
function soakAccounts(snapshot: MarketSnapshot, count: number): readonly Account[] {
  const { market } = new MarketTick(snapshot, loadDefaultParameters());
  let short = 0;
  return venueAccounts(snapshot, count).map((account) => {
    const isKept = short < SHORT && marginPortfolio(account, market).liquidatable;
    if (isKept) short += 1;
    return isKept ? account : { ...account, quoteE6: account.quoteE6 + RICH_E6 };
  });
}

/** By least squares, MiB an hour. */
function slope(samples: readonly SoakSample[], of: 'memoryMiB' | 'heapMiB'): number {
  const late = samples.slice(Math.floor(WARM_UP * samples.length));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(late.map(({ minute }) => minute)), mean(late.map((sample) => sample[of]))];
  const above = late.reduce((sum, sample) => sum + (sample.minute - x) * (sample[of] - y), 0);
  const below = late.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
  return below === 0 ? 0 : (60 * above) / below;
}

/** A service with ticks, updates, requests and proofs at a low rate, and what it holds over time. */
export async function benchmarkSoak(
  snapshot: MarketSnapshot,
  { accounts, minutes }: { readonly accounts: number; readonly minutes: number },
  progress: (line: string) => void,
): Promise<SoakBenchmark> {
  const machine = machineLine();
  const hasher = fastestHasher();
  const subject = ServedVenue.unlimited(true);
  try {
    const feed = await VenueFeed.start([snapshot], soakAccounts(snapshot, accounts), hasher);
    await subject.start();
    await subject.ask('PUT', '/ledger', feed.wholeLedger());
    const started = performance.now();
    const samples: SoakSample[] = [];
    let [ticks, requests] = [0, 0];
    const sample = async (): Promise<void> => {
      const metrics = await subject.ask('GET', '/metrics');
      const taken = {
        minute: (performance.now() - started) / 60_000,
        memoryMiB: subject.memoryMiB,
        heapMiB: metricOf(metrics, 'nodejs_heap_size_used_bytes') / 2 ** 20,
        diskMiB: subject.diskMiB,
        proofs: metricOf(metrics, 'plimsoll_proofs_made'),
      };
      samples.push(taken);
      progress(JSON.stringify(taken));
    };
    const due = (count: number, everyMs: number): boolean =>
      performance.now() - started >= count * everyMs;
    while (performance.now() - started < minutes * 60_000) {
      if (due(ticks, TICK_MS)) {
        await subject.ask('POST', '/ledger/updates', await feed.update(accounts * CHANGED_SHARE));
        await subject.ask('PUT', '/snapshot', feed.snapshot());
        ticks += 1;
      }
      if (due(samples.length, SAMPLE_MS)) await sample();
      await subject.ask('GET', `/accounts/${(requests * 7919) % accounts}`);
      requests += 1;
      await sleep(REQUEST_MS);
    }
    await sample();
    return {
      machine,
      accounts,
      minutes,
      requests,
      ticks,
      proofs: samples.at(-1)!.proofs,
      cpuSeconds: subject.cpuMs / 1000,
      growthMiBPerHour: slope(samples, 'memoryMiB'),
      heapGrowthMiBPerHour: slope(samples, 'heapMiB'),
      peakMemoryMiB: subject.peakMemoryMiB,
      samples,
    };
  } finally {
    await subject.kill();
    subject.remove();
    if (hasher instanceof NativeHasher) hasher.close();
  }
}
