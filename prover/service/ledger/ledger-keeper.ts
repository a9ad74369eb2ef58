// SPDX-License-Identifier: GPL-3.0-or-later
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';

import { z } from 'zod';

import type { Account } from '../../commitments/account.ts';
import { Ledger, type LedgerChange } from '../../commitments/ledger.ts';
import { concatenated, type RowHasher } from '../../commitments/row-hasher.ts';
import { QuaternaryTree } from '../../commitments/tree.ts';
import { TREE_DEPTH } from '../../commitments/widths.ts';
import { PlimsollError, requireRule } from '../../core/errors.ts';
import {
  ledgerPieces,
  parseLedger,
  type SharedInstruments,
} from '../../documents/ledger-document.ts';
import type { Journal } from '../store/journal.ts';
import { ReadUpdate, changesOf } from './read-update.ts';
import { WholeLedger } from './whole-ledger.ts';

/** Accounts that are written at a time: a hundred thousand take a second. */
const WRITTEN_LOT = 500;

/** A ledger document, packed without keeping this thread's other work waiting. */
async function packed(accounts: readonly Account[]): Promise<Uint8Array> {
  const pieces = async function* (): AsyncGenerator<string> {
    for (const piece of ledgerPieces(accounts, WRITTEN_LOT)) {
      yield piece;
      await nextTurn();
    }
  };
  const parts: Buffer[] = [];
  await pipeline(pieces, createGzip({ level: 1 }), async (packedPieces) => {
    for await (const part of packedPieces) parts.push(part as Buffer);
  });
  return Buffer.concat(parts);
}

const unpack = promisify(gunzip);

/** Updates between two checkpoints: what a restart replays at most. */
const CHECKPOINT_EVERY = 200;

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

/** A ledger that is no longer the newest, and which contracts may still cite. */
interface Past {
  readonly ledger: Ledger;
  readonly sequence: number;
  readonly root: bigint;
}

/** A ledger of the past, and which accounts have changed since. */
export interface CitedLedger extends Past {
  readonly changed: 'all' | readonly number[];
}

/** What led from one ledger to the next: what changed, or all of it. */
interface Step {
  readonly sequence: number;
  readonly root: bigint;
  readonly changes: readonly LedgerChange[] | Ledger;
}

