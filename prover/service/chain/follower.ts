// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import type { ChainEvent } from '../../chain/events.ts';

export interface BlockHeader {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Unix seconds, by the chain's own clock. */
  readonly time: bigint;
}

/** What a follower asks a node. A node may lag, restart, or be on another branch by the next question. */
export interface BlockSource {
  head(): Promise<BlockHeader>;
  /** The block at that height on the node's branch, if it has one. */
  block(number: number): Promise<BlockHeader | undefined>;
  /** The venue's events in exactly that block; rejects where the node has it no longer. */
  eventsOf(hash: string): Promise<readonly ChainEvent[]>;
  /** The venue's events from one height to another, for history that no reorganisation reaches. */
  eventsBetween(from: number, to: number): Promise<readonly ChainEvent[]>;
}

/** What happens to whoever listens: blocks come, and go again from the last one back. */
export interface FollowedBlock extends BlockHeader {
  readonly events: readonly ChainEvent[];
}

export interface FollowerOptions {
  /** Nothing of the venue is before it. */
  readonly fromBlock: number;
  /** How many blocks a reorganisation may undo; one deeper is a fault. */
  readonly depth: number;
  /** How many blocks of history are read with one question. */
  readonly stride?: number;
}

const STRIDE = 2000;

/** A node that says another thing than the one beside it, or than itself before. */
export const chainFault = (code: string, message: string): PlimsollError =>
  new PlimsollError(code, message);

/**
 * Follows one branch by its hashes. What a reorganisation takes back is undone before what replaces it
 * is done; a node that merely lags changes nothing.
 */
export class ChainFollower {
  readonly #source: BlockSource;
  readonly #options: FollowerOptions;
  /** The newest blocks, which may still be undone, on the one that may not. */
  readonly #blocks: FollowedBlock[] = [];
  /** What listens; neither may fail. */
  onBlock: (block: FollowedBlock) => void = () => undefined;
  onUndone: (block: FollowedBlock) => void = () => undefined;

  constructor(source: BlockSource, options: FollowerOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** The newest block that is followed. */
  get head(): FollowedBlock | undefined {
    return this.#blocks.at(-1);
  }

  /** Brings the branch to the node's head, as far as the node stands still meanwhile. */
  async poll(): Promise<void> {
    const target = await this.#source.head();
    if (this.head?.hash === target.hash) return;
    if (this.#blocks.length === 0) await this.#readHistory(target);
    else await this.#undoBranch();
    await this.#advance(target);
  }

  /** The blocks that no reorganisation reaches, in strides; the last of them is the branch's foot. */
  async #readHistory(target: BlockHeader): Promise<void> {
    const { fromBlock, depth, stride = STRIDE } = this.#options;
    const last = target.number - depth;
    let from = fromBlock;
    let foot: FollowedBlock | undefined;
    const strides: FollowedBlock[] = [];
    while (from <= last) {
      const to = Math.min(last, from + stride - 1);
      const header = await this.#source.block(to);
      if (header === undefined) return;
      const events = await this.#source.eventsBetween(from, to);
      foot = { ...header, events };
      strides.push(foot);
      from = to + 1;
    }
    // All of it or none: the next poll begins anew.
    for (const block of strides) this.onBlock(block);
    if (foot !== undefined) this.#blocks.push(foot);
  }

  /**
   * Undoes what the node's branch does not have. A node that lags has nothing at our heights, which
   * says nothing; one with another block there has left our branch.
   */
  async #undoBranch(): Promise<void> {
    let kept = this.#blocks.length;
    let isOther = false;
    while (kept > 0) {
      const block = this.#blocks[kept - 1]!;
      const there = await this.#source.block(block.number);
      if (there?.hash === block.hash) break;
      if (there !== undefined) isOther = true;
      kept -= 1;
    }
    if (!isOther) return;
    if (kept === 0) {
      throw chainFault(
        'CHAIN_REORG_TOO_DEEP',
        `the chain was reorganised below block ${this.#blocks[0]!.number}: follow it anew`,
      );
    }
    while (this.#blocks.length > kept) this.onUndone(this.#blocks.pop()!);
  }

  async #advance(target: BlockHeader): Promise<void> {
    for (;;) {
      const before = this.head;
      const number = before === undefined ? this.#options.fromBlock : before.number + 1;
      if (number > target.number) return;
      const next = await this.#source.block(number);
      // The branch has changed under the reading: the next poll undoes what is gone.
      if (next === undefined || (before !== undefined && next.parentHash !== before.hash)) return;
      const block = { ...next, events: await this.#source.eventsOf(next.hash) };
      this.#blocks.push(block);
      if (this.#blocks.length > this.#options.depth + 1) this.#blocks.shift();
      this.onBlock(block);
    }
  }
}

/**
 * Two nodes as one: a block counts once both have it. Where they have different ones at a height that
 * both claim, nothing moves and the fault names the height.
 */
export function agreeing(first: BlockSource, second: BlockSource): BlockSource {
  const both = async (number: number): Promise<BlockHeader | undefined> => {
    const [mine, other] = await Promise.all([first.block(number), second.block(number)]);
    if (mine === undefined || other === undefined) return undefined;
    if (mine.hash === other.hash) return mine;
    throw chainFault(
      'CHAIN_DISAGREES',
      `block ${number} is ${mine.hash} to one node and ${other.hash} to the other`,
    );
  };
  return {
    head: async () => {
      const [mine, other] = await Promise.all([first.head(), second.head()]);
      const lower = mine.number <= other.number ? mine : other;
      return (await both(lower.number)) ?? lower;
    },
    block: both,
    eventsOf: async (hash) => {
      const [mine, other] = await Promise.all([first.eventsOf(hash), second.eventsOf(hash)]);
      const places = (events: readonly ChainEvent[]): string =>
        events
          .map(({ name, logIndex, transactionHash }) => [name, logIndex, transactionHash])
          .join();
      if (places(mine) === places(other)) return mine;
      throw chainFault('CHAIN_DISAGREES', `the nodes have different events in block ${hash}`);
    },
    eventsBetween: (from, to) => first.eventsBetween(from, to),
  };
}
