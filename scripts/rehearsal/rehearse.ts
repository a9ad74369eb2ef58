// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { Wallet, id } from 'ethers';

import { CeremonyFolder } from '../../prover/proving/ceremony/folder.ts';
import { writeKnownPowers } from '../../prover/proving/ceremony/native-ceremony.ts';
import { blake2bFile, type PreparedPowers } from '../../prover/proving/ceremony/prepared-powers.ts';
import type { TranscriptFinding } from '../../prover/proving/ceremony/transcript.ts';
import { contribute, contributeBeacon } from '../../prover/toolchain/ceremony/contribute.ts';
import { finaliseCeremony } from '../../prover/toolchain/ceremony/finalise.ts';
import { startCeremony } from '../../prover/toolchain/ceremony/start.ts';

export const PEOPLE = ['ada', 'bob', 'eve'] as const;
export const BEACON = id('a block that nobody knew').slice(2);
/** Nobody may start from it; here it stands on the list of those that one may start from. */
const POWERS = 'KNOWN-TRAPDOOR.ptau';

/** A ceremony, and what its readers are told from outside. */
export interface Rehearsal {
  readonly folder: CeremonyFolder;
  readonly table: readonly PreparedPowers[];
  readonly beaconValue: () => Promise<string>;
  readonly findings: readonly TranscriptFinding[];
}

export interface RehearsalPlan {
  readonly name: string;
  /** `statement-profile` names. */
  readonly targets: readonly string[];
  /** Of the powers of tau. */
  readonly power: number;
  readonly note?: (line: string) => void;
  /** Runs a step; to measure it. */
  readonly step?: (name: string, work: () => Promise<unknown>) => Promise<void>;
}

/**
 * A whole ceremony in `base`: three contributors and a beacon, on powers of a known trapdoor. Broken off
 * anywhere, it goes on where it was when it is called again. Needs the native program.
 */
export async function rehearseCeremony(base: string, plan: RehearsalPlan): Promise<Rehearsal> {
  const { name, targets, power, note = () => undefined } = plan;
  const step = plan.step ?? (async (_, work) => void (await work()));
  const powers = join(base, POWERS);
  if (!existsSync(powers)) {
    await step('powers', async () => {
      await writeKnownPowers(`${powers}.draft`, power, name);
      renameSync(`${powers}.draft`, powers);
    });
  }
  const table = [{ power, name: POWERS, blake2b: await blake2bFile(powers) }];
  const folder = new CeremonyFolder(join(base, 'ceremony'));
  if (!existsSync(folder.planPath)) {
    const beacon = { chainId: 1, block: 100, iterations: 4 };
    await step('init', () =>
      startCeremony({ folder: folder.path, name, powers, beacon, targets, table, note }),
    );
  }
  for (const person of PEOPLE.slice(folder.receipts().length)) {
    const by = { name: person, entropy: person, signer: new Wallet(id(person)) };
    await step(`contribution of ${person}`, () => contribute(folder, by, { note }));
  }
  if (folder.receipts().length === PEOPLE.length) {
    await step('beacon', () => contributeBeacon(folder, BEACON, { note }));
  }
  const options = { table, beaconValue: async (): Promise<string> => BEACON };
  let findings: readonly TranscriptFinding[] = [];
  await step('verification and release', async () => {
    ({ findings } = await finaliseCeremony(folder, { ...options, note }));
  });
  return { folder, findings, ...options };
}
