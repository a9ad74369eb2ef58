// SPDX-License-Identifier: GPL-3.0-or-later
import { ContractRefused } from '../../prover/chain/refusal.ts';
import { sha256 } from '../../prover/core/hash.ts';
import type { Journal, JournalRecord } from '../../prover/service/store/journal.ts';
import type { Fees } from '../../prover/service/submitter/fees.ts';
import {
  SendRefused,
  type Batch,
  type Opening,
  type Receipt,
  type SubmissionChain,
} from '../../prover/service/submitter/submitter.ts';

const GAS = 100n;

interface Transaction {
  readonly call: string;
  readonly number: number;
  readonly fees: Fees;
}

interface Mined {
  readonly hash: string;
  readonly transaction: Transaction;
  readonly succeeded: boolean;
}

/** A chain with one sender: a pool that may forget, blocks that may be taken back, a node that may refuse. */
export class ScriptedChain implements SubmissionChain {
  readonly #pool = new Map<string, Transaction>();
  readonly #blocks: Mined[][] = [[]];
  readonly contents = new Map<string, readonly Opening[]>();
  /** Fees of all that was handed to the node, also of what it did not take. */
  readonly offered: bigint[] = [];
  leastFee = 10n;
  /** What the contract says in a simulation. */
  refuses: string | undefined;
  /** What the node says to whatever it is handed. */
  refusal: string | undefined;
  /** What it takes at most for a unit of gas. */
  mostFee = 10n ** 18n;
  /** Whether it keeps what waits for a lower number; some nodes refuse it. */
  queues = true;

  get #mined(): readonly Mined[] {
    return this.#blocks.flat();
  }

  get opened(): readonly string[] {
    return this.#mined
      .filter(({ succeeded }) => succeeded)
      .flatMap(({ transaction }) =>
        this.#openingsOf(transaction).map(({ account, nonce }) => `${account}/${nonce}`),
      );
  }

  get failed(): number {
    return this.#mined.filter(({ succeeded }) => !succeeded).length;
  }

  get costWei(): bigint {
    return this.#mined.reduce((sum, { transaction }) => sum + GAS * transaction.fees.maxFeeWei, 0n);
  }

  batchOf(accounts: readonly number[]): Batch {
    const openings = accounts.map((account) => ({ account, nonce: 0n }));
    const call = `open ${accounts.join()}`;
    this.contents.set(call, openings);
    return { tick: '1', openings, call };
  }

  mine(): void {
    const block: Mined[] = [];
    const next = this.#mined.length;
    // The dearest of those that have the next number.
    const [best] = [...this.#pool]
      .filter(([, { number, fees }]) => number === next && fees.maxFeeWei >= this.leastFee)
      .sort(([, a], [, b]) => Number(b.fees.maxFeeWei - a.fees.maxFeeWei));
    if (best !== undefined) {
      const [hash, transaction] = best;
      const openings = this.#openingsOf(transaction);
      const succeeded = !openings.some((opening) => this.#isOpened(opening));
      block.push({ hash, transaction, succeeded });
      for (const [other, { number }] of this.#pool) if (number <= next) this.#pool.delete(other);
    }
    this.#blocks.push(block);
  }

  /** Their transactions are nobody's until somebody sends them again. */
  takeBack(blocks = 1): void {
    for (let left = blocks; left > 0 && this.#blocks.length > 1; left -= 1) this.#blocks.pop();
  }

  forget(): void {
    this.#pool.clear();
  }

  async head(): Promise<number> {
    return this.#blocks.length - 1;
  }

  async transactionCount(): Promise<number> {
    return this.#mined.length;
  }

  #asked = 0n;

  /** Never the same twice in a row: bytes that were not written down cannot be made again. */
  async fees(): Promise<Fees> {
    this.#asked += 1n;
    return { maxFeeWei: 10n + (this.#asked % 3n), tipWei: 1n };
  }

  async isOpened(opening: Opening): Promise<boolean> {
    return this.#isOpened(opening);
  }

  async simulate(): Promise<void> {
    if (this.refuses !== undefined) throw new ContractRefused(this.refuses, []);
  }

  async sign(call: string, number: number, fees: Fees) {
    const raw = JSON.stringify([call, number, String(fees.maxFeeWei), String(fees.tipWei)]);
    return { raw, hash: sha256(raw), mostWei: GAS * fees.maxFeeWei };
  }

  async broadcast(raw: string): Promise<void> {
    const [call, number, maxFee, tip] = JSON.parse(raw) as [string, number, string, string];
    const fees = { maxFeeWei: BigInt(maxFee), tipWei: BigInt(tip) };
    this.offered.push(fees.maxFeeWei);
    if (this.refusal !== undefined) throw new SendRefused(this.refusal);
    if (fees.maxFeeWei > this.mostFee) throw new SendRefused('fee exceeds the configured cap');
    const next = this.#mined.length;
    if (number < next) return;
    if (!this.queues) {
      for (let below = next; below < number; below += 1) {
        const isThere = [...this.#pool.values()].some((waiting) => waiting.number === below);
        if (!isThere) throw new SendRefused(`Nonce too high. Expected ${below} but got ${number}`);
      }
    }
    this.#pool.set(sha256(raw), { call, number, fees });
  }

  async receipt(hash: string): Promise<Receipt | undefined> {
    for (const [block, transactions] of this.#blocks.entries()) {
      const found = transactions.find((candidate) => candidate.hash === hash);
      if (found !== undefined) {
        const costWei = GAS * found.transaction.fees.maxFeeWei;
        return { block, succeeded: found.succeeded, costWei };
      }
    }
    return undefined;
  }

  #openingsOf({ call }: Transaction): readonly Opening[] {
    return this.contents.get(call) ?? [];
  }

  #isOpened({ account, nonce }: Opening): boolean {
    return this.opened.includes(`${account}/${nonce}`);
  }
}

/** A journal of which nothing is on a disk. */
export class MemoryJournal implements Journal {
  readonly records: JournalRecord[] = [];
  async append(kind: string, body: unknown): Promise<number> {
    const sequence = this.records.length + 1;
    this.records.push({ sequence, kind, body: JSON.parse(JSON.stringify(body)) as unknown });
    return sequence;
  }
  appendText = async (kind: string, body: string): Promise<number> =>
    this.append(kind, JSON.parse(body));
  async appendAll(kind: string, bodies: readonly unknown[]): Promise<void> {
    for (const body of bodies) await this.append(kind, body);
  }
  async *read(after: number): AsyncGenerator<JournalRecord> {
    yield* this.records.slice(after);
  }
  last = async (): Promise<number> => this.records.length;
  putBlob = async (): Promise<string> => '';
  blob = async (): Promise<Uint8Array> => new Uint8Array();
  keepBlobs = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;
}
