// SPDX-License-Identifier: GPL-3.0-or-later
import type { Provider } from 'ethers';
import { z } from 'zod';

import { lastLog } from '../chain/logs.ts';
import { PlimsollError } from '../core/errors.ts';
import { feedContract } from './feed-state.ts';

/** The signers of the installed quorum, in ascending order, suspended ones among them. */
export async function quorumSigners(
  provider: Provider,
  marketFeed: string,
  fromBlock: number,
): Promise<readonly string[]> {
  const feed = feedContract(marketFeed, provider);
  const topic = feed.interface.getEvent('QuorumInstalled')?.topicHash ?? '';
  const last = await lastLog(provider, { address: marketFeed, topics: [topic] }, fromBlock);
  if (last === undefined) {
    throw new PlimsollError(
      'NO_QUORUM',
      '--from-block: the installation of the quorum lies before it, and says who its signers are',
    );
  }
  const values: unknown = feed.interface.parseLog(last)?.args.toObject(true);
  return z.object({ signers: z.array(z.string()) }).parse(values).signers;
}
