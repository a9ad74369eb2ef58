// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Builds circuits, INSECURE development keys, verifiers and generated types.
 *
 *   node prover/toolchain/build-circuits.ts                    what the set-up builds
 *   node prover/toolchain/build-circuits.ts --test             what the test run builds: those and some more
 *   node prover/toolchain/build-circuits.ts liquidation-64     one profile on demand
 *   node prover/toolchain/build-circuits.ts --sources          only what follows from the manifest
 *   node prover/toolchain/build-circuits.ts --release FOLDER --beacon HASH
 *                                                     with the keys of a ceremony, if all of it verifies
 *   node prover/toolchain/build-circuits.ts --snapshot         also record constraint counts and docs; compiles
 *                                                     the profiles built on demand, without keys
 */
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { loadManifest, profilesBySize } from '../statements/manifest.ts';
import type { BuildLevel } from '../statements/manifest.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import { build } from './circuits/build.ts';
import type { BuildProgress, BuildResult } from './circuits/build.ts';
import { writeSnapshot } from './circuits/documentation.ts';
import type { ConstraintSnapshot } from './circuits/documentation.ts';
import { writeGeneratedSources } from './circuits/generate.ts';
import { compileStatementCircuit } from './circuits/open.ts';
import { ReleaseKeys } from './circuits/release-keys.ts';
import { say } from './progress.mjs';

/** As `build`, for this checkout, and with snarkjs's threads ended. */
export async function buildCircuits(
  options: {
    readonly targets?: readonly string[];
    readonly level?: BuildLevel;
    readonly progress?: (event: BuildProgress) => void;
    /** Of a ceremony, and the value of its beacon as whoever builds has fetched it. */
    readonly release?: { readonly folder: string; readonly beacon: string } | undefined;
  } = {},
): Promise<BuildResult> {
  const { release, ...rest } = options;
  try {
    const beaconValue = async (): Promise<string> => release!.beacon;
    const keys =
      release &&
      (await ReleaseKeys.open(release.folder, REPOSITORY_ROOT, { beaconValue, note: say }));
    return await build({ root: REPOSITORY_ROOT, release: keys, ...rest });
  } finally {
    const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } };
    await curve?.terminate();
  }
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--sources')) {
    writeGeneratedSources(REPOSITORY_ROOT, loadManifest(REPOSITORY_ROOT));
    return;
  }
  const { values, positionals: targets } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      test: { type: 'boolean' },
      snapshot: { type: 'boolean' },
      release: { type: 'string' },
      beacon: { type: 'string' },
    },
  });
  const { release: folder, beacon } = values;
  if ((folder === undefined) !== (beacon === undefined)) {
    throw new InvalidInput('--beacon', 'is required with --release, and belongs to nothing else');
  }
  const release = folder === undefined ? undefined : { folder, beacon: beacon! };
  let last = -1;
  const progress = ({ message, done, total }: BuildProgress): void => {
    if (done !== last) say(`${done}/${total} ${message}`);
    last = done;
  };
  const level = values.test === true ? 'test' : 'setup';
  await buildCircuits({ ...(targets.length > 0 ? { targets } : { level }), progress, release });
  if (values.snapshot === true) await recordConstraints();
}

async function recordConstraints(): Promise<void> {
  const snapshot: ConstraintSnapshot = {};
  for (const statement of loadManifest(REPOSITORY_ROOT).statements) {
    for (const profile of profilesBySize(statement)) {
      const { constraints } = await compileStatementCircuit(statement.name, profile);
      snapshot[`${statement.name}-${profile}`] = constraints;
    }
  }
  writeSnapshot(REPOSITORY_ROOT, snapshot);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    say(`circuits: ${error.message}`);
    process.exitCode = 1;
  }
}
