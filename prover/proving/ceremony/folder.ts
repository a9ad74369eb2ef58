// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { verifyMessage } from 'ethers';

import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { sha256 } from '../../core/hash.ts';
import {
  PLAN_FILE,
  RELEASE_FILE,
  parsePlan,
  parseReceipt,
  parseRelease,
  spelled,
  type CeremonyPlan,
  type Receipt,
  type Release,
} from './documents.ts';

/** A document with the hash of its bytes. */
export interface Hashed<T> {
  readonly document: T;
  readonly hash: string;
}

const numbered = (number: number): string => String(number).padStart(5, '0');

/** Where everything of a ceremony lies: what whoever verifies it is handed. */
export class CeremonyFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get planPath(): string {
    return join(this.path, PLAN_FILE);
  }

  get releasePath(): string {
    return join(this.path, RELEASE_FILE);
  }

  get receiptsPath(): string {
    return join(this.path, 'receipts');
  }

  get attestationsPath(): string {
    return join(this.path, 'attestations');
  }

  /** What of a contribution is done, while it is not whole. */
  get unfinishedPath(): string {
    return join(this.path, 'unfinished.json');
  }

  get keysPath(): string {
    return join(this.path, 'keys');
  }

  /** The key of a circuit after so many contributions; 0: before any. */
  keyPath(circuit: string, number: number): string {
    return join(this.keysPath, circuit, `${numbered(number)}.zkey`);
  }

  r1csPath(circuit: string): string {
    return join(this.keysPath, circuit, 'circuit.r1cs');
  }

  receiptPath(number: number): string {
    return join(this.receiptsPath, `${numbered(number)}.json`);
  }

  finalKeyPath(circuit: string): string {
    return join(this.path, 'release', `${circuit}.zkey`);
  }

  finalVerificationKeyPath(circuit: string): string {
    return join(this.path, 'release', `${circuit}.vkey.json`);
  }

  plan(): Hashed<CeremonyPlan> {
    const source = readTextFile(this.planPath, '<folder>');
    return { document: parsePlan(source, this.planPath), hash: sha256(source) };
  }

  powersPath(): string {
    return join(this.path, this.plan().document.powers.name);
  }

  /** In order; throws where one is missing between two others. */
  receipts(): readonly Hashed<Receipt>[] {
    if (!existsSync(this.receiptsPath)) return [];
    const names = readdirSync(this.receiptsPath).filter((name) => name.endsWith('.json'));
    return names.map((_, index) => {
      const path = this.receiptPath(index + 1);
      const source = readTextFile(path, '<folder>');
      const document = parseReceipt(source, path);
      if (document.number !== index + 1) {
        throw new InvalidInput(`${path}: number`, `must be ${index + 1}`);
      }
      return { document, hash: sha256(source) };
    });
  }

  release(): Hashed<Release> | undefined {
    if (!existsSync(this.releasePath)) return undefined;
    const source = readTextFile(this.releasePath, '<folder>');
    return { document: parseRelease(source, this.releasePath), hash: sha256(source) };
  }
}

/** What a contributor signs (EIP-191): the receipt without its signature. */
export function receiptMessage(receipt: Receipt): string {
  const { signature, ...rest } = receipt;
  return `plimsoll ceremony receipt\n${sha256(spelled(rest))}`;
}

/** Whether the contributor that a receipt names has signed it. */
export function isSignedByItsContributor(receipt: Receipt): boolean {
  if (receipt.signature === undefined) return false;
  try {
    return verifyMessage(receiptMessage(receipt), receipt.signature) === receipt.contributor;
  } catch {
    return false;
  }
}
