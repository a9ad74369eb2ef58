// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { SnarkjsVerificationKey } from 'snarkjs';

import { sha256 } from '../core/hash.ts';
import { canonicalJson, digestText, parseJson } from '../core/schema.ts';
import type { Artifact } from '../proving/artifacts.ts';
import { findNativeProver } from '../proving/backends/native-build.ts';
import { CeremonyFolder } from '../proving/ceremony/folder.ts';
import {
  exportedVerificationKey,
  isProduction,
  verifyTranscript,
  type TranscriptOptions,
} from '../proving/ceremony/transcript.ts';
import { parseVerificationKey } from '../proving/formats/verification-key.ts';
import { createDevelopmentKey } from '../proving/keys/development-key.ts';
import {
  findProfile,
  findStatement,
  parseManifest,
  MANIFEST_PATH,
} from '../statements/manifest.ts';
import type { CircuitManifest } from '../statements/manifest.ts';
import { circomVersion, compileCircuit, compiledFile } from '../toolchain/circuits/compile.ts';
import { verifierContract, verifierName } from '../toolchain/circuits/verifier.ts';
import type { Checkout } from './evidence.ts';
import { cachedNote, type AuditMemory } from './memory.ts';
import { demand, given, unchecked, type Verdicts } from './verdict.ts';

/** A release whose transcript stands behind keys that are called those of a ceremony. */
export interface AuditedRelease extends TranscriptOptions {
  readonly folder: string;
}

export interface CircuitAudit {
  readonly checkout: Checkout;
  readonly memory: AuditMemory;
  readonly release?: AuditedRelease | undefined;
}

const decode = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(bytes);

const nameOf = ({ statement, profile }: Artifact): string => `${statement}-${profile}`;

/** Compiles in a folder of its own, where no cache of an earlier build can answer. */
async function compiledAnew(
  artifact: Artifact,
  manifest: CircuitManifest,
  checkout: Checkout,
): Promise<Uint8Array> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'));
  try {
    for (const path of Object.keys(artifact.sources)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), given(checkout.read(path), `${path} is missing`));
    }
    const statement = findStatement(manifest, artifact.statement);
    const { parameters } = findProfile(statement, artifact.profile);
    const { inspectAllowances } = manifest;
    const spec = { ...statement, name: nameOf(artifact), parameters };
    const circuit = await compileCircuit(spec, { root, inspectAllowances });
    return readFileSync(compiledFile(root, circuit, 'r1cs'));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What the proving key at a path says of itself; read once for each content. */
export async function verifyingKeyAt(
  path: string,
  checkout: Checkout,
  memory: AuditMemory,
): Promise<{ readonly text: string; readonly key: SnarkjsVerificationKey }> {
  const digest = given(checkout.digest(path), `${path} is missing`);
  return await memory.once(`vkey ${digest}`, async () => {
    const text = await exportedVerificationKey(checkout.read(path)!);
    return { text, key: JSON.parse(text) as SnarkjsVerificationKey };
  });
}

