// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { writeFileAtomically } from '../../core/files.ts';
import { ARTIFACT_MANIFEST_PATH, parseArtifactManifest } from '../../proving/artifacts.ts';
import type { Artifact } from '../../proving/artifacts.ts';
import { sha256 } from '../../core/hash.ts';
import { builtAt, findProfile, loadManifest, profilesBySize } from '../../statements/manifest.ts';
import type { BuildLevel, CircuitManifest, Statement } from '../../statements/manifest.ts';
import { ARTIFACTS_DIRECTORY } from '../../core/root.ts';
import { SymbolTable } from '../../proving/formats/symbols.ts';
import type { KeySetup } from '../../proving/formats/verification-key.ts';
import { withLock } from '../lock.mjs';
import { compileCircuit, compiledFile, removeAbandonedWork } from './compile.ts';
import type { CompiledCircuit } from './compile.ts';
import { writeGeneratedSources, writeVerifiers } from './generate.ts';
import { developmentKey, toolVersion } from './keys.ts';
import type { ReleaseKeys } from './release-keys.ts';
import { collectSources } from './sources.ts';

export interface BuildProgress {
  readonly message: string;
  readonly done: number;
  readonly total: number;
}

export interface BuildOptions {
  readonly root: string;
  /** `statement-profile` names; by default every profile of the level. */
  readonly targets?: readonly string[];
  /** The set-up's unless it says otherwise. */
  readonly level?: BuildLevel;
  readonly progress?: (event: BuildProgress) => void;
  /** Keys of a ceremony in place of development keys. */
  readonly release?: ReleaseKeys | undefined;
}

export interface BuildResult {
  readonly artifacts: readonly Artifact[];
  /** Statement-profile names for which something was compiled or a key was made. */
  readonly rebuilt: readonly string[];
}

interface Target {
  readonly statement: Statement;
  readonly profile: string;
}

export function selectTargets(
  circuits: CircuitManifest,
  names: readonly string[] | undefined,
  level: BuildLevel,
): Target[] {
  const all = circuits.statements.flatMap((statement) =>
    profilesBySize(statement).map((profile) => ({ statement, profile })),
  );
  if (names === undefined) {
    return all.filter(({ statement, profile }) => builtAt(statement.profiles[profile]!, level));
  }
  return names.map((name) => {
    const found = all.find(({ statement, profile }) => targetName(statement, profile) === name);
    if (found === undefined) {
      const known = all.map(({ statement, profile }) => targetName(statement, profile)).join(', ');
      throw new InvalidInput('target', `must be one of: ${known}; got ${name}`);
    }
    return found;
  });
}

/** The `statement-profile` names that a build of the level makes. */
export function targetsOf(circuits: CircuitManifest, level: BuildLevel): string[] {
  return selectTargets(circuits, undefined, level).map(({ statement, profile }) =>
    targetName(statement, profile),
  );
}

function targetName(statement: Statement, profile: string): string {
  return `${statement.name}-${profile}`;
}

/** A circuit's public wires are 1…n: outputs in order of declaration, then public inputs. */
export function assertPublicSignals(statement: Statement, symbols: SymbolTable): void {
  const expected = statement.publicSignals.map((signal) => signal.name);
  const actual = expected.map((_, index) => symbols.nameOfWire(index + 1));
  if (expected.join() !== actual.join()) {
    throw new PlimsollError(
      'PUBLIC_SIGNALS',
      `${statement.name}: the manifest lists ${expected.join(', ')}; the circuit has ${actual.join(', ')}`,
    );
  }
}

export function assertBudget(name: string, constraints: number, budget: number): void {
  if (constraints > budget) {
    const excess = constraints - budget;
    throw new PlimsollError(
      'CONSTRAINT_BUDGET',
      `${name}: ${constraints} constraints, ${excess} over its budget of ${budget}`,
    );
  }
}

function listed(
  root: string,
  circuit: CompiledCircuit,
  extension: 'r1cs' | 'wasm' | 'sym',
): Artifact['files']['r1cs'] {
  const path = join(circuit.directory, `circuit.${extension}`);
  return { path, sha256: circuit.files[extension], bytes: statSync(join(root, path)).size };
}

/** At most `limit` pieces of work at once, in order; after a failure nothing new is begun. */
async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runner));
  return results;
}

/** Entries of earlier builds that still describe the circuits as they are now. */
function keptEntries(
  root: string,
  circuits: CircuitManifest,
  built: readonly Artifact[],
): Artifact[] {
  const path = join(root, ARTIFACT_MANIFEST_PATH);
  if (!existsSync(path)) return [];
  const fresh = new Set(built.map((entry) => `${entry.statement}-${entry.profile}`));
  return parseArtifactManifest(readFileSync(path, 'utf8')).artifacts.filter((entry) => {
    if (fresh.has(`${entry.statement}-${entry.profile}`)) return false;
    const declared = circuits.statements.find((statement) => statement.name === entry.statement);
    if (declared?.profiles[entry.profile] === undefined) return false;
    const sources = collectSources(root, declared.file);
    return (
      sources.size === Object.keys(entry.sources).length &&
      [...sources].every(([file, text]) => entry.sources[file] === sha256(text)) &&
      Object.values(entry.files).every((file) => existsSync(join(root, file.path)))
    );
  });
}

