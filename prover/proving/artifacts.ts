// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import { parseDocument, digestText as digest } from '../core/schema.ts';
import { sha256 } from '../core/hash.ts';
import { ARTIFACTS_DIRECTORY, REPOSITORY_ROOT } from '../core/root.ts';
import { keySetup } from './formats/verification-key.ts';

const file = z.strictObject({
  path: z.string().min(1),
  sha256: digest,
  bytes: z.number().int().positive(),
});

const artifact = z.strictObject({
  statement: z.string().min(1),
  profile: z.string().min(1),
  /** A development key's toxic waste is public: its proofs prove nothing to a stranger. */
  key: keySetup,
  constraints: z.number().int().positive(),
  sourcesHash: digest,
  sources: z.record(z.string(), digest),
  tools: z.record(z.string(), z.string()),
  files: z.strictObject({ r1cs: file, wasm: file, sym: file, zkey: file, verificationKey: file }),
  /** What building it cost, kept while the result is cached. */
  buildMs: z.strictObject({ compile: z.number().nonnegative(), key: z.number().nonnegative() }),
});

const artifactManifest = z.strictObject({
  format: z.literal('plimsoll-artifacts'),
  version: z.literal(1),
  artifacts: z.array(artifact),
});

export type Artifact = z.infer<typeof artifact>;
export type ArtifactFile = z.infer<typeof file>;
export type ArtifactManifest = z.infer<typeof artifactManifest>;

export const ARTIFACT_MANIFEST_PATH = `${ARTIFACTS_DIRECTORY}/manifest.json`;

export function parseArtifactManifest(source: string): ArtifactManifest {
  return parseDocument(artifactManifest, source, ARTIFACT_MANIFEST_PATH);
}

/** Their paths from `root`, which need not be where this code stands. */
function located({ artifacts, ...rest }: ArtifactManifest, root: string): ArtifactManifest {
  const at = (listed: ArtifactFile): ArtifactFile => ({
    ...listed,
    path: resolve(root, listed.path),
  });
  return {
    ...rest,
    artifacts: artifacts.map(({ files, ...artifact }) => ({
      ...artifact,
      files: {
        r1cs: at(files.r1cs),
        wasm: at(files.wasm),
        sym: at(files.sym),
        zkey: at(files.zkey),
        verificationKey: at(files.verificationKey),
      },
    })),
  };
}

/**
 * What was built in the checkout at `root`, by default the one that this code belongs to. Throws
 * `NOT_SET_UP` before the first build.
 */
export function loadArtifactManifest(root = REPOSITORY_ROOT): ArtifactManifest {
  let source: string;
  try {
    source = readFileSync(join(root, ARTIFACT_MANIFEST_PATH), 'utf8');
  } catch (cause) {
    throw new PlimsollError('NOT_SET_UP', 'no circuits are built: run "npx plimsoll setup" first', {
      cause,
    });
  }
  const manifest = parseArtifactManifest(source);
  return root === REPOSITORY_ROOT ? manifest : located(manifest, root);
}

export function findArtifact(
  manifest: ArtifactManifest,
  statement: string,
  profile: string,
): Artifact {
  const found = manifest.artifacts.find(
    (entry) => entry.statement === statement && entry.profile === profile,
  );
  if (found === undefined) {
    throw new PlimsollError(
      'ARTIFACT_MISSING',
      `${statement}, profile ${profile}: not built; run "node prover/toolchain/build-circuits.ts ${statement}-${profile}"`,
    );
  }
  return found;
}

/** The content of a listed file; anything but the very bytes that were built is refused. */
export function readArtifactFile(listed: ArtifactFile, root = REPOSITORY_ROOT): Uint8Array {
  let data: Uint8Array;
  try {
    data = readFileSync(resolve(root, listed.path));
  } catch (cause) {
    throw new PlimsollError(
      'ARTIFACT_MISSING',
      `${listed.path}: is listed in the artifact manifest but missing`,
      {
        cause,
      },
    );
  }
  const actual = sha256(data);
  if (actual !== listed.sha256) {
    throw new PlimsollError(
      'ARTIFACT_HASH',
      `${listed.path}: SHA-256 ${actual} is not the listed ${listed.sha256}; delete it and run the set-up again`,
    );
  }
  return data;
}
