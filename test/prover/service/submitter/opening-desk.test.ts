// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';
import { describe, expect, it } from 'vitest';

import type { Profile } from '../../../../prover/chain/config.ts';
import {
  formatProof,
  parseProof,
  toSolidity,
} from '../../../../prover/proving/formats/proof-file.ts';
import { OpeningDesk } from '../../../../prover/service/submitter/opening-desk.ts';
import { openingsCalldata } from '../../../../prover/service/submitter/rpc-submission-chain.ts';
import { SendRefused, Submitter } from '../../../../prover/service/submitter/submitter.ts';
import { namedSignals } from '../../../../prover/statements/public-signals.ts';
import type { StatementSignals } from '../../../../prover/statements/generated/public-signals.ts';
import { MemoryJournal, ScriptedChain } from '../../../support/scripted-chain.ts';

const rules = { budgetWei: 10n ** 9n, confirmations: 1, patience: 2 };

/** A proof of nothing, told apart by its account: neither desk nor submitter checks one. */
function proofOf(account: number) {
  const zeros = namedSignals('liquidation').map(({ name }) => [name, 0n]);
  const digest = '0'.repeat(64);
  const file = formatProof({
    statement: 'liquidation',
    profile: '7',
    artifact: {
      r1cs: digest,
      verificationKey: digest,
      key: 'insecure-development',
    },
    publicSignals: Object.fromEntries(zeros) as unknown as StatementSignals['liquidation'],
    proof: {
      a: [BigInt(account), 0n],
      b: [
        [0n, 0n],
        [0n, 0n],
      ],
      c: [0n, 0n],
    },
    versions: {},
  });
  return { account, nonce: 0n, tick: '7', ledgerRoot: '1', file };
}

async function deskOn(chain: ScriptedChain) {
  const submitter = await Submitter.restore(new MemoryJournal(), chain, rules);
  const logged: (readonly [string, object])[] = [];
  const desk = new OpeningDesk(
    submitter,
    chain,
    { beneficiary: ZeroAddress, batch: 2 },
    {
      tickOf: () => 7n,
      isUnderLiquidation: (account, nonce) => chain.opened.includes(`${account}/${nonce}`),
      log: (what, about) => logged.push([what, about]),
    },
  );
  const add = (account: number): void => {
    const proof = proofOf(account);
    const parsed = parseProof(proof.file);
    const { profile } = parsed;
    const call = openingsCalldata({
      tick: 7n,
      profile: profile as Profile,
      members: [toSolidity(parsed)],
      beneficiary: ZeroAddress,
    });
    chain.contents.set(call, [{ account, nonce: 0n }]);
    desk.add(proof);
  };
  return { desk, logged, add };
}

describe('an opening desk', () => {
  it('sends the others while the node does not take one, under a number that is too high', async () => {
    const chain = new ScriptedChain();
    chain.queues = false;
    const { desk, logged, add } = await deskOn(chain);
    for (const account of [1, 2]) {
      add(account);
      await desk.work();
      chain.mine();
    }
    await desk.work();
    expect(desk.submitter.pending).toBe(1);
    // The first is settled and taken back, the second waits above the number that it had.
    chain.takeBack(2);
    chain.forget();
    add(3);
    await desk.work();
    expect(desk.refusals).toEqual({
      'transaction 1': 'Nonce too high. Expected 0 but got 1',
    });
    expect(logged).toContainEqual([
      'what is sent is not taken, or not mined',
      { refusals: desk.refusals, atFeeBound: 0 },
    ]);
    expect(logged).toContainEqual(['sent', { tick: '7', accounts: [3], number: 0 }]);
    for (let block = 0; block < 3; block += 1) {
      await desk.work();
      chain.mine();
    }
    await desk.work();
    expect(chain.opened).toEqual(['3/0', '2/0']);
    expect(desk.submitter.pending).toBe(0);
    expect(desk.refusals).toEqual({});
    expect(logged.at(-1)?.[0]).toBe('everything that is sent is taken');
  });

  it('keeps a proof that the node does not even try, says why, and sends it later', async () => {
    const chain = new ScriptedChain();
    const { desk, logged, add } = await deskOn(chain);
    add(1);
    const simulate = chain.simulate.bind(chain);
    chain.simulate = async () => {
      throw new SendRefused('insufficient funds');
    };
    for (let look = 0; look < 3; look += 1) await desk.work();
    expect(desk.refusals).toEqual({ next: 'insufficient funds' });
    expect(logged).toHaveLength(1);
    expect(desk.waiting).toBe(1);
    chain.simulate = simulate;
    await desk.work();
    expect(desk.refusals).toEqual({});
    expect(chain.offered).toHaveLength(1);
  });

  describe('while the connection breaks at every sending of one transaction', () => {
    const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

    async function broken() {
      const chain = new ScriptedChain();
      const made = await deskOn(chain);
      // What a node asks for more it is paid: this one always asks the same.
      chain.fees = async () => ({ maxFeeWei: 10n, tipWei: 1n });
      const broadcast = chain.broadcast.bind(chain);
      chain.broadcast = async (raw) => {
        if ((JSON.parse(raw) as [string, number])[1] === 0) throw reset();
        return broadcast(raw);
      };
      made.add(1);
      await made.desk.work();
      return { chain, broadcast, ...made };
    }

    it('hands the others to the node, says which is not there, and opens all once it is', async () => {
      const { chain, broadcast, desk, logged, add } = await broken();
      add(2);
      chain.mine();
      await desk.work();
      expect(chain.offered).toHaveLength(1);
      expect(desk.refusals).toEqual({ 'transaction 0': 'read ECONNRESET' });
      expect(logged).toContainEqual(['sent', { tick: '7', accounts: [2], number: 1 }]);
      chain.broadcast = broadcast;
      for (let block = 0; block < 4; block += 1) {
        await desk.work();
        chain.mine();
      }
      expect(chain.opened).toEqual(['1/0', '2/0']);
      expect(desk.refusals).toEqual({});
    });

    it('pays no more for what never reached it', async () => {
      const { chain, desk } = await broken();
      for (let block = 0; block < 8; block += 1) {
        chain.mine();
        await desk.work();
      }
      expect(desk.submitter.raised).toBe(0);
    });
  });

  it('sends the others while the node fails at trying one, tells of it, and sends nothing to a node that is gone', async () => {
    const chain = new ScriptedChain();
    const { desk, logged, add } = await deskOn(chain);
    for (const account of [1, 2, 3, 4]) add(account);
    const failure = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const simulate = chain.simulate.bind(chain);
    let tried = 0;
    chain.simulate = async () => {
      tried += 1;
      if (tried === 1) throw failure;
      return simulate();
    };
    await expect(desk.work()).rejects.toBe(failure);
    expect(logged).toEqual([['sent', { tick: '7', accounts: [3, 4], number: 0 }]]);
    chain.simulate = async () => {
      tried += 1;
      throw failure;
    };
    const before = tried;
    for (const account of [5, 6]) add(account);
    const head = chain.head.bind(chain);
    chain.head = async () => (tried > before ? Promise.reject(failure) : head());
    await expect(desk.work()).rejects.toBe(failure);
    expect(tried).toBe(before + 1);
  });
});
