// SPDX-License-Identifier: GPL-3.0-or-later
import { groth16 } from 'snarkjs';

import { PlimsollError } from '../../core/errors.ts';
import { readArtifactFile } from '../artifacts.ts';
import type { Artifact } from '../artifacts.ts';
import { parseSnarkjsProof } from './backend.ts';
import type { BackendProof, ProvingBackend } from './backend.ts';
import { writeWitness } from '../formats/witness-file.ts';

/** Ends the worker threads that snarkjs keeps alive, without which the process never exits. */
export async function terminateCurve(): Promise<void> {
  const { curve_bn128: curve } = globalThis as {
    curve_bn128?: { terminate(): Promise<void> } | null;
  };
  await curve?.terminate();
}

/** The embedded default: snarkjs in this process, keys kept in memory between proofs. */
export class SnarkjsBackend implements ProvingBackend {
  readonly name = 'snarkjs';
  readonly version: string;
  readonly #keys = new Map<string, Uint8Array>();
  #closed = false;

  constructor(version: string) {
    this.version = version;
  }

  async prove(artifact: Artifact, witness: Uint8Array): Promise<BackendProof> {
    if (this.#closed) throw new PlimsollError('BACKEND_CLOSED', 'snarkjs: the backend is closed');
    const listed = artifact.files.zkey;
    let key = this.#keys.get(listed.sha256);
    if (key === undefined) this.#keys.set(listed.sha256, (key = readArtifactFile(listed)));
    const { proof, publicSignals } = await groth16.prove(
      { type: 'mem', data: key },
      { type: 'mem', data: writeWitness(witness) },
    );
    return { proof: parseSnarkjsProof(proof), publicSignals: publicSignals.map(BigInt) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#keys.clear();
    await terminateCurve();
  }
}
