// SPDX-License-Identifier: GPL-3.0-or-later
import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';

import { z } from 'zod';

import type { Account } from '../../commitments/account.ts';
import { Ledger, type LedgerChange } from '../../commitments/ledger.ts';
import { concatenated, type RowHasher } from '../../commitments/row-hasher.ts';
import { QuaternaryTree } from '../../commitments/tree.ts';
import { TREE_CAPACITY, TREE_DEPTH } from '../../commitments/widths.ts';
import { PlimsollError } from '../../core/errors.ts';
import { decimalBigint, integer, list, parseValue, requireRule } from '../../core/schema.ts';
import { SCALAR_FIELD } from '../../core/scalar-field.ts';
import {
  LEDGER_FORMAT,
  LEDGER_VERSION,
  accountDocument,
  formatLedger,
  parseLedger,
  parseLedgerValue,
} from '../../documents/ledger-document.ts';
import type { Journal } from '../store/journal.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Updates between two checkpoints: what a restart replays at most. */
const CHECKPOINT_EVERY = 200;

const sequence = integer(1, Number.MAX_SAFE_INTEGER);
const root = decimalBigint(0n, SCALAR_FIELD - 1n);

/** A ledger as a whole, under the number and the root that its sender says it has. */
export const wholeLedgerSchema = z.strictObject({ sequence, root, ledger: z.unknown() });

/** What changed from the ledger numbered one less. */
export const ledgerUpdateSchema = z.strictObject({
  sequence,
  root,
  changes: list(
    z.strictObject({ index: integer(0, TREE_CAPACITY - 1), account: z.unknown() }),
    TREE_CAPACITY,
    1,
  ),
});

/** Which ledger is held. */
export interface LedgerState {
  readonly sequence: number;
  readonly root: bigint;
  readonly accounts: number;
}

/** An update that is not taken: `code` says why, `state` what is held instead. */
export class LedgerRefused extends PlimsollError {
  readonly state: LedgerState;

  constructor(code: string, message: string, state: LedgerState) {
    super(code, message);
    this.state = state;
  }
}

const checkpointSchema = z.object({
  sequence: z.int(),
  accounts: z.string(),
  tree: z.string(),
  sizes: z.array(z.int()),
});

const updateRecordSchema = z.object({
  sequence: z.int(),
  root: z.string(),
  changes: z.array(z.object({ index: z.int(), account: z.unknown() })),
});

/** Reads the changed accounts; a fault names the change it is in. */
function changesOf(changes: readonly { index: number; account?: unknown }[]): LedgerChange[] {
  const document = {
    format: LEDGER_FORMAT,
    version: LEDGER_VERSION,
    accounts: changes.map(({ account }) => account),
  };
  const accounts = parseLedgerValue(document);
  const seen = new Set<number>();
  return changes.map(({ index }, at) => {
    requireRule(!seen.has(index), `changes[${at}].index`, `${index} stands there twice`);
    seen.add(index);
    return { index, account: accounts[at]! };
  });
}

/**
 * The ledger as its venue numbers it. An update that is acknowledged is in the journal; one that is
 * refused has changed nothing. What is held survives a kill without being hashed again: a checkpoint
 * has the nodes, and what came after it is replayed.
 */
export class LedgerKeeper {
  readonly #journal: Journal;
  readonly #hasher: RowHasher;
  readonly #checkpointEvery: number;
  #ledger = new Ledger([]);
  #sequence = 0;
  #sinceCheckpoint = 0;
  #tail: Promise<unknown> = Promise.resolve();
  /** Told which accounts changed, or that all may have, once a ledger is held. */
  onChange: (changes: readonly LedgerChange[] | 'all') => void = () => undefined;
  /** Blobs that others still need when a checkpoint clears up. */
  othersBlobs: () => readonly string[] = () => [];

  private constructor(journal: Journal, hasher: RowHasher, checkpointEvery: number) {
    this.#journal = journal;
    this.#hasher = hasher;
    this.#checkpointEvery = checkpointEvery;
  }

  static async restore(
    journal: Journal,
    hasher: RowHasher,
    checkpointEvery = CHECKPOINT_EVERY,
  ): Promise<LedgerKeeper> {
    const keeper = new LedgerKeeper(journal, hasher, checkpointEvery);
    let from = 0;
    let checkpoint: z.infer<typeof checkpointSchema> | undefined;
    for await (const record of journal.read(0, 'ledger-checkpoint')) {
      from = record.sequence;
      checkpoint = checkpointSchema.parse(record.body);
    }
    if (checkpoint !== undefined) await keeper.#load(checkpoint);
    for await (const { body } of journal.read(from, 'ledger-update')) {
      const update = updateRecordSchema.parse(body);
      await keeper.#ledger.apply(changesOf(update.changes), hasher);
      keeper.#sequence = update.sequence;
      keeper.#sinceCheckpoint += 1;
      if (keeper.#ledger.root !== BigInt(update.root)) {
        throw new PlimsollError(
          'JOURNAL_DAMAGED',
          `ledger update ${update.sequence} leads to another root than the journal has`,
        );
      }
    }
    return keeper;
  }

