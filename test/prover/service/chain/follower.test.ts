// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChainEvent } from '../../../../prover/chain/events.ts';
import { sha256 } from '../../../../prover/core/hash.ts';
import { ChainView } from '../../../../prover/service/chain/chain-view.ts';
import {
  ChainFollower,
  agreeing,
  type BlockHeader,
  type BlockSource,
  type FollowedBlock,
} from '../../../../prover/service/chain/follower.ts';

const opened = (account: number, block: number): ChainEvent => ({
  name: 'LiquidationOpened',
  values: {
    accountIndex: BigInt(account),
    settlementNonce: 0n,
    beneficiary: `0x${'00'.repeat(20)}`,
    tick: BigInt(block),
    equityE6: 0n,
    requirementE6: 1n,
    reservedE6: 0n,
    clockAtOpen: 0n,
    messageIndex: 0n,
  },
  blockNumber: block,
  logIndex: 0,
  transactionHash: `0x${sha256(`${account}/${block}`)}`,
});

/** A node whose chain the test makes: it may take blocks back, and show fewer than it has. */
class Node implements BlockSource {
  readonly blocks: FollowedBlock[] = [];
  lag = 0;
  questions = 0;

  constructor() {
    this.mine(0, []);
  }

  mine(salt: number, accounts: readonly number[]): void {
    const number = this.blocks.length;
    const parentHash = this.blocks.at(-1)?.hash ?? 'none';
    this.blocks.push({
      number,
      parentHash,
      hash: sha256(`${parentHash} ${salt} ${accounts.join()}`),
      time: BigInt(number),
      events: accounts.map((account) => opened(account, number)),
    });
  }

  /** Takes so many blocks back, but never the first. */
  takeBack(count: number): void {
    this.blocks.length = Math.max(1, this.blocks.length - count);
  }

  get #shown(): readonly FollowedBlock[] {
    return this.blocks.slice(0, Math.max(1, this.blocks.length - this.lag));
  }

  async head(): Promise<BlockHeader> {
    return this.#shown.at(-1)!;
  }

  async block(number: number): Promise<BlockHeader | undefined> {
    this.questions += 1;
    return this.#shown[number];
  }

  async eventsOf(hash: string): Promise<readonly ChainEvent[]> {
    const block = this.#shown.find((candidate) => candidate.hash === hash);
    if (block === undefined) throw new Error('the block is gone');
    return block.events;
  }

  async eventsBetween(from: number, to: number): Promise<readonly ChainEvent[]> {
    return this.#shown.slice(from, to + 1).flatMap(({ events }) => events);
  }
}

function following(node: BlockSource, depth = 64) {
  const follower = new ChainFollower(node, { fromBlock: 0, depth, stride: 3 });
  const view = new ChainView();
  follower.onBlock = view.apply;
  follower.onUndone = view.undo;
  return { follower, view };
}

const accountsOf = (view: ChainView): readonly bigint[] =>
  view
    .liquidations()
    .map(({ accountIndex }) => accountIndex)
    .sort((left, right) => Number(left - right));

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ mine: fc.array(fc.nat(30), { maxLength: 2 }), salt: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ takeBack: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ lag: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.constant('poll' as const) },
);

