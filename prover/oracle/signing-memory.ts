// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../core/files.ts';
import { constant, decimalBigint, parseDocument } from '../core/schema.ts';
import { formatAttestation, parseAttestation, type Attestation } from './attestation.ts';

const FORMAT = 'plimsoll.signing-memory';
const MAX_TIME = 2n ** 40n - 1n;

const schema = z.strictObject({
  format: constant(FORMAT),
  version: constant(1),
  time: decimalBigint(0n, MAX_TIME),
  attestation: z.string().optional(),
});

/** A signer was asked for a second document of a minute that it has signed, or for an earlier one. */
export class AlreadySigned extends PlimsollError {
  /** What it signed of that minute. */
  readonly held: Attestation | undefined;

  constructor(time: bigint, held: Attestation | undefined) {
    super('ALREADY_SIGNED', `another document of ${time}, or one of a later minute, is signed`);
    this.held = held;
  }
}

/**
 * What a signer signed last, in a file that outlives the process: it signs one document a minute and
 * never goes back, for that no quorum can sign two markets for one moment rests on it.
 */
export class SigningMemory {
  readonly #path: string;
  #time = 0n;
  #held: Attestation | undefined;

  /** Throws `InvalidInput` where the file is there and not of this form. */
  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    const { time, attestation } = parseDocument(schema, readTextFile(path, '--memory'), path);
    this.#time = time;
    if (attestation !== undefined) this.#held = parseAttestation(attestation, path);
  }

  /** What was signed of that minute. */
  of(time: bigint): Attestation | undefined {
    return time === this.#time ? this.#held : undefined;
  }

  /**
   * Remembers a document before it is signed and, with `signed`, its signature. Throws `AlreadySigned`
   * for another document of the same minute, and for an earlier minute.
   */
  async signOnce(
    time: bigint,
    document: string,
    sign: () => Promise<Attestation>,
  ): Promise<Attestation> {
    const held = this.of(time);
    if (held !== undefined && held.document === document) return held;
    if (time <= this.#time) throw new AlreadySigned(time, held);
    // Before the signature exists: a crash in between costs a minute, never a second signature.
    this.#remember(time, undefined);
    const signed = await sign();
    this.#remember(time, signed);
    return signed;
  }

  #remember(time: bigint, held: Attestation | undefined): void {
    this.#time = time;
    this.#held = held;
    const document = {
      format: FORMAT,
      version: 1,
      time: time.toString(),
      ...(held === undefined ? {} : { attestation: formatAttestation(held) }),
    };
    writeFileAtomically(this.#path, `${JSON.stringify(document, null, 2)}\n`);
  }
}
