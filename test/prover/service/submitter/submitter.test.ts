// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { ContractRefused } from '../../../../prover/chain/refusal.ts';
import { sha256 } from '../../../../prover/core/hash.ts';
import type { Journal, JournalRecord } from '../../../../prover/service/store/journal.ts';
import {
  Submitter,
  type Batch,
  type Fees,
  type Opening,
  type Receipt,
  type SubmissionChain,
} from '../../../../prover/service/submitter/submitter.ts';

const GAS = 100n;
const rules = { budgetWei: 10n ** 9n, confirmations: 2, patience: 2 };

interface Transaction {
  readonly call: string;
  readonly number: number;
  readonly fees: Fees;
}

/** A chain with one sender: a pool that may forget, blocks that may be taken back. */
class Chain implements SubmissionChain {
  readonly #pool = new Map<string, Transaction>();
  readonly #blocks: { readonly hash: string; readonly transaction: Transaction }[][] = [[]];
  readonly contents = new Map<string, readonly Opening[]>();
  leastFee = 10n;
  refuses: string | undefined;

  get opened(): readonly string[] {
    return this.#blocks
      .flat()
      .flatMap(({ transaction }) =>
        this.contents.get(transaction.call)!.map(({ account, nonce }) => `${account}/${nonce}`),
      );
  }

  get costWei(): bigint {
    return this.#blocks
      .flat()
      .reduce((sum, { transaction }) => sum + GAS * transaction.fees.maxFeeWei, 0n);
  }

