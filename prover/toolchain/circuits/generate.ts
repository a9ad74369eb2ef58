// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { writeFileAtomically } from '../../core/files.ts';
import { readArtifactFile } from '../../proving/artifacts.ts';
import type { Artifact } from '../../proving/artifacts.ts';
import { findStatement } from '../../statements/manifest.ts';
import type { CircuitManifest } from '../../statements/manifest.ts';
import { parseVerificationKey } from '../../proving/formats/verification-key.ts';
import { pascalCase, signalsLibrary, signalTypes } from './accessors.ts';
import { verifierContract, verifierName } from './verifier.ts';

export const VERIFIERS_DIRECTORY = 'contracts/verifiers';
export const SIGNAL_TYPES_PATH = 'prover/statements/generated/public-signals.ts';

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

/** One verifier per built key; whatever nothing stands behind any more is removed. */
export function writeVerifiers(
  root: string,
  circuits: CircuitManifest,
  artifacts: readonly Artifact[],
): void {
  const expected = new Set(
    circuits.statements.map((statement) => `${pascalCase(statement.name)}Signals.sol`),
  );
  for (const artifact of artifacts) {
    const file = `${verifierName(artifact.statement, artifact.profile)}.sol`;
    expected.add(file);
    const key = Buffer.from(readArtifactFile(artifact.files.verificationKey, root));
    const source = verifierContract({
      statement: findStatement(circuits, artifact.statement),
      profile: artifact.profile,
      verificationKey: parseVerificationKey(key.toString('utf8'), { setup: artifact.key }),
      key: artifact.key,
      zkeyHash: artifact.files.zkey.sha256,
      r1csHash: artifact.files.r1cs.sha256,
    });
    writeIfChanged(join(root, VERIFIERS_DIRECTORY, file), source);
  }
  for (const file of readdirSync(join(root, VERIFIERS_DIRECTORY))) {
    if (!expected.has(file)) rmSync(join(root, VERIFIERS_DIRECTORY, file));
  }
}