const settledSchema = z.object({ sequence: z.int() });

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
  /** Of which a hundred thousand accounts hold a million: half of the heap, and of what collecting it takes. */
  #instruments: SharedInstruments = new Map();
  #sequence = 0;
  #sinceCheckpoint = 0;
  #tail: Promise<unknown> = Promise.resolve();
  /** The oldest ledger that may still be asked for, and the steps from it to the newest. */
  #past: Past | undefined;
  #steps: Step[] = [];
  #cited: Past | undefined;
  #settled = Number.POSITIVE_INFINITY;
  #checkpoints: z.infer<typeof checkpointSchema>[] = [];
  /** One object an instrument, of what is held and of what is read from now on. */
  get instruments(): SharedInstruments {
    return this.#instruments;
  }

  /** Told which accounts changed, or that all may have, once a ledger is held. */
  onChange: (changes: ReadUpdate | 'all') => void = () => undefined;
  /** Asked before an update is taken: what it throws refuses it. */
  onUpdate: (update: ReadUpdate) => void = () => undefined;
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
    let settled = Number.POSITIVE_INFINITY;
    for await (const { body } of journal.read(0, 'ledger-settled')) {
      settled = settledSchema.parse(body).sequence;
    }
    const checkpoints: { from: number; body: z.infer<typeof checkpointSchema> }[] = [];
    for await (const record of journal.read(0, 'ledger-checkpoint')) {
      const body = checkpointSchema.parse(record.body);
      checkpoints.push({ from: record.sequence, body });
      // From the newest that is not after what may still be cited.
      if (body.sequence <= settled) checkpoints.splice(0, checkpoints.length - 1);
    }
    const [first, ...later] = checkpoints;
    keeper.#checkpoints = checkpoints.map(({ body }) => body);
    keeper.#settled = settled;
    if (first !== undefined) await keeper.#load(first.body);
    if (settled !== Number.POSITIVE_INFINITY) keeper.#remember();
    const from = first?.from ?? 0;
    for await (const { sequence: place, body } of journal.read(from, 'ledger-update')) {
      // A whole ledger that was put meanwhile: the updates go on from it.
      while (later[0] !== undefined && later[0].from < place)
        await keeper.#pass(later.shift()!.body);
      await keeper.#replay(updateRecordSchema.parse(body));
    }
    for (const { body } of later) await keeper.#pass(body);
    if (settled !== Number.POSITIVE_INFINITY) await keeper.#forgetBefore(settled);
    return keeper;
  }

  /** Takes over a later checkpoint, unless the updates have led to it already. */
  async #pass(checkpoint: z.infer<typeof checkpointSchema>): Promise<void> {
    if (checkpoint.sequence > this.#sequence) {
      await this.#load(checkpoint);
      this.#note(this.#ledger.copy());
    }
    this.#sinceCheckpoint = 0;
  }

  async #replay({ sequence: number, root: stated, changes }: z.infer<typeof updateRecordSchema>) {
    const parsed = await changesOf(changes, this.#instruments);
    await this.#ledger.apply(parsed, this.#hasher);
    this.#sequence = number;
    this.#sinceCheckpoint += 1;
    if (this.#ledger.root !== BigInt(stated)) {
      throw new PlimsollError(
        'JOURNAL_DAMAGED',
        `ledger update ${number} leads to another root than the journal has`,
      );
    }
    this.#note(parsed);
  }

  /** From now on ledgers of the past can be asked for, until they are settled. */
  async keepHistory(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#past !== undefined) return;
      await this.#journal.append('ledger-settled', { sequence: this.#sequence });
      this.#settled = this.#sequence;
      this.#remember();
    });
  }

  #remember(): void {
    const { root: newest } = this.#ledger;
    this.#past = { ledger: this.#ledger.copy(), sequence: this.#sequence, root: newest };
    this.#steps = [];
  }

  #note(changes: Step['changes']): void {
    if (this.#past === undefined) return;
    this.#steps.push({ sequence: this.#sequence, root: this.#ledger.root, changes });
  }

  /**
   * The ledger of a root, the newest or one of the past; undefined where it is not held, or not yet. It
   * stays as it is whatever is taken afterwards.
   */
  async at(cited: bigint): Promise<CitedLedger | undefined> {
    return await this.#inTurn(async () => {
      const past = this.#past;
      if (past === undefined) return undefined;
      if (this.#cited?.root !== cited) {
        const place = this.#steps.findLastIndex((step) => step.root === cited);
        if (place < 0 && past.root !== cited) return undefined;
        const number = place < 0 ? past.sequence : this.#steps[place]!.sequence;
        const ledger =
          number === this.#sequence
            ? this.#ledger.copy()
            : await this.#forward(past.ledger.copy(), this.#steps.slice(0, place + 1));
        this.#cited = { ledger, sequence: number, root: cited };
      }
      const found = this.#cited!;
      const changed = new Set<number>();
      for (const { sequence: number, changes } of this.#steps) {
        if (number <= found.sequence) continue;
        if (changes instanceof Ledger) return { ...found, changed: 'all' as const };
        for (const { index } of changes) changed.add(index);
      }
      return { ...found, changed: [...changed] };
    });
  }

  /** No ledger before this one will be asked for any more. */
  async settle(number: number): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#past === undefined || number <= this.#settled) return;
      await this.#journal.append('ledger-settled', { sequence: number });
      this.#settled = number;
      await this.#forgetBefore(number);
    });
  }

  async #forgetBefore(number: number): Promise<void> {
    const past = this.#past;
    const place = this.#steps.findLastIndex((step) => step.sequence <= number);
    if (past === undefined || place < 0) return;
    const passed = this.#steps.splice(0, place + 1);
    const { sequence: of, root: reached } = passed.at(-1)!;
    this.#past = { ledger: await this.#forward(past.ledger, passed), sequence: of, root: reached };
    if (this.#cited !== undefined && this.#cited.sequence < of) this.#cited = undefined;
  }

  async #forward(from: Ledger, steps: readonly Step[]): Promise<Ledger> {
    let ledger = from;
    for (const { changes } of steps) {
      if (changes instanceof Ledger) ledger = changes.copy();
      else await ledger.apply(changes, this.#hasher);
    }
    return ledger;
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

  /** Takes a whole ledger, as JSON or read already: the first one, or one that replaces all. */
  async put(body: unknown): Promise<LedgerState> {
    const whole = body instanceof WholeLedger ? body : await WholeLedger.of(body);
    const { sequence: number, root: stated, accounts, instruments } = whole;
    return await this.#inTurn(async () => {
      this.#requireLater(number);
      const next = await Ledger.build(accounts, this.#hasher);
      this.#requireRoot(next.root, stated);
      await this.#checkpoint(next, number);
      this.#ledger = next;
      // What only accounts of before held goes with them.
      this.#instruments = instruments;
      this.#sequence = number;
      if (this.#past !== undefined) this.#note(next.copy());
      this.onChange('all');
      return this.state;
    });
  }

  /** Takes what changed, as JSON or read already; the sequence must be the next and the root the one that results. */
  async update(body: unknown): Promise<LedgerState> {
    const update = body instanceof ReadUpdate ? body : await ReadUpdate.of(body, this.#instruments);
    const { sequence: number, root: stated, changes } = update;
    return await this.#inTurn(async () => {
      this.#requireLater(number);
      if (number !== this.#sequence + 1) {
        throw this.#refusal(
          'LEDGER_GAP',
          `update ${number} does not follow ${this.#sequence}: send ${this.#sequence + 1} first`,
        );
      }
      this.#requireIndices(changes);
      const planned = await this.#ledger.plan(changes, this.#hasher, update.words);
      this.#requireRoot(planned.root, stated);
      this.onUpdate(update);
      await this.#journal.appendText('ledger-update', update.record);
      planned.commit();
      this.#sequence = number;
      this.#sinceCheckpoint += 1;
      this.#note(changes);
      this.onChange(update);
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
    const accounts = await this.#journal.putBlob(await packed(ledger.accounts));
    const tree = await this.#journal.putBlob(concatenated(levels));
    const sizes = levels.map(({ length }) => length);
    const checkpoint = { sequence: number, accounts, tree, sizes };
    await this.#journal.append('ledger-checkpoint', checkpoint);
    this.#sinceCheckpoint = 0;
    // A restart begins at the newest that is not after what may still be cited.
    const settled = this.#past === undefined ? number : this.#settled;
    const needed = this.#checkpoints.findLastIndex(({ sequence: of }) => of <= settled);
    this.#checkpoints = [...this.#checkpoints.slice(Math.max(0, needed)), checkpoint];
    if (number <= settled) this.#checkpoints = [checkpoint];
    await this.#journal.keepBlobs([
      ...this.#checkpoints.flatMap((kept) => [kept.accounts, kept.tree]),
      ...this.othersBlobs(),
    ]);
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
