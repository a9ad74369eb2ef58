// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { writeFileAtomically } from '../../prover/files.ts';
import type { Artifact } from '../../prover/proving/artifacts.ts';
import type { CircuitManifest, Statement } from '../../prover/proving/manifest.ts';
import { pascalCase, signalsLibrary, signalTypes } from './accessors.ts';
import type { DevelopmentKey } from './keys.ts';
import { verifierContract, verifierName } from './verifier.ts';

export const VERIFIERS_DIRECTORY = 'contracts/verifiers';
export const SIGNAL_TYPES_PATH = 'prover/proving/generated/public-signals.ts';

export interface BuiltVerifier {
  readonly statement: Statement;
  readonly profile: string;
  readonly key: DevelopmentKey;
  readonly r1csHash: string;
}

/** Leaves an up-to-date file alone, so that nothing downstream of it is rebuilt. */
function writeIfChanged(path: string, content: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomically(path, content);
}

/** What follows from the manifest alone: Solidity accessors and TypeScript types. */
export function writeGeneratedSources(root: string, circuits: CircuitManifest): void {
  for (const statement of circuits.statements) {
    const name = `${pascalCase(statement.name)}Signals`;
    writeIfChanged(join(root, VERIFIERS_DIRECTORY, `${name}.sol`), signalsLibrary(statement));
  }
  writeIfChanged(join(root, SIGNAL_TYPES_PATH), signalTypes(circuits.statements));
}

/** One verifier per key; verifiers and accessors that nothing stands behind any more are removed. */
export function writeVerifiers(
  root: string,
  circuits: CircuitManifest,
  built: readonly BuiltVerifier[],
  kept: readonly Artifact[],
): void {
  const expected = new Set(
    circuits.statements.map((statement) => `${pascalCase(statement.name)}Signals.sol`),
  );
  for (const entry of kept) expected.add(`${verifierName(entry.statement, entry.profile)}.sol`);
  for (const { statement, profile, key, r1csHash } of built) {
    const file = `${verifierName(statement.name, profile)}.sol`;
    expected.add(file);
    const source = verifierContract({
      statement,
      profile,
      verificationKey: key.verifying,
      key: 'insecure-development',
      zkeyHash: key.zkey.sha256,
      r1csHash,
    });
    writeIfChanged(join(root, VERIFIERS_DIRECTORY, file), source);
  }
  for (const file of readdirSync(join(root, VERIFIERS_DIRECTORY))) {
    if (!expected.has(file)) rmSync(join(root, VERIFIERS_DIRECTORY, file));
  }
}
