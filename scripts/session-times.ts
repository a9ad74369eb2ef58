// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What a pass of a session takes once its keys are loaded (docs/scaling.md): opens it, proves one of every circuit so
 * that its key is there, then the whole, a witness being made while another proof is.
 *
 *   node scripts/session-times.ts crash                    of the sample
 *   node scripts/session-times.ts crash ledger.json 10     of a ledger, and of its proofs of each circuit so many
 *
 * The circuits must be built: node prover/toolchain/build-circuits.ts solvency-batch-48 …
 */
import { readFileSync } from 'node:fs';

import { OWN_TIME, machineLine, procCpuMs } from '../prover/bench/measure.ts';
import { Ledger } from '../prover/commitments/ledger.ts';
import { parseLedger } from '../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { NativeBackend } from '../prover/proving/backends/native-backend.ts';
import { findNativeProver } from '../prover/proving/backends/native-build.ts';
import { Prover } from '../prover/proving/prover.ts';
import { loadSample, type SampleTick } from '../prover/sample/sample.ts';
import { MarketTick } from '../prover/statements/market-tick.ts';
import { sessionPass, type PassStep } from '../prover/venue/session/pass.ts';
import { openSession, prepareSession } from '../prover/venue/session/session.ts';

const LANES = 2;
const [tickName, path, most = 'all'] = process.argv.slice(2) as [SampleTick, ...string[]];
const binary = findNativeProver();
if (binary === undefined) throw new Error('the native prover is not built: npm run setup');

const sample = loadSample();
const set = loadDefaultParameters();
const accounts =
  path === undefined ? sample.ledgers[tickName] : parseLedger(readFileSync(path, 'utf8'));
const tick = new MarketTick(sample.snapshots[tickName].snapshot, set);
const backend = new NativeBackend(binary);
await using prover = new Prover({ backend });

/** Seconds by the clock and of the processors, the worker's among them. */
async function timed(work: () => Promise<void> | void): Promise<string> {
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage();
    const { pid } = backend;
    return (user + system) / 1000 + (pid === undefined ? 0 : procCpuMs(pid, OWN_TIME));
  };
  const [cpu, started] = [cpuMs(), performance.now()];
  await work();
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return `${seconds(performance.now() - started)} s, ${seconds(cpuMs() - cpu)} CPU s`;
}

async function prove(steps: readonly PassStep[]): Promise<void> {
  const queue = [...steps];
  const lane = async (): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      await prover.prove(step.instance());
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

let steps: readonly PassStep[] = [];
const opening = await timed(() => {
  const request = { ledger: new Ledger(accounts), market: tick.market, parameters: set };
  ({ steps } = sessionPass(openSession(prepareSession(request)), tick));
});
const byCircuit = Map.groupBy(steps, ({ statement, profile }) => `${statement}-${profile}`);
console.log(`${machineLine()}\n${accounts.length} accounts, ${steps.length} proofs`);
console.log(`opened: ${opening}`);
for (const [circuit, own] of byCircuit) {
  console.log(
    `${circuit}: ${own.length} proofs; the first: ${await timed(() => prove([own[0]!]))}`,
  );
}
const chosen = most === 'all' ? [steps] : [...byCircuit.values()];
for (const own of chosen) {
  const some = most === 'all' ? own : own.slice(0, Number(most));
  const [{ statement, profile }] = some as [PassStep];
  const what = most === 'all' ? 'the whole pass' : `${some.length} of ${statement}-${profile}`;
  console.log(`${what}: ${await timed(() => prove(some))}`);
}
