// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How long an admission takes, natively and through the handler of the service's API, at so many accounts of the bench
 * venue (docs/benchmarks.md):
 *
 *   node scripts/admission-times.ts 100000 5000
 *
 * By the clock and in processor time of this process with all its threads, which a busy machine lengthens less. The
 * first thousand of each are asked and not counted: a service is not compiled anew for every admission.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import { machineLine } from '../prover/bench/measure.ts';
import { venueAccounts } from '../prover/bench/venue-feed.ts';
import { seeded } from '../prover/bench/venue.ts';
import type { LedgerChange } from '../prover/commitments/ledger.ts';
import { Ledger } from '../prover/commitments/ledger.ts';
import { quantile } from '../prover/core/statistics.ts';
import { accountDocument } from '../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { fastestHasher } from '../prover/proving/backends/native-hasher.ts';
import { loadSample } from '../prover/sample/sample.ts';
import { createServer } from '../prover/service/api/server.ts';
import { WholeLedger } from '../prover/service/ledger/whole-ledger.ts';
import { Service } from '../prover/service/service.ts';
import { openStore } from '../prover/service/store/store.ts';
import { AdmissionControl } from '../prover/venue/solvency/admission.ts';
import { jointScenarios } from '../prover/venue/solvency/joint-scenarios.ts';
import { MarketTick } from '../prover/statements/market-tick.ts';

const COUNT = Number(process.argv[2]);
const ASKED = Number(process.argv[3]);
const WARM = 1000;
const TOKEN = 'the-operator-of-a-benchmark';
const RULES = { fundE6: 10n ** 14n, addOnBps: 10_000n };

const set = loadDefaultParameters();
const { snapshot, document } = loadSample().snapshots.calm;
const accounts = venueAccounts(snapshot, COUNT);
const random = seeded(20_261_130);
const below = (n: number): number => Math.floor(random() * n);

/** Of what one account holds, some goes over to another for nothing. */
function traded(held: (index: number) => LedgerChange['account']): readonly LedgerChange[] {
  for (;;) {
    const [index, other] = [below(COUNT), below(COUNT)];
    const [own, its] = [held(index), held(other)];
    const place = below(own.positions.length);
    const taken = own.positions[place];
    const met = its.positions.findIndex(({ instrument }) => instrument === taken?.instrument);
    if (index === other || taken === undefined || met < 0) continue;
    const lots = taken.lots > 0n ? 1n : -1n;
    const [left, got] = [taken.lots - lots, its.positions[met]!.lots + lots];
    if (left === 0n || got === 0n) continue;
    const after = (account: typeof own, at: number, now: bigint): typeof own => ({
      ...account,
      positions: account.positions.with(at, { ...account.positions[at]!, lots: now }),
    });
    return [
      { index, account: after(own, place, left) },
      { index: other, account: after(its, met, got) },
    ];
  }
}

/** Milliseconds by the clock and of the processor, each by itself. */
async function told(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  const [wall, cpu]: [number[], number[]] = [[], []];
  let admitted = 0;
  for (let count = 0; count < WARM + ASKED; count += 1) {
    const [started, before] = [performance.now(), process.cpuUsage()];
    const isAdmitted = await ask();
    const { user, system } = process.cpuUsage(before);
    const took = performance.now() - started;
    if (count < WARM) continue;
    if (isAdmitted) admitted += 1;
    wall.push(took);
    cpu.push((user + system) / 1000);
  }
  const line = (times: readonly number[]): string =>
    [0.5, 0.99, 1].map((share) => quantile(times, share).toFixed(3)).join(', ');
  console.log(`${what}: ${ASKED} asked, ${admitted} admitted; median, p99, most in ms`);
  console.log(`  clock ${line(wall)}; processor ${line(cpu)}`);
}

console.log(`${machineLine()}; ${COUNT} accounts`);
const scenarios = jointScenarios(set.document.stress);
const started = process.cpuUsage();
const control = new AdmissionControl(
  accounts,
  new MarketTick(snapshot, set).market,
  scenarios,
  RULES,
);
console.log(`a tick: ${(process.cpuUsage(started).user / 1e6).toFixed(1)} CPU s`);
// Of the bench venue nobody pays for what goes over: the times of asking, whatever is said, are what is measured.
const actions = Array.from({ length: WARM + ASKED }, () => traded((index) => accounts[index]!));
let next = 0;
await told('natively', () => control.consider(actions[next++]!).isAdmitted);

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-admission-'));
const config = {
  folder,
  databaseUrl: undefined,
  operatorToken: TOKEN,
  listen: { host: '127.0.0.1', port: 0 },
  rules: { distanceBps: 500, releaseBps: 200 },
  webhooks: [],
  proving: undefined,
  chain: undefined,
  admission: { ...RULES, unadmitted: 'show', isCoverFollowed: false },
  limits: { bodyBytes: 2 ** 24, requestsPerMinute: 1_000_000 },
} as const;
const logger = pino({ level: 'silent' });
const store = await openStore({
  folder,
  databaseUrl: undefined,
  standby: () => undefined,
  lost: () => process.exit(1),
  fault: (error) => console.error(error),
});
const service = await Service.start(store, config, set, fastestHasher());
const { root } = await Ledger.build(accounts, fastestHasher());
await service.takeLedger(new WholeLedger({ sequence: 1, root }, accounts, new Map()));
await service.putSnapshot(document);
while (service.admission?.standing().tick === undefined) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const app = await createServer(service, config, logger);
const bodies = actions.map((action) =>
  JSON.stringify({
    trial: true,
    changes: action.map(({ index, account }) => ({ index, account: accountDocument(account) })),
  }),
);
next = 0;
await told('through the handler of POST /admissions', async () => {
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: '/admissions',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    payload: bodies[next++]!,
  });
  if (statusCode !== 200) throw new Error(body);
  return (JSON.parse(body) as { admitted: boolean }).admitted;
});
await app.close();
await service.stop();
rmSync(folder, { recursive: true });
