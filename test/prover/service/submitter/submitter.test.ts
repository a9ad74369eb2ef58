// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { Submitter } from '../../../../prover/service/submitter/submitter.ts';
import { MemoryJournal, ScriptedChain } from '../../../support/scripted-chain.ts';

const rules = { budgetWei: 10n ** 9n, confirmations: 2, patience: 2 };

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

describe('a submitter', () => {
  const BATCHES = [[1, 2], [3], [4, 5]];

  /** One life: offers what is open, mines, suffers; until everything is settled, or it is killed. */
  async function live(chain: ScriptedChain, submitter: Submitter, suffer: (round: number) => void) {
    for (let round = 0; round < 60; round += 1) {
      for (const accounts of BATCHES) await submitter.offer(chain.batchOf(accounts));
      suffer(round);
      chain.mine();
      await submitter.tend();
      const all = BATCHES.flat().every((account) => chain.opened.includes(`${account}/0`));
      if (all && submitter.pending === 0) return;
    }
    throw new Error('it never came to an end');
  }

  /** Lives killed before and after every step that there is, and begun again; `held` judges what each left. */
  async function killedAtEachStep(
    begin: () => { readonly chain: ScriptedChain; readonly suffer: (round: number) => void },
    held: (last: Submitter, chain: ScriptedChain, name: string) => void,
  ): Promise<void> {
    for (const after of [false, true]) {
      for (let step = 0; ; step += 1) {
        const { chain, suffer } = begin();
        const journal = new MemoryJournal();
        const count = { left: step };
        let killed = false;
        try {
          const parts = [killing(chain, count, after), killing(journal, count, after)] as const;
          await live(chain, await Submitter.restore(parts[1], parts[0], rules), suffer);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          killed = true;
          await live(chain, await Submitter.restore(journal, chain, rules), suffer);
        }
        const name = `${after ? 'after' : 'before'} step ${step}`;
        expect([...chain.opened].sort(), name).toEqual(['1/0', '2/0', '3/0', '4/0', '5/0']);
        held(await Submitter.restore(journal, chain, rules), chain, name);
        if (!killed) break;
      }
    }
  }

  it.each([
    ['nothing else happens', () => () => undefined],
    [
      'the pool forgets',
      (chain: ScriptedChain) => (round: number) => void (round % 3 === 1 && chain.forget()),
    ],
    [
      'blocks are taken back',
      (chain: ScriptedChain) => (round: number) => void (round % 4 === 2 && chain.takeBack()),
    ],
    [
      'fees rise beyond what was paid',
      (chain: ScriptedChain) => (round: number) => void (chain.leastFee = round > 0 ? 20n : 11n),
    ],
  ])(
    'that is killed at any step, before it or after, opens everything once, while %s',
    async (_, make) => {
      await killedAtEachStep(
        () => {
          const chain = new ScriptedChain();
          return { chain, suffer: make(chain) };
        },
        (last, chain, name) => {
          expect(last.pending, name).toBe(0);
          expect(last.committedWei, name).toBe(chain.costWei);
        },
      );
    },
  );

  it.each([
    ['keeps what waits for a lower number', true],
    ['refuses it', false],
  ])(
    'is killed at any step, while more is taken back than was believed, by a node that %s',
    async (_, queues) => {
      await killedAtEachStep(
        () => {
          const chain = new ScriptedChain();
          chain.queues = queues;
          let isToCome = true;
          const suffer = (round: number): void => {
            if (round === 3 && isToCome) chain.takeBack(3);
            if (round === 3) isToCome = false;
          };
          return { chain, suffer };
        },
        (last, chain, name) => {
          // What was taken back has cost nothing, but may be mined yet.
          expect(last.committedWei, name).toBeGreaterThanOrEqual(chain.costWei);
        },
      );
    },
  );

  describe('above a number that a reorganisation gave back and nobody sends any more', () => {
    /** One is settled under 0 and taken back, the other waits under 1. */
    async function taken(queues: boolean) {
      const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
      chain.queues = queues;
      const submitter = await Submitter.restore(journal, chain, rules);
      for (const account of [1, 2]) await submitter.offer(chain.batchOf([account]));
      for (let block = 0; block < 3; block += 1) chain.mine();
      await submitter.tend();
      expect(submitter.pending).toBe(1);
      chain.takeBack(3);
      return { chain, journal, submitter };
    }
    /** As a desk does of whoever is due and not under way. */
    async function offer(chain: ScriptedChain, submitter: Submitter, account: number) {
      if (!submitter.isUnderWay({ account, nonce: 0n }))
        await submitter.offer(chain.batchOf([account]));
    }

    it.each([true, false])('sends it under that number (a queue above it: %s)', async (queues) => {
      const { chain, journal, submitter } = await taken(queues);
      for (let block = 0; block < 12; block += 1) {
        chain.mine();
        await submitter.tend();
        await offer(chain, submitter, 2);
      }
      expect(chain.opened).toEqual(['2/0']);
      expect([submitter.pending, submitter.raised]).toEqual([0, 0]);
      // A node that kept the bytes under 1 has them mined as soon as 0 is; the contract refuses them.
      const kept = queues ? 1 : 0;
      expect(chain.failed).toBe(kept);
      // Otherwise they count as long as they may be mined, also after a restart.
      const restored = await Submitter.restore(journal, chain, rules);
      expect(restored.committedWei).toBe(submitter.committedWei);
      expect(restored.committedWei).toBeGreaterThan(chain.costWei);
      await offer(chain, restored, 3);
      for (let block = 0; block < 4; block += 1) {
        chain.mine();
        await restored.tend();
      }
      expect(chain.opened).toEqual(['2/0', '3/0']);
      expect([restored.pending, chain.failed]).toEqual([0, kept]);
    });

    it('counts what it had signed there where that is mined after all', async () => {
      const { chain, submitter } = await taken(true);
      for (let block = 0; block < 6; block += 1) {
        chain.mine();
        await submitter.tend();
      }
      expect(submitter.isUnderWay({ account: 2, nonce: 0n })).toBe(false);
      expect(submitter.committedWei).toBe(1_100n + 1_200n);
      // Somebody has the same key, or a pool takes up again what was taken back.
      await chain.broadcast(JSON.stringify(['open 9', 0, '10', '1']));
      for (let block = 0; block < 6; block += 1) {
        chain.mine();
        await submitter.tend();
      }
      expect(chain.opened).toEqual(['2/0']);
      expect(submitter.pending).toBe(0);
      const count = submitter.committedWei;
      await submitter.tend();
      // The one that was believed and taken back, and the one that was mined.
      expect(submitter.committedWei).toBe(count);
      expect(count).toBe(1_100n + 1_200n);
    });
  });

  it('pays no more than eight times what the node asks, and says that it is not mined for that', async () => {
    const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
    const submitter = await Submitter.restore(journal, chain, rules);
    await submitter.offer(chain.batchOf([1]));
    chain.leastFee = 10n ** 9n;
    for (let block = 0; block < 80; block += 1) {
      chain.mine();
      await submitter.tend();
    }
    const most = chain.offered.reduce((one, other) => (one > other ? one : other));
    expect(most).toBeLessThanOrEqual(8n * 12n);
    expect(most).toBeGreaterThan(7n * 10n);
    expect(submitter.raised).toBeLessThan(20);
    expect(submitter.atFeeBound).toBe(1);
    // What was sent is sent again meanwhile: a pool that forgot it has it again.
    chain.forget();
    chain.leastFee = 10n;
    for (let block = 0; block < 4; block += 1) {
      await submitter.tend();
      chain.mine();
    }
    await submitter.tend();
    expect(chain.opened).toEqual(['1/0']);
    expect([submitter.pending, submitter.atFeeBound]).toEqual([0, 0]);
  });

  it('pays no more to a node that does not take it, says why, and sends the others', async () => {
    const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
    const submitter = await Submitter.restore(journal, chain, rules);
    chain.refusal = 'insufficient funds';
    for (const account of [1, 2]) {
      expect(await submitter.offer(chain.batchOf([account]))).toMatchObject({ sent: true });
    }
    for (let block = 0; block < 30; block += 1) {
      chain.mine();
      await submitter.tend();
    }
    expect([...submitter.refusals]).toEqual([
      [0, 'insufficient funds'],
      [1, 'insufficient funds'],
    ]);
    expect([submitter.atFeeBound, submitter.pending]).toEqual([0, 2]);
    const most = chain.offered.reduce((one, other) => (one > other ? one : other));
    // It asks for 10 to 12, and is offered more only where it asks for more than it was offered.
    expect(most).toBeLessThan(16n);
    chain.refusal = undefined;
    for (let block = 0; block < 8; block += 1) {
      await submitter.tend();
      chain.mine();
    }
    expect(chain.opened).toEqual(['1/0', '2/0']);
    expect(submitter.refusals.size).toBe(0);
  });

  it('hands over what it had signed for less, where the node takes nothing so dear', async () => {
    const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
    const submitter = await Submitter.restore(journal, chain, rules);
    chain.mostFee = 15n;
    chain.leastFee = 100n;
    await submitter.offer(chain.batchOf([1]));
    for (let block = 0; block < 20; block += 1) {
      chain.mine();
      await submitter.tend();
    }
    chain.forget();
    chain.leastFee = 10n;
    await submitter.tend();
    chain.mine();
    expect(chain.opened).toEqual(['1/0']);
  });

  it('sends nothing that the contract refuses, and says why', async () => {
    const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
    const submitter = await Submitter.restore(journal, chain, rules);
    chain.refuses = 'DowntimeGrace';
    await expect(submitter.offer(chain.batchOf([1]))).rejects.toMatchObject({
      errorName: 'DowntimeGrace',
    });
    expect(journal.records).toEqual([]);
  });

  it('stops at its budget, counting what may still be mined', async () => {
    const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
    const submitter = await Submitter.restore(journal, chain, { ...rules, budgetWei: 2_600n });
    expect(await submitter.offer(chain.batchOf([1]))).toMatchObject({ sent: true, number: 0 });
    expect(await submitter.offer(chain.batchOf([2]))).toMatchObject({ sent: true, number: 1 });
    expect(await submitter.offer(chain.batchOf([3]))).toEqual({ sent: false, reason: 'budget' });
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
    const [chain, journal] = [new ScriptedChain(), new MemoryJournal()];
    const submitter = await Submitter.restore(journal, chain, rules);
    await submitter.offer(chain.batchOf([1, 2]));
    const none = { sent: false, reason: 'nothing to open' };
    expect(await submitter.offer(chain.batchOf([2, 3]))).toEqual(none);
    for (let round = 0; round < 5; round += 1) {
      chain.mine();
      await submitter.tend();
    }
    expect(submitter.pending).toBe(0);
    expect(await submitter.offer(chain.batchOf([2, 3]))).toEqual(none);
    expect(await submitter.offer(chain.batchOf([3]))).toMatchObject({ sent: true });
  });
});
