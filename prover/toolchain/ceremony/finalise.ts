// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { keccak256 } from 'ethers';

import { PlimsollError } from '../../core/errors.ts';
import { makeFolder, readTextFile, writeFileAtomically } from '../../core/files.ts';
import { sha256, sha256File } from '../../core/hash.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import {
  spelled,
  type PlanCircuit,
  type Release,
  type ReleaseCircuit,
} from '../../proving/ceremony/documents.ts';
import type { CeremonyFolder, Hashed } from '../../proving/ceremony/folder.ts';
import {
  exportedVerificationKey,
  verifyTranscript,
  type TranscriptFinding,
  type TranscriptOptions,
} from '../../proving/ceremony/transcript.ts';
import { parseVerificationKey } from '../../proving/formats/verification-key.ts';
import { findStatement, loadManifest } from '../../statements/manifest.ts';
import { verifierContract, verifierName } from '../circuits/verifier.ts';
import { compileSolidity } from '../solidity.ts';
import { DEFAULT_TERMS } from '../solidity-settings.ts';
import { ceremonyTargets, compiledTarget } from './start.ts';

/** Throws `CEREMONY` with the first finding that a ceremony may not have. */
function requireSound(findings: readonly TranscriptFinding[]): void {
  // Powers that are on no list make a release for tests, which says so by never being for production; so does a
  // beacon that nobody was asked about. Whatever else was not checked is as bad as what fails.
  const fault = findings.find(
    ({ outcome, check }) =>
      outcome !== 'holds' &&
      check !== 'powers-listed' &&
      !(check === 'beacon-value' && outcome === 'unchecked'),
  );
  if (fault !== undefined) {
    throw new PlimsollError('CEREMONY', `${fault.subject}: ${fault.check}: ${fault.detail}`);
  }
}

/** The verifier contract of a final key. */
export function releasedVerifier(
  name: string,
  verificationKey: string,
  hashes: { readonly zkey: string; readonly r1cs: string },
): { readonly file: string; readonly contract: string; readonly source: string } {
  const [target] = ceremonyTargets([name]);
  const { statement, profile } = target!;
  const source = verifierContract({
    statement: findStatement(loadManifest(REPOSITORY_ROOT), statement),
    profile,
    verificationKey: parseVerificationKey(verificationKey, { setup: 'ceremony' }),
    key: 'ceremony',
    zkeyHash: hashes.zkey,
    r1csHash: hashes.r1cs,
  });
  const contract = verifierName(statement, profile);
  return { file: `contracts/verifiers/${contract}.sol`, contract, source };
}

async function releasedCircuit(
  folder: CeremonyFolder,
  circuit: PlanCircuit,
  last: number,
): Promise<ReleaseCircuit> {
  const compiled = await compiledTarget(ceremonyTargets([circuit.name])[0]!);
  if (compiled.files.r1cs !== circuit.r1cs) {
    throw new PlimsollError('CEREMONY', `${circuit.name}: the sources here give another circuit`);
  }
  const zkey = folder.finalKeyPath(circuit.name);
  makeFolder(dirname(zkey), '<folder>');
  copyFileSync(folder.keyPath(circuit.name, last), zkey);
  const text = await exportedVerificationKey(readFileSync(zkey));
  writeFileAtomically(folder.finalVerificationKeyPath(circuit.name), text);
  const hashes = { zkey: sha256File(zkey), r1cs: circuit.r1cs };
  const { file, contract, source } = releasedVerifier(circuit.name, text, hashes);
  const read = (path: string): string =>
    path === file ? source : readTextFile(join(REPOSITORY_ROOT, path), path);
  const { creation } = compileSolidity({ files: [file], terms: DEFAULT_TERMS }, read).get(
    contract,
  )!;
  return {
    name: circuit.name,
    sourcesHash: circuit.sourcesHash,
    ...hashes,
    verificationKey: sha256(text),
    verifier: { source: sha256(source), creation: keccak256(creation) },
  };
}

/** Verifies all of a ceremony and writes the manifest that pins what came of it. */
export async function finaliseCeremony(
  folder: CeremonyFolder,
  options: TranscriptOptions = {},
): Promise<{ readonly release: Hashed<Release>; readonly findings: readonly TranscriptFinding[] }> {
  const findings = await verifyTranscript(folder, options);
  requireSound(findings);
  const { document: plan, hash } = folder.plan();
  const receipts = folder.receipts();
  const circuits: ReleaseCircuit[] = [];
  for (const circuit of plan.circuits) {
    options.note?.(`${circuit.name}: the final key and its verifier`);
    circuits.push(await releasedCircuit(folder, circuit, receipts.length));
  }
  const people = receipts.filter(({ document }) => document.beacon === undefined);
  const release = {
    format: 'plimsoll.release',
    version: 1,
    plan: hash,
    transcript: receipts.at(-1)!.hash,
    compiler: plan.compiler,
    powers: plan.powers.blake2b,
    contributions: people.map(({ document: { name, contributor }, hash: receipt }) => ({
      name,
      contributor,
      receipt,
    })),
    beacon: receipts.at(-1)!.document.beacon,
    circuits,
  } as Release;
  const source = spelled(release);
  if (existsSync(folder.releasePath)) {
    const earlier = readTextFile(folder.releasePath, '<folder>');
    if (earlier !== source) {
      throw new PlimsollError('CEREMONY', `${folder.releasePath}: holds another release already`);
    }
  }
  writeFileAtomically(folder.releasePath, source);
  return { release: { document: release, hash: sha256(source) }, findings };
}