  mine(): void {
    const block: { hash: string; transaction: Transaction }[] = [];
    const next = this.#blocks.flat().length;
    // The dearest of those that have the next number.
    const [best] = [...this.#pool]
      .filter(([, { number, fees }]) => number === next && fees.maxFeeWei >= this.leastFee)
      .sort(([, a], [, b]) => Number(b.fees.maxFeeWei - a.fees.maxFeeWei));
    if (best !== undefined) {
      block.push({ hash: best[0], transaction: best[1] });
      for (const [hash, { number }] of this.#pool) if (number <= next) this.#pool.delete(hash);
    }
    this.#blocks.push(block);
  }

  takeBack(): void {
    // Its transactions are nobody's until somebody sends them again.
    if (this.#blocks.length > 1) this.#blocks.pop();
  }

  forget(): void {
    this.#pool.clear();
  }

  async head(): Promise<number> {
    return this.#blocks.length - 1;
  }

  async transactionCount(): Promise<number> {
    return this.#blocks.flat().length;
  }

  #asked = 0n;

  /** Never the same twice in a row: bytes that were not written down cannot be made again. */
  async fees(): Promise<Fees> {
    this.#asked += 1n;
    return { maxFeeWei: 10n + (this.#asked % 3n), tipWei: 1n };
  }

  async isOpened({ account, nonce }: Opening): Promise<boolean> {
    return this.opened.includes(`${account}/${nonce}`);
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
    if (number < this.#blocks.flat().length) return;
    const fees = { maxFeeWei: BigInt(maxFee), tipWei: BigInt(tip) };
    this.#pool.set(sha256(raw), { call, number, fees });
  }

  async receipt(hash: string): Promise<Receipt | undefined> {
    for (const [block, transactions] of this.#blocks.entries()) {
      const found = transactions.find((candidate) => candidate.hash === hash);
      if (found !== undefined) {
        return { block, succeeded: true, costWei: GAS * found.transaction.fees.maxFeeWei };
      }
    }
    return undefined;
  }
}

class Memory implements Journal {
  readonly records: JournalRecord[] = [];
  async append(kind: string, body: unknown): Promise<number> {
    const sequence = this.records.length + 1;
    this.records.push({ sequence, kind, body: JSON.parse(JSON.stringify(body)) as unknown });
    return sequence;
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

class Killed extends Error {}

/** Kills at the n-th step, before it has happened or after. */
function killing<T extends object>(target: T, count: { left: number }, after: boolean): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        const run = (): unknown => Reflect.apply(value, object, args);
        if (name === 'read') return run();
        const dies = count.left === 0;
        count.left -= 1;
        if (dies && !after) throw new Killed();
        const result = run();
        if (!dies) return result;
        return Promise.resolve(result).then(() => {
          throw new Killed();
        });
      };
    },
  });
}

function batchOf(chain: Chain, accounts: readonly number[]): Batch {
  const openings = accounts.map((account) => ({ account, nonce: 0n }));
  const call = `open ${accounts.join()}`;
  chain.contents.set(call, openings);
  return { tick: '1', openings, call };
}

describe('a submitter', () => {
  const BATCHES = [[1, 2], [3], [4, 5]];

  /** One life: offers what is open, mines, suffers; until everything is settled, or it is killed. */
  async function live(chain: Chain, submitter: Submitter, suffer: (round: number) => void) {
    for (let round = 0; round < 60; round += 1) {
      for (const accounts of BATCHES) await submitter.offer(batchOf(chain, accounts));
      suffer(round);
      chain.mine();
      await submitter.tend();
      const all = BATCHES.flat().every((account) => chain.opened.includes(`${account}/0`));
      if (all && submitter.pending === 0) return;
    }
    throw new Error('it never came to an end');
  }

  it.each([
    ['nothing else happens', () => () => undefined],
    [
      'the pool forgets',
      (chain: Chain) => (round: number) => void (round % 3 === 1 && chain.forget()),
    ],
    [
      'blocks are taken back',
      (chain: Chain) => (round: number) => void (round % 4 === 2 && chain.takeBack()),
    ],
    [
      'fees rise beyond what was paid',
      (chain: Chain) => (round: number) => void (chain.leastFee = round > 0 ? 20n : 11n),
    ],
  ])(
    'that is killed at any step, before it or after, opens everything once, while %s',
    async (_, make) => {
      for (const after of [false, true]) {
        for (let step = 0; ; step += 1) {
          const chain = new Chain();
          const journal = new Memory();
          const suffer = make(chain);
          const count = { left: step };
          let killed = false;
          try {
            const [toChain, toJournal] = [
              killing(chain, count, after),
              killing(journal, count, after),
            ];
            await live(chain, await Submitter.restore(toJournal, toChain, rules), suffer);
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
            killed = true;
            await live(chain, await Submitter.restore(journal, chain, rules), suffer);
          }
          const name = `${after ? 'after' : 'before'} step ${step}`;
          expect([...chain.opened].sort(), name).toEqual(['1/0', '2/0', '3/0', '4/0', '5/0']);
          const last = await Submitter.restore(journal, chain, rules);
          expect(last.pending, name).toBe(0);
          expect(last.committedWei, name).toBe(chain.costWei);
          if (!killed) break;
        }
      }
    },
  );

  it('sends nothing that the contract refuses, and says why', async () => {
    const [chain, journal] = [new Chain(), new Memory()];
    const submitter = await Submitter.restore(journal, chain, rules);
    chain.refuses = 'DowntimeGrace';
    await expect(submitter.offer(batchOf(chain, [1]))).rejects.toMatchObject({
      errorName: 'DowntimeGrace',
    });
    expect(journal.records).toEqual([]);
  });

  it('stops at its budget, counting what may still be mined', async () => {
    const [chain, journal] = [new Chain(), new Memory()];
    const submitter = await Submitter.restore(journal, chain, { ...rules, budgetWei: 2_600n });
    expect(await submitter.offer(batchOf(chain, [1]))).toMatchObject({ sent: true, number: 0 });
    expect(await submitter.offer(batchOf(chain, [2]))).toMatchObject({ sent: true, number: 1 });
    expect(await submitter.offer(batchOf(chain, [3]))).toEqual({ sent: false, reason: 'budget' });
    // Nor does it pay more than that for what is under way.
    chain.leastFee = 1_000n;
    for (let round = 0; round < 40; round += 1) {
      chain.mine();
      await submitter.tend();
    }
    expect(submitter.committedWei).toBeLessThanOrEqual(2_600n);
    expect(submitter.committedWei).toBeGreaterThan(2_000n);
  });

  it('sends no opening again that is under way, or on the contract’s record', async () => {
    const [chain, journal] = [new Chain(), new Memory()];
    const submitter = await Submitter.restore(journal, chain, rules);
    await submitter.offer(batchOf(chain, [1, 2]));
    const none = { sent: false, reason: 'nothing to open' };
    expect(await submitter.offer(batchOf(chain, [2, 3]))).toEqual(none);
    for (let round = 0; round < 5; round += 1) {
      chain.mine();
      await submitter.tend();
    }
    expect(submitter.pending).toBe(0);
    expect(await submitter.offer(batchOf(chain, [2, 3]))).toEqual(none);
    expect(await submitter.offer(batchOf(chain, [3]))).toMatchObject({ sent: true });
  });
});
