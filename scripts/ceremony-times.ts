// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How long a ceremony's steps take, ours and those of snarkjs, per circuit: the tables of docs/ceremony.md.
 *
 *   node scripts/ceremony-times.ts liquidation-7 account-margin-4
 *   node scripts/ceremony-times.ts takeover-any --snarkjs    contribution and verification of snarkjs beside
 *
 * On powers of a known trapdoor, which take as long as any. Needs the circuits built and the native program.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { zKey } from 'snarkjs';

import { machineLine, timed, type Timing } from '../prover/bench/measure.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { loadArtifactManifest } from '../prover/proving/artifacts.ts';
import {
  checkPowers,
  contributeTo,
  verifyKey,
  writeInitialKey,
  writeKnownPowers,
} from '../prover/proving/ceremony/native-ceremony.ts';
import { readR1csHeader } from '../prover/proving/formats/r1cs.ts';
import { domainPower } from '../prover/proving/keys/qap.ts';
import { terminateCurve } from '../prover/proving/backends/snarkjs-backend.ts';

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { snarkjs: { type: 'boolean' } },
});
const { artifacts } = loadArtifactManifest();
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-times-'));
try {
  for (const name of positionals) {
    const artifact = artifacts.find(({ statement, profile }) => `${statement}-${profile}` === name);
    if (artifact === undefined) throw new Error(`${name} is not built here`);
    const circuit = join(REPOSITORY_ROOT, artifact.files.r1cs.path);
    const power = domainPower(readR1csHeader(readFileSync(circuit)));
    const at = (file: string): string => join(folder, file);
    const place = { powers: at('KNOWN-TRAPDOOR.ptau'), circuit };
    const tell = (step: string, { wallMs, cpuMs }: Timing): void => {
      const line = { circuit: name, power, step, cpu: seconds(cpuMs), wall: seconds(wallMs) };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    };
    process.stdout.write(`${machineLine()}\n`);
    // For circuits above 2^14 rows snarkjs's circuit hash reads one power more: docs/ceremony.md.
    tell(
      'powers of a known trapdoor',
      await timed(() => writeKnownPowers(place.powers, power + 1, name)),
    );
    tell('structure of the powers', await timed(() => checkPowers(place.powers)));
    tell('first key', await timed(() => writeInitialKey(place, at('0.zkey'))));
    const by = { name: 'ada', entropy: 'of ada' };
    tell('contribution', await timed(() => contributeTo(at('0.zkey'), at('1.zkey'), by)));
    tell('verification', await timed(() => verifyKey(place, at('1.zkey'))));
    if (values.snarkjs === true) {
      tell(
        'contribution, snarkjs',
        await timed(() => zKey.contribute(at('0.zkey'), { type: 'mem' }, 'eve', 'of eve')),
      );
      tell(
        'verification, snarkjs',
        await timed(async () => {
          if (!(await zKey.verifyFromR1cs(circuit, place.powers, at('1.zkey')))) {
            throw new Error(`snarkjs refuses the key of ${name}`);
          }
        }),
      );
    }
    process.stdout.write(`${machineLine()}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  await terminateCurve();
}