/** The links from the sources of a circuit to the verifier contract that is generated for it. */
export async function auditCircuit(
  artifact: Artifact,
  audit: CircuitAudit,
  verdicts: Verdicts,
): Promise<void> {
  const { checkout, memory } = audit;
  const name = nameOf(artifact);
  const { files } = artifact;
  const manifestText = decode(given(checkout.read(MANIFEST_PATH), `${MANIFEST_PATH} is missing`));
  const manifest = parseManifest(parseJson(manifestText, MANIFEST_PATH));
  const file = (path: string): Uint8Array => given(checkout.read(path), `${path} is missing`);
  const digest = (path: string): string => given(checkout.digest(path), `${path} is missing`);

  await verdicts.judge('sources', name, () => {
    for (const [path, hash] of Object.entries(artifact.sources)) {
      demand(digest(path) === hash, `${path} is another file than was built`);
    }
    return `${Object.keys(artifact.sources).length} files`;
  });
  await verdicts.judge('compiler', name, () => {
    for (const [tool, version] of Object.entries(circomVersion())) {
      demand(artifact.tools[tool] === version, `it was built with ${tool} ${artifact.tools[tool]}`);
    }
    return `circom2 ${artifact.tools['circom2']}`;
  });

  const inputs = (): unknown => {
    const content = Object.keys(artifact.sources).map((path) => [path, digest(path)]);
    return [name, content, sha256(manifestText), circomVersion()];
  };
  const anew = (): Promise<Uint8Array> =>
    memory.once(`r1cs ${canonicalJson(inputs())}`, () =>
      compiledAnew(artifact, manifest, checkout),
    );
  await verdicts.judge('constraints', name, async () => {
    const made = await memory.kept('r1cs', inputs(), digestText, async () => sha256(await anew()));
    demand(made.value === files.r1cs.sha256, `they give SHA-256 ${made.value}${cachedNote(made)}`);
    const { constraints } = artifact;
    return `${constraints} constraints, SHA-256 ${made.value.slice(0, 16)}…${cachedNote(made)}`;
  });
  await verdicts.judge('r1cs', name, () => {
    const found = digest(files.r1cs.path);
    demand(found === files.r1cs.sha256, `its SHA-256 is ${found}`);
    return `SHA-256 ${found.slice(0, 16)}…`;
  });
  await verdicts.judge('zkey', name, () => {
    const found = digest(files.zkey.path);
    demand(found === files.zkey.sha256, `its SHA-256 is ${found}`);
    return `SHA-256 ${found.slice(0, 16)}…`;
  });
  await verdicts.judge('setup', name, () => auditSetup(artifact, audit, anew));
  await verdicts.judge('key-points', name, async () => {
    const { text } = await verifyingKeyAt(files.zkey.path, checkout, memory);
    parseVerificationKey(text, { setup: artifact.key });
    return `as a key of "${artifact.key}"`;
  });
  await verdicts.judge('verifying-key', name, async () => {
    const { text } = await verifyingKeyAt(files.zkey.path, checkout, memory);
    demand(decode(file(files.verificationKey.path)) === text, 'its file says otherwise');
    return `SHA-256 ${sha256(text).slice(0, 16)}…`;
  });
  await verdicts.judge('solidity', name, async () => {
    const contract = verifierName(artifact.statement, artifact.profile);
    const { key } = await verifyingKeyAt(files.zkey.path, checkout, memory);
    const expected = verifierContract({
      statement: findStatement(manifest, artifact.statement),
      profile: artifact.profile,
      verificationKey: key,
      key: artifact.key,
      zkeyHash: files.zkey.sha256,
      r1csHash: files.r1cs.sha256,
    });
    const found = decode(file(`contracts/verifiers/${contract}.sol`));
    demand(found === expected, `contracts/verifiers/${contract}.sol is not what the key gives`);
    return contract;
  });
}

/** The constraint system that the manifest names, from wherever it can be had. */
async function namedR1cs(
  { files }: Artifact,
  { checkout }: CircuitAudit,
  anew: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (checkout.digest(files.r1cs.path) === files.r1cs.sha256)
    return checkout.read(files.r1cs.path)!;
  const compiled = await anew();
  if (sha256(compiled) === files.r1cs.sha256) return compiled;
  return unchecked('the constraint system that was built is nowhere');
}

async function auditSetup(
  artifact: Artifact,
  audit: CircuitAudit,
  anew: () => Promise<Uint8Array>,
): Promise<string> {
  const { files } = artifact;
  if (artifact.key === 'ceremony') {
    const release = given(audit.release, 'no transcript of its ceremony was given (--release)');
    const folder = new CeremonyFolder(release.folder);
    const findings = await audit.memory.once(release, () => verifyTranscript(folder, release));
    const fault = findings.find(({ outcome }) => outcome === 'fails');
    demand(
      fault === undefined,
      `its ceremony: ${fault?.subject}: ${fault?.check}: ${fault?.detail}`,
    );
    const entry = folder.release()?.document.circuits.find(({ name }) => name === nameOf(artifact));
    demand(entry?.zkey === files.zkey.sha256, 'the release has another key of it');
    if (!isProduction(findings)) {
      const open = findings.find(({ outcome }) => outcome === 'unchecked');
      unchecked(`not all of its ceremony was checked: ${open?.check}: ${open?.detail}`);
    }
    return `by a ceremony of ${folder.receipts().length - 1} contributors and a beacon`;
  }
  const r1cs = await namedR1cs(artifact, audit, anew);
  const made = await audit.memory.kept('development key', sha256(r1cs), digestText, () =>
    createDevelopmentKey(r1cs, { native: findNativeProver() }).then(sha256),
  );
  demand(made.value === files.zkey.sha256, `its development key is another${cachedNote(made)}`);
  const warning = 'the development key of it, whose secrets are public: anybody can forge proofs';
  return `${warning}${cachedNote(made)}`;
}
