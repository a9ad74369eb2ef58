// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { parseDocument } from '../core/schema.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { JsonRpc } from '../receipt/json-rpc.ts';

/** The files of a checkout, by path from its root. */
export interface Checkout {
  /** `undefined` where there is none. */
  read(path: string): Uint8Array | undefined;
  /** SHA-256 of a file, worked out once; `undefined` where there is none. */
  digest(path: string): string | undefined;
}

/** A checkout as it lies in a folder; `changed` shows it with other files in some places. */
export class FolderCheckout implements Checkout {
  readonly #root: string;
  readonly #changed: ReadonlyMap<string, Uint8Array>;
  readonly #digests: Map<string, string | undefined>;

  constructor(
    root: string,
    changed: ReadonlyMap<string, Uint8Array> = new Map(),
    digests: Map<string, string | undefined> = new Map(),
  ) {
    this.#root = root;
    this.#changed = changed;
    this.#digests = digests;
  }

  changed(files: ReadonlyMap<string, Uint8Array>): FolderCheckout {
    const digests = new Map([...this.#digests].filter(([path]) => !files.has(path)));
    return new FolderCheckout(this.#root, new Map([...this.#changed, ...files]), digests);
  }

  read(path: string): Uint8Array | undefined {
    const changed = this.#changed.get(path);
    if (changed !== undefined) return changed;
    try {
      return readFileSync(join(this.#root, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  digest(path: string): string | undefined {
    if (!this.#digests.has(path)) {
      const content = this.read(path);
      this.#digests.set(path, content === undefined ? undefined : sha256(content));
    }
    return this.#digests.get(path);
  }
}

/** The chain as it is audited: a node, or its answers as they were exported. */
export interface ChainEvidence {
  readonly rpc: JsonRpc;
  readonly venue: VenueDocument;
  readonly fromBlock: number;
  readonly toBlock: number;
}

const FORMAT = 'plimsoll.audit-export';

const exportSchema = z.strictObject({
  format: z.literal(FORMAT, { error: `must be "${FORMAT}"` }),
  version: z.literal(1, { error: 'must be 1' }),
  fromBlock: z.int().nonnegative(),
  toBlock: z.int().nonnegative(),
  venue: z.string(),
  answers: z.array(
    z.strictObject({ method: z.string(), params: z.unknown(), result: z.unknown() }),
  ),
});

/** Everything a node was asked, with its answers: a chain that fits in a file. */
export interface AuditExport {
  readonly fromBlock: number;
  readonly toBlock: number;
  /** The venue document, as text. */
  readonly venue: string;
  readonly answers: Answers;
}

/** What a node said, by the question. */
export type Answers = Map<string, unknown>;

const questionOf = (method: string, params: readonly unknown[]): string =>
  JSON.stringify([method, params]);

/** A node that remembers what it said. */
export function recording(rpc: JsonRpc, answers: Answers): JsonRpc {
  return async (method, params) => {
    const question = questionOf(method, params);
    if (!answers.has(question)) answers.set(question, await rpc(method, params));
    return answers.get(question);
  };
}

/** Answers from an export alone; throws `NOT_EXPORTED` for what nobody had asked. */
export function replaying(answers: ReadonlyMap<string, unknown>): JsonRpc {
  return (method, params) => {
    const question = questionOf(method, params);
    if (answers.has(question)) return Promise.resolve(answers.get(question));
    throw new PlimsollError('NOT_EXPORTED', `${question.slice(0, 120)}: not in the exported data`);
  };
}

export function formatExport({ fromBlock, toBlock, venue, answers }: AuditExport): string {
  const listed = [...answers].map(([question, result]) => {
    const [method, params] = JSON.parse(question) as [string, unknown];
    return { method, params, result };
  });
  return `${JSON.stringify({ format: FORMAT, version: 1, fromBlock, toBlock, venue, answers: listed })}\n`;
}

export function parseExport(source: string, name: string): AuditExport {
  const { fromBlock, toBlock, venue, answers } = parseDocument(exportSchema, source, name);
  if (toBlock < fromBlock) throw new InvalidInput('toBlock', 'must not be before fromBlock');
  const known = answers.map(({ method, params, result }): [string, unknown] => [
    JSON.stringify([method, params]),
    result,
  ]);
  return { fromBlock, toBlock, venue, answers: new Map(known) };
}