  get state(): LedgerState {
    return {
      sequence: this.#sequence,
      root: this.#ledger.root,
      accounts: this.#ledger.accounts.length,
    };
  }

  /** Only for reading: its tree and list move on with the next update. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Takes a whole ledger: the first one, or one that replaces all. */
  async put(body: unknown): Promise<LedgerState> {
    const {
      sequence: number,
      root: stated,
      ledger,
    } = parseValue(wholeLedgerSchema, body, 'ledger');
    const accounts = parseLedgerValue(ledger);
    return await this.#inTurn(async () => {
      this.#requireLater(number);
      const next = await Ledger.build(accounts, this.#hasher);
      this.#requireRoot(next.root, stated);
      await this.#checkpoint(next, number);
      this.#ledger = next;
      this.#sequence = number;
      this.onChange('all');
      return this.state;
    });
  }

  /** Takes what changed; the sequence must be the next and the root the one that results. */
  async update(body: unknown): Promise<LedgerState> {
    const {
      sequence: number,
      root: stated,
      changes,
    } = parseValue(ledgerUpdateSchema, body, 'update');
    const parsed = changesOf(changes);
    return await this.#inTurn(async () => {
      this.#requireLater(number);
      if (number !== this.#sequence + 1) {
        throw this.#refusal(
          'LEDGER_GAP',
          `update ${number} does not follow ${this.#sequence}: send ${this.#sequence + 1} first`,
        );
      }
      this.#requireIndices(parsed);
      const planned = await this.#ledger.plan(parsed, this.#hasher);
      this.#requireRoot(planned.root, stated);
      await this.#journal.append('ledger-update', {
        sequence: number,
        root: stated.toString(),
        changes: parsed.map(({ index, account }) => ({ index, account: accountDocument(account) })),
      });
      planned.commit();
      this.#sequence = number;
      this.#sinceCheckpoint += 1;
      this.onChange(parsed);
      if (this.#sinceCheckpoint >= this.#checkpointEvery) {
        await this.#checkpoint(this.#ledger, this.#sequence);
      }
      return this.state;
    });
  }

  /** One at a time: a root belongs to the ledger before it. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }

  #refusal(code: string, message: string): LedgerRefused {
    return new LedgerRefused(code, message, this.state);
  }

  #requireLater(number: number): void {
    if (number > this.#sequence) return;
    throw this.#refusal('LEDGER_REPEAT', `ledger ${number} is not after ${this.#sequence}`);
  }

  #requireRoot(found: bigint, stated: bigint): void {
    if (found === stated) return;
    throw this.#refusal('LEDGER_ROOT', `the root must be ${found}, ${stated} was stated`);
  }

  #requireIndices(changes: readonly LedgerChange[]): void {
    let size = this.#ledger.accounts.length;
    for (const [at, { index }] of changes.entries()) {
      requireRule(
        index <= size,
        `changes[${at}].index`,
        `must be at most ${size}, the next free index`,
      );
      if (index === size) size += 1;
    }
  }

  async #checkpoint(ledger: Ledger, number: number): Promise<void> {
    const levels = ledger.tree.levels();
    const accounts = await this.#journal.putBlob(
      await pack(formatLedger(ledger.accounts), { level: 1 }),
    );
    const tree = await this.#journal.putBlob(concatenated(levels));
    const sizes = levels.map(({ length }) => length);
    await this.#journal.append('ledger-checkpoint', { sequence: number, accounts, tree, sizes });
    this.#sinceCheckpoint = 0;
    await this.#journal.keepBlobs([accounts, tree, ...this.othersBlobs()]);
  }

  async #load({
    sequence: number,
    accounts: accountsDigest,
    tree: treeDigest,
    sizes,
  }: z.infer<typeof checkpointSchema>): Promise<void> {
    const text = await unpack(await this.#journal.blob(accountsDigest));
    const accounts: readonly Account[] = parseLedger(text.toString('utf8'));
    const bytes = await this.#journal.blob(treeDigest);
    let at = 0;
    const levels = sizes.slice(0, TREE_DEPTH + 1).map((length) => {
      at += length;
      return bytes.subarray(at - length, at);
    });
    this.#ledger = new Ledger(accounts, QuaternaryTree.restore(levels));
    this.#sequence = number;
  }
}
