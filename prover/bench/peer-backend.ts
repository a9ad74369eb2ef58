// SPDX-License-Identifier: GPL-3.0-or-later

/** Other provers behind the frames of scripts/peers, to be measured beside ours. */
import { resolve } from 'node:path';

import { InvalidInput } from '../core/errors.ts';
import { isExecutable } from '../core/programs.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import type { Artifact } from '../proving/artifacts.ts';
import type { BackendProof, ProvingBackend } from '../proving/backends/backend.ts';
import { FramedProcess } from '../proving/backends/framed-process.ts';
import { parseNativeProof } from '../proving/backends/native-backend.ts';
import { writeWitness } from '../proving/formats/witness-file.ts';

const OPERATION = { load: 1, prove: 2 } as const;

class PeerProcess extends FramedProcess {
  constructor(name: string, program: string) {
    super(name, program, [], {});
  }

  async load(digest: Uint8Array, zkey: string, r1cs: string): Promise<void> {
    await this.request(OPERATION.load, digest, Buffer.from(`${zkey}\n${r1cs}`, 'utf8'));
  }

  async prove(digest: Uint8Array, wtns: Uint8Array): Promise<Buffer> {
    return await this.request(OPERATION.prove, digest, wtns);
  }
}

/** One program, kept with its keys. It verifies what it makes, as the native worker does. */
export class PeerBackend implements ProvingBackend {
  readonly name: string;
  readonly version = 'peer';
  readonly verifies = true;
  readonly #process: PeerProcess;

  constructor({ name, program }: Peer) {
    this.name = name;
    this.#process = new PeerProcess(name, program);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async prove({ files }: Artifact, witness: Uint8Array): Promise<BackendProof> {
    const digest = Buffer.from(files.zkey.sha256, 'hex');
    const [zkey, r1cs] = [files.zkey, files.r1cs].map(({ path }) => resolve(REPOSITORY_ROOT, path));
    // What is loaded is loaded once.
    await this.#process.load(digest, zkey!, r1cs!);
    return parseNativeProof(await this.#process.prove(digest, writeWitness(witness)));
  }

  async close(): Promise<void> {
    this.#process.close();
    await Promise.resolve();
  }
}

export interface Peer {
  readonly name: string;
  readonly program: string;
}

/** `gnark=/path,arkworks=/path`; throws `InvalidInput` naming what is wrong with it. */
export function parsePeers(text: string, taken: readonly string[]): readonly Peer[] {
  const names = new Set(taken);
  return text.split(',').map((part) => {
    const [, name, program] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(part) ?? [];
    if (name === undefined || program === undefined)
      throw new InvalidInput('--peers', `must be name=program, …; got ${part}`);
    if (names.has(name)) throw new InvalidInput('--peers', `names ${name} twice`);
    names.add(name);
    const path = resolve(program);
    if (!isExecutable(path))
      throw new InvalidInput('--peers', `${name} must be an executable file, got ${program}`);
    return { name, program: path };
  });
}
