// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import type { RowHasher } from '../commitments/row-hasher.ts';
import { makeFolder, writeFileAtomically } from '../core/files.ts';
import { sha256 } from '../core/hash.ts';
import { canonicalJson, parseJson } from '../core/schema.ts';
import { fastestHasher } from '../proving/backends/native-hasher.ts';

/** What was made, and whether an earlier audit made it. */
export interface Kept<T> {
  readonly value: T;
  /** SHA-256 of everything that it was made of; absent where it was made now. */
  readonly from?: string;
}

/** Changes where what is kept comes to mean something else. */
const VERSION = 1;

const keptSchema = z.strictObject({ inputs: z.string(), value: z.unknown(), digest: z.string() });

/**
 * What is costly and follows from its input alone is made once; a failure is not remembered. With a
 * folder, what `kept` makes is there for the next audit as well: whoever audits must trust that folder
 * as much as the program, so that nobody gets one who does not ask for it.
 */
export class AuditMemory {
  /** For ledgers of any size. */
  readonly hasher: RowHasher = fastestHasher();
  readonly #known = new Map<string | object, Promise<unknown>>();
  readonly #folder: string | undefined;

  constructor(folder?: string) {
    this.#folder = folder;
    if (folder !== undefined) makeFolder(folder, '--cache');
  }

  /** By a text that names everything, or by an object: a folder with a way to ask others, say. */
  once<T>(key: string | object, work: () => Promise<T>): Promise<T> {
    const found = this.#known.get(key);
    if (found !== undefined) return found as Promise<T>;
    const made = work();
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    return made;
  }

  /**
   * Something of JSON that follows from `inputs`, which name everything that it is made of: tools and
   * settings too. A file of the folder that is damaged, or of other inputs, is made anew.
   */
  kept<T>(
    kind: string,
    inputs: unknown,
    schema: z.ZodType<T>,
    work: () => Promise<T>,
  ): Promise<Kept<T>> {
    const hash = sha256(canonicalJson([VERSION, kind, inputs]));
    return this.once(`${kind} ${hash}`, async () => {
      const path = this.#folder === undefined ? undefined : join(this.#folder, `${hash}.json`);
      const found = path === undefined ? undefined : readKept(path, hash, schema);
      if (found !== undefined) return found;
      const value = await work();
      if (path !== undefined) {
        const digest = sha256(canonicalJson(value));
        writeFileAtomically(path, `${JSON.stringify({ inputs: hash, value, digest })}\n`);
      }
      return { value };
    });
  }
}

function readKept<T>(path: string, hash: string, schema: z.ZodType<T>): Kept<T> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { inputs, value, digest } = keptSchema.parse(parseJson(readFileSync(path, 'utf8'), path));
    if (inputs !== hash || digest !== sha256(canonicalJson(value))) return undefined;
    return { value: schema.parse(value), from: hash };
  } catch {
    return undefined;
  }
}

/** For a verdict that rests on what was kept: from which inputs. */
export const cachedNote = ({ from }: Kept<unknown>): string =>
  from === undefined ? '' : `, cached from inputs ${from.slice(0, 16)}…`;