interface BuiltKey {
  readonly setup: KeySetup;
  readonly zkey: Artifact['files']['zkey'];
  readonly verificationKey: Artifact['files']['verificationKey'];
  readonly milliseconds: number;
  readonly cached: boolean;
}

async function keyOf(
  circuit: CompiledCircuit,
  { root, release }: BuildOptions,
  report: (message: string) => void,
): Promise<BuiltKey> {
  if (release !== undefined) {
    const key = release.of(circuit.name, circuit.files.r1cs);
    return { setup: 'ceremony', milliseconds: 0, cached: true, ...key };
  }
  const key = await developmentKey(root, circuit, (fraction) =>
    report(`INSECURE development key of ${circuit.name}: ${Math.floor(100 * fraction)} %`),
  );
  return { setup: 'insecure-development', ...key };
}

/**
 * Brings circuits, development keys, verifiers and generated types up to date with the manifest.
 * Everything is cached by content; the artifact manifest, by which the prover judges files, is
 * replaced last and in one piece.
 */
export async function build(options: BuildOptions): Promise<BuildResult> {
  const { root } = options;
  const circuits = loadManifest(root);
  const targets = selectTargets(circuits, options.targets, options.level ?? 'setup');
  mkdirSync(join(root, ARTIFACTS_DIRECTORY), { recursive: true });
  removeAbandonedWork(root);
  writeGeneratedSources(root, circuits);

  const total = targets.length * 2;
  let done = 0;
  const report = (message: string): void => options.progress?.({ message, done, total });
  const compiled = await mapLimited(
    targets,
    availableParallelism(),
    async ({ statement, profile }) => {
      const name = targetName(statement, profile);
      const { parameters, constraintBudget } = findProfile(statement, profile);
      report(`compiling ${name}`);
      const circuit = await compileCircuit(
        { ...statement, name, parameters },
        { root, inspectAllowances: circuits.inspectAllowances },
      );
      assertBudget(name, circuit.constraints, constraintBudget);
      const symbols = new SymbolTable(readFileSync(compiledFile(root, circuit, 'sym'), 'utf8'));
      assertPublicSignals(statement, symbols);
      done += 1;
      report(`${name}: ${circuit.constraints} constraints of ${constraintBudget}`);
      return circuit;
    },
  );

  const rebuilt = new Set<string>();
  const artifacts: Artifact[] = [];
  for (const [index, { statement, profile }] of targets.entries()) {
    const circuit = compiled[index]!;
    const name = targetName(statement, profile);
    const key = await keyOf(circuit, options, report);
    done += 1;
    report(`key of ${name}`);
    if (!circuit.cached || !key.cached) rebuilt.add(name);
    artifacts.push({
      statement: statement.name,
      profile,
      key: key.setup,
      constraints: circuit.constraints,
      sourcesHash: circuit.sourcesHash,
      sources: circuit.sources,
      tools: {
        ...circuit.tools,
        ffjavascript: toolVersion('ffjavascript'),
        snarkjs: toolVersion('snarkjs'),
        circomOptions: circuit.options.join(' '),
      },
      files: {
        r1cs: listed(root, circuit, 'r1cs'),
        wasm: listed(root, circuit, 'wasm'),
        sym: listed(root, circuit, 'sym'),
        zkey: key.zkey,
        verificationKey: key.verificationKey,
      },
      buildMs: { compile: circuit.milliseconds, key: key.milliseconds },
    });
  }

  return await withLock(join(root, ARTIFACTS_DIRECTORY, 'locks', 'manifest'), async () => {
    const kept = keptEntries(root, circuits, artifacts);
    const order = circuits.statements.flatMap((statement) =>
      profilesBySize(statement).map((profile) => targetName(statement, profile)),
    );
    const position = (entry: Artifact): number =>
      order.indexOf(`${entry.statement}-${entry.profile}`);
    const all = [...artifacts, ...kept].sort((left, right) => position(left) - position(right));
    writeVerifiers(root, circuits, all);
    const manifest = { format: 'plimsoll-artifacts', version: 1, artifacts: all };
    writeFileAtomically(
      join(root, ARTIFACT_MANIFEST_PATH),
      `${JSON.stringify(manifest, null, 2)}\n`,
    );
    return { artifacts, rebuilt: [...rebuilt] };
  });
}
