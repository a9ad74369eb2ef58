// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';
import { writeFileAtomically } from '../../core/files.ts';
import { sha256 } from '../../core/hash.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { loadArtifactManifest, type ArtifactFile } from '../../proving/artifacts.ts';

const DOWNLOAD_MS = 600_000;

export interface ArtifactSource {
  /** Where the service answers, and the token that it takes of workers. */
  readonly service: string;
  readonly token: string;
}

type Wanted = Pick<ArtifactFile, 'sha256' | 'bytes'>;

/** What this checkout has built, by hash; nothing where it has built nothing. */
function ownBuild(): ReadonlyMap<string, string> {
  let manifest;
  try {
    manifest = loadArtifactManifest();
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'NOT_SET_UP') return new Map();
    throw error;
  }
  const files = manifest.artifacts.flatMap((artifact) => Object.values(artifact.files));
  return new Map(files.map((one) => [one.sha256, resolve(REPOSITORY_ROOT, one.path)]));
}

/**
 * Keys and circuits by their hash: from this checkout's build, from the folder, or from the service. What
 * has another hash than its name is taken from nobody.
 */
export class ArtifactStore {
  readonly #folder: string;
  readonly #source: ArtifactSource | undefined;
  readonly #built: ReadonlyMap<string, string>;

  constructor(folder: string, source: ArtifactSource | undefined, usesOwnBuild = true) {
    this.#folder = join(folder, 'artifacts');
    this.#source = source;
    this.#built = usesOwnBuild ? ownBuild() : new Map();
  }

  /** Where the bytes of this hash are; throws `ARTIFACT_MISSING` where nobody has them. */
  async locate({ sha256: wanted, bytes }: Wanted): Promise<ArtifactFile> {
    const built = this.#built.get(wanted);
    const kept = join(this.#folder, wanted);
    const found = [built, kept].find(
      (path) => path !== undefined && existsSync(path) && sha256(readFileSync(path)) === wanted,
    );
    if (found !== undefined) return { path: found, sha256: wanted, bytes };
    mkdirSync(this.#folder, { recursive: true });
    writeFileAtomically(kept, await this.#download(wanted, bytes));
    return { path: kept, sha256: wanted, bytes };
  }

  async #download(wanted: string, bytes: number): Promise<Uint8Array> {
    if (this.#source === undefined) {
      throw new PlimsollError(
        'ARTIFACT_MISSING',
        `no file with the hash ${wanted} is built here: give --service, or build what the service has`,
      );
    }
    const { service, token } = this.#source;
    const answer = await fetch(`${service}/artifacts/${wanted}`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(DOWNLOAD_MS),
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new PlimsollError(
        'ARTIFACT_MISSING',
        `the service answers ${answer.status} for the file with the hash ${wanted}`,
      );
    }
    const data = await bytesOf(answer, bytes);
    if (data === undefined || sha256(data) !== wanted) {
      throw new PlimsollError(
        'ARTIFACT_HASH',
        `what the service sends for the hash ${wanted} has another`,
      );
    }
    return data;
  }
}

/** The body, where it is so long; what is longer is not read to its end. */
async function bytesOf({ body }: Response, bytes: number): Promise<Uint8Array | undefined> {
  const data = new Uint8Array(bytes);
  let at = 0;
  for await (const chunk of body ?? []) {
    const part = chunk as Uint8Array;
    if (at + part.length > bytes) return undefined;
    data.set(part, at);
    at += part.length;
  }
  return at === bytes ? data : undefined;
}
