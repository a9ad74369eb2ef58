// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from 'ethers';

import { readEventsIn } from '../../chain/events.ts';
import type { Venue } from '../../chain/venue.ts';
import { chainFault, type BlockHeader, type BlockSource } from './follower.ts';

/** A node over JSON-RPC. Nothing is cached here: what it said a moment ago may be another branch's. */
export function rpcSource(provider: JsonRpcProvider, venue: Venue): BlockSource {
  const header = async (tag: number | 'latest'): Promise<BlockHeader | undefined> => {
    const block = await provider.getBlock(tag);
    if (block === null || block.hash === null) return undefined;
    const { number, hash, parentHash, timestamp } = block;
    return { number, hash, parentHash, time: BigInt(timestamp) };
  };
  return {
    head: async () => {
      const head = await header('latest');
      if (head === undefined) throw chainFault('CHAIN_EMPTY', 'the node has no block');
      return head;
    },
    block: (number) => header(number),
    eventsOf: (blockHash) => readEventsIn(venue, provider, { blockHash }),
    eventsBetween: (fromBlock, toBlock) => readEventsIn(venue, provider, { fromBlock, toBlock }),
  };
}
