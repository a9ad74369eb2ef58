// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { InvalidInput } from '../../core/errors.ts';
import { makeFolder, writeFileAtomically } from '../../core/files.ts';
import { sha256File } from '../../core/hash.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { spelled, type CeremonyPlan, type PlanCircuit } from '../../proving/ceremony/documents.ts';
import { CeremonyFolder } from '../../proving/ceremony/folder.ts';
import { checkPowers, verifyKey, writeInitialKey } from '../../proving/ceremony/native-ceremony.ts';
import {
  PREPARED_POWERS,
  blake2bFile,
  preparedPowers,
  type PreparedPowers,
} from '../../proving/ceremony/prepared-powers.ts';
import { findProfile, loadManifest, profilesBySize } from '../../statements/manifest.ts';
import {
  circomVersion,
  compileCircuit,
  compiledFile,
  type CompiledCircuit,
} from '../circuits/compile.ts';

export interface CeremonyStart {
  readonly folder: string;
  readonly name: string;
  /** The prepared powers-of-tau file. */
  readonly powers: string;
  readonly beacon: CeremonyPlan['beacon'];
  /** `statement-profile` names; by default every profile that the set-up builds. */
  readonly targets?: readonly string[];
  readonly table?: readonly PreparedPowers[];
  readonly note?: (line: string) => void;
}

export interface CeremonyTarget {
  readonly name: string;
  readonly statement: string;
  readonly profile: string;
}

/** The circuits of a release. */
export function ceremonyTargets(targets?: readonly string[]): readonly CeremonyTarget[] {
  const all = loadManifest(REPOSITORY_ROOT).statements.flatMap((statement) =>
    profilesBySize(statement).map((profile) => ({
      name: `${statement.name}-${profile}`,
      statement: statement.name,
      profile,
      build: findProfile(statement, profile).build,
    })),
  );
  if (targets === undefined) return all.filter(({ build }) => build === 'setup');
  return targets.map((target) => {
    const found = all.find(({ name }) => name === target);
    if (found === undefined) {
      const known = all.map(({ name }) => name).join(', ');
      throw new InvalidInput('--circuits', `must be of: ${known}; got ${target}`);
    }
    return found;
  });
}

/** A circuit compiled from its sources here. */
export async function compiledTarget({
  name,
  statement,
  profile,
}: CeremonyTarget): Promise<CompiledCircuit> {
  const circuits = loadManifest(REPOSITORY_ROOT);
  const entry = circuits.statements.find((one) => one.name === statement)!;
  const { parameters } = findProfile(entry, profile);
  return await compileCircuit(
    { ...entry, name, parameters },
    { root: REPOSITORY_ROOT, inspectAllowances: circuits.inspectAllowances },
  );
}

async function planned(
  folder: CeremonyFolder,
  target: CeremonyTarget,
  powers: string,
): Promise<PlanCircuit> {
  const circuit = await compiledTarget(target);
  const r1cs = folder.r1csPath(target.name);
  mkdirSync(dirname(r1cs), { recursive: true });
  copyFileSync(compiledFile(REPOSITORY_ROOT, circuit, 'r1cs'), r1cs);
  const place = { powers, circuit: r1cs };
  const path = folder.keyPath(target.name, 0);
  // Interrupted, it goes on with the circuits that are missing; what is there is judged, not believed.
  const circuitHash = existsSync(path)
    ? (await verifyKey(place, path)).circuitHash
    : await writeInitialKey(place, path);
  return {
    name: target.name,
    constraints: circuit.constraints,
    r1cs: sha256File(r1cs),
    sources: circuit.sources,
    sourcesHash: circuit.sourcesHash,
    initial: sha256File(path),
    circuitHash,
  };
}

/**
 * Begins a ceremony: hash of the powers first, then their structure, then a key of every circuit that
 * nobody has contributed to, and the plan that binds them all.
 */
export async function startCeremony(options: CeremonyStart): Promise<CeremonyPlan> {
  const { table = PREPARED_POWERS, note = () => undefined } = options;
  makeFolder(options.folder, '<folder>');
  const folder = new CeremonyFolder(options.folder);
  if (existsSync(folder.planPath)) {
    throw new InvalidInput('<folder>', `${folder.planPath}: a ceremony has begun here already`);
  }
  const found = statSync(options.powers, { throwIfNoEntry: false });
  if (found === undefined) throw new InvalidInput('--powers', `${options.powers}: no such file`);
  // A pipe that nobody writes to is waited for, and a device never ends.
  if (!found.isFile())
    throw new InvalidInput('--powers', `${options.powers}: must be a plain file`);
  note('hashing the powers of tau');
  const blake2b = await blake2bFile(options.powers);
  const listed = preparedPowers(blake2b, table);
  if (listed === undefined) {
    note(
      'these powers of tau are not one of the public files: no key of this ceremony is for production',
    );
  }
  const name = listed?.name ?? 'UNLISTED.ptau';
  note('checking the structure of the powers of tau');
  const { power } = await checkPowers(options.powers);
  const powers = join(options.folder, name);
  if (!existsSync(powers)) {
    // Interrupted, half a copy must not pass for the file.
    const draft = `${powers}.draft`;
    copyFileSync(options.powers, draft);
    renameSync(draft, powers);
  }
  const circuits: PlanCircuit[] = [];
  for (const target of ceremonyTargets(options.targets)) {
    note(`${target.name}: the key before any contribution`);
    circuits.push(await planned(folder, target, powers));
  }
  const plan: CeremonyPlan = {
    format: 'plimsoll.ceremony',
    version: 1,
    name: options.name,
    compiler: circomVersion(),
    powers: { name, power, blake2b },
    beacon: options.beacon,
    circuits,
  } as CeremonyPlan;
  writeFileAtomically(folder.planPath, spelled(plan));
  return plan;
}