describe('a follower of a chain', () => {
  it('knows after any reorganisations and lags what the branch says, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const node = new Node();
        const { follower, view } = following(node);
        for (const what of steps) {
          if (what === 'poll') await follower.poll();
          else if ('mine' in what) node.mine(what.salt, what.mine);
          else if ('takeBack' in what) node.takeBack(what.takeBack);
          else node.lag = what.lag;
        }
        // The node settles: one more block tells a shorter branch from a lag.
        node.lag = 0;
        while (node.blocks.length <= (follower.head?.number ?? 0)) node.mine(7, []);
        node.mine(7, []);
        await follower.poll();
        await follower.poll();
        expect(follower.head?.hash).toBe(node.blocks.at(-1)!.hash);
        const expected = new ChainView();
        for (const block of node.blocks) expected.apply(block);
        expect(accountsOf(view)).toEqual(accountsOf(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('knows what the buffer guarantees until it is ended, called on, or undone', () => {
    const view = new ChainView();
    const place = { logIndex: 0, transactionHash: `0x${sha256('guarantee')}` };
    const nonce = { settlementNonce: 0n };
    const taken = (account: number, block: number): ChainEvent => ({
      name: 'GuaranteeTaken',
      values: {
        ...nonce,
        accountIndex: BigInt(account),
        owner: `0x${'00'.repeat(20)}`,
        amountE6: 5n,
        feeE6: 1n,
        dueAt: 300n,
        messageIndex: 0n,
      },
      blockNumber: block,
      ...place,
    });
    const ended: ChainEvent = {
      name: 'GuaranteeEnded',
      values: { ...nonce, accountIndex: 1n, releasedE6: 5n },
      blockNumber: 2,
      ...place,
    };
    const blockOf = (number: number, ...events: ChainEvent[]): FollowedBlock => ({
      number,
      parentHash: `${number - 1}`,
      hash: `${number}`,
      time: BigInt(number),
      events,
    });
    const guaranteed = (): readonly bigint[] =>
      view.guarantees().map(({ accountIndex }) => accountIndex);
    view.apply(blockOf(1, taken(1, 1), taken(2, 1)));
    const second = blockOf(2, ended, opened(2, 2));
    view.apply(second);
    expect(guaranteed()).toEqual([]);
    view.undo(second);
    expect(guaranteed()).toEqual([1n, 2n]);
    expect(view.guarantees()[0]).toEqual({ ...nonce, accountIndex: 1n, amountE6: 5n, dueAt: 300n });
  });

  it('undoes from the last block back, before it does what replaces it', async () => {
    const node = new Node();
    for (let block = 0; block < 5; block += 1) node.mine(1, [block]);
    const { follower } = following(node);
    const log: string[] = [];
    follower.onBlock = ({ number }) => log.push(`+${number}`);
    follower.onUndone = ({ number }) => log.push(`-${number}`);
    await follower.poll();
    log.length = 0;
    node.takeBack(2);
    for (let block = 0; block < 3; block += 1) node.mine(2, []);
    await follower.poll();
    expect(log).toEqual(['-5', '-4', '+4', '+5', '+6']);
  });

  it('takes a node that lags for what it is: nothing is undone', async () => {
    const node = new Node();
    for (let block = 0; block < 5; block += 1) node.mine(1, [block]);
    const { follower, view } = following(node);
    await follower.poll();
    node.lag = 3;
    await follower.poll();
    expect(accountsOf(view)).toHaveLength(5);
    expect(follower.head?.number).toBe(5);
  });

  it('reads history in strides, and only the end of it block by block', async () => {
    const node = new Node();
    for (let block = 0; block < 200; block += 1) node.mine(1, [block]);
    const { follower, view } = following(node, 8);
    await follower.poll();
    expect(accountsOf(view)).toHaveLength(200);
    expect(node.questions).toBeLessThan(90);
  });

  it('refuses to guess where more is undone than it kept', async () => {
    const node = new Node();
    for (let block = 0; block < 20; block += 1) node.mine(1, []);
    const { follower } = following(node, 4);
    await follower.poll();
    node.takeBack(10);
    for (let block = 0; block < 15; block += 1) node.mine(2, []);
    await expect(follower.poll()).rejects.toMatchObject({ code: 'CHAIN_REORG_TOO_DEEP' });
  });
});

describe('two nodes that must agree', () => {
  it('are followed as far as both have come', async () => {
    const [first, second] = [new Node(), new Node()];
    for (let block = 0; block < 5; block += 1)
      for (const node of [first, second]) node.mine(1, [block]);
    second.lag = 2;
    const { follower, view } = following(agreeing(first, second));
    await follower.poll();
    expect(accountsOf(view)).toHaveLength(3);
    second.lag = 0;
    await follower.poll();
    expect(accountsOf(view)).toHaveLength(5);
  });

  it('stop where one of them says another thing', async () => {
    const [first, second] = [new Node(), new Node()];
    for (let block = 0; block < 3; block += 1) for (const node of [first, second]) node.mine(1, []);
    const { follower } = following(agreeing(first, second));
    await follower.poll();
    first.mine(1, [5]);
    second.mine(2, [6]);
    await expect(follower.poll()).rejects.toMatchObject({ code: 'CHAIN_DISAGREES' });
    expect(follower.head?.number).toBe(3);
  });
});
