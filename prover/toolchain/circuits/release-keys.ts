// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';

import type { SnarkjsVerificationKey } from 'snarkjs';

import { PlimsollError } from '../../core/errors.ts';
import { sha256File } from '../../core/hash.ts';
import type { ArtifactFile } from '../../proving/artifacts.ts';
import { CeremonyFolder } from '../../proving/ceremony/folder.ts';
import {
  isProduction,
  verifyTranscript,
  type TranscriptOptions,
} from '../../proving/ceremony/transcript.ts';
import { parseVerificationKey } from '../../proving/formats/verification-key.ts';

/** A key that a ceremony made, as the build takes it. */
export interface ReleaseKey {
  readonly zkey: ArtifactFile;
  readonly verificationKey: ArtifactFile;
  readonly verifying: SnarkjsVerificationKey;
}

/** The keys of a release whose transcript was verified from its first byte, by circuit. */
export class ReleaseKeys {
  readonly #folder: CeremonyFolder;
  readonly #root: string;

  private constructor(folder: CeremonyFolder, root: string) {
    this.#folder = folder;
    this.#root = root;
  }

  /**
   * Opens a release. Throws `CEREMONY` unless every check of its transcript holds, that of the beacon's
   * value included: no other way leads to a key that is not called insecure.
   */
  static async open(path: string, root: string, options: TranscriptOptions): Promise<ReleaseKeys> {
    const folder = new CeremonyFolder(resolve(path));
    if (folder.release() === undefined) {
      throw new PlimsollError('CEREMONY', `${path}: the ceremony has not been finalised`);
    }
    const findings = await verifyTranscript(folder, options);
    if (!isProduction(findings)) {
      const fault = findings.find(({ outcome }) => outcome !== 'holds');
      const reason =
        fault === undefined
          ? 'not everything was checked'
          : `${fault.subject}: ${fault.check}: ${fault.detail}`;
      throw new PlimsollError('CEREMONY', `${path}: not for production: ${reason}`);
    }
    return new ReleaseKeys(folder, root);
  }

  #listed(path: string, expected: string): ArtifactFile {
    const found = sha256File(path);
    if (found !== expected) {
      throw new PlimsollError('CEREMONY', `${path}: SHA-256 ${found} is not that of the release`);
    }
    const inside = relative(this.#root, path);
    const listed = inside.startsWith('..') || isAbsolute(inside) ? path : inside;
    return { path: listed, sha256: found, bytes: statSync(path).size };
  }

  /** The key of a circuit; throws `CEREMONY` where the release has none of exactly this r1cs. */
  of(name: string, r1cs: string): ReleaseKey {
    const entry = this.#folder.release()!.document.circuits.find((one) => one.name === name);
    if (entry?.r1cs !== r1cs) {
      const reason = entry === undefined ? 'has no key of it' : 'is of another circuit';
      throw new PlimsollError('CEREMONY', `${name}: the release ${reason}`);
    }
    const vkeyPath = this.#folder.finalVerificationKeyPath(name);
    return {
      zkey: this.#listed(this.#folder.finalKeyPath(name), entry.zkey),
      verificationKey: this.#listed(vkeyPath, entry.verificationKey),
      verifying: parseVerificationKey(readFileSync(vkeyPath, 'utf8'), { setup: 'ceremony' }),
    };
  }
}
