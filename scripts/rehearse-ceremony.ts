// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * A whole ceremony with three contributors and a beacon over every circuit that the set-up builds, on powers of a
 * known trapdoor: a rehearsal, whose keys are worth nothing. A line of JSON a step and two a part of it, which is
 * mostly a circuit's: as it begins, and with processor time and the most memory that the native program or this one
 * has held.
 *
 *   node scripts/rehearse-ceremony.ts FOLDER                  half an hour of processor time, 4 GB of disk
 *   node scripts/rehearse-ceremony.ts FOLDER takeover-any     some circuits
 *   node scripts/rehearse-ceremony.ts FOLDER --snarkjs        and snarkjs verifies the final keys of up to 2^14 rows
 *
 * Killed at any time, the same command goes on where it was.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { zKey } from 'snarkjs';

import {
  childProcesses,
  machineLine,
  peakMemoryMiB,
  peakMemoryMiBOf,
  stopwatch,
  type Timing,
} from '../prover/bench/measure.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { loadArtifactManifest } from '../prover/proving/artifacts.ts';
import { terminateCurve } from '../prover/proving/backends/snarkjs-backend.ts';
import { isProduction } from '../prover/proving/ceremony/transcript.ts';
import { readR1csHeader } from '../prover/proving/formats/r1cs.ts';
import { domainPower } from '../prover/proving/keys/qap.ts';
import { ceremonyTargets } from '../prover/toolchain/ceremony/start.ts';
import { rehearseCeremony } from './rehearsal/rehearse.ts';

/** Above it snarkjs takes many minutes a key. */
const SNARKJS_POWER = 14;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { snarkjs: { type: 'boolean' } },
});
const [base, ...chosen] = positionals;
if (base === undefined) {
  console.error('<folder>: where the rehearsal is kept');
  process.exit(2);
}
mkdirSync(base, { recursive: true });
const targets = ceremonyTargets(chosen.length > 0 ? chosen : undefined).map(({ name }) => name);
const { artifacts } = loadArtifactManifest();
const powerOf = (name: string): number => {
  const built = artifacts.find(({ statement, profile }) => `${statement}-${profile}` === name);
  if (built === undefined) throw new Error(`${name} is not built here`);
  return domainPower(readR1csHeader(readFileSync(join(REPOSITORY_ROOT, built.files.r1cs.path))));
};
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const seconds = (ms: number): number => Math.round(ms / 100) / 10;
const times = ({ cpuMs, wallMs }: Timing): object => ({
  cpuS: seconds(cpuMs),
  wallS: seconds(wallMs),
});

let nativeMiB = 0;
/** The native program is one process a circuit, and is asked while it runs: afterwards nobody knows. */
const SAMPLE_MS = 100;
const sampling = setInterval(() => {
  nativeMiB = Math.max(nativeMiB, ...childProcesses().map(peakMemoryMiBOf));
}, SAMPLE_MS);

let part: { readonly name: string; readonly passed: () => Timing } | undefined;
/** A part lasts until the next one begins, or its step ends. */
function begin(name?: string): void {
  if (part !== undefined) {
    say({ part: part.name, ...times(part.passed()), nativeMiB, ownMiB: peakMemoryMiB() });
  }
  nativeMiB = 0;
  part = undefined;
  if (name === undefined) return;
  say({ begins: name });
  part = { name, passed: stopwatch() };
}

const rows = Math.max(...targets.map(powerOf));
process.stdout.write(`${machineLine()}\n`);
const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
  const passed = stopwatch();
  await work();
  begin();
  say({ step: name, ...times(passed()) });
};
const { folder, findings } = await rehearseCeremony(base, {
  name: 'rehearsal',
  targets,
  // Above 2^14 rows snarkjs's circuit hash reads one power more: docs/ceremony.md.
  power: rows > 14 ? rows + 1 : rows,
  note: begin,
  step,
});
if (values.snarkjs === true) {
  for (const name of targets.filter((one) => powerOf(one) <= SNARKJS_POWER)) {
    await step(`verification of ${name} by snarkjs`, async () => {
      const [r1cs, key] = [folder.r1csPath(name), folder.finalKeyPath(name)];
      if (!(await zKey.verifyFromR1cs(r1cs, folder.powersPath(), key))) {
        throw new Error(`snarkjs refuses the final key of ${name}`);
      }
    });
  }
}
clearInterval(sampling);
const of = (outcome: string): number => findings.filter((one) => one.outcome === outcome).length;
say({
  circuits: targets.length,
  findings: findings.length,
  holds: of('holds'),
  fails: of('fails'),
  unchecked: of('unchecked'),
  isComplete: isProduction(findings),
});
await terminateCurve();
process.exitCode = isProduction(findings) ? 0 : 1;
