// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract } from 'ethers';
import { z } from 'zod';

import { unpackMessage, type InboxMessage, type Lane } from '../commitments/inbox-message.ts';
import { PlimsollError } from '../core/errors.ts';
import { parseValue } from '../core/schema.ts';
import { LANE_NUMBERS } from './inbox-lane.ts';
import { readLogs } from './logs.ts';

const words = z.object({ lane: z.bigint(), index: z.bigint(), w0: z.bigint(), w1: z.bigint() });

/**
 * Every message of a lane from a count on, as the inbox's events have them.
 *
 * @param fromBlock a height before the first of them; 0 asks for the whole chain
 */
export async function readMessages(
  registry: Contract,
  lane: Lane,
  from: bigint,
  fromBlock: number,
): Promise<readonly InboxMessage[]> {
  const provider = registry.runner?.provider;
  if (!provider) throw new PlimsollError('NO_CHAIN', 'the registry is not connected to a node');
  const topic = registry.interface.getEvent('MessageAppended')?.topicHash ?? '';
  const filter = { address: String(registry.target), topics: [topic] };
  const logs = await readLogs(provider, filter, fromBlock);
  return logs
    .map((log) => {
      const parsed = registry.interface.parseLog(log);
      const values = parseValue(words, parsed?.args.toObject(), 'MessageAppended');
      return { ...values, message: unpackMessage(values.w0, values.w1) };
    })
    .filter((entry) => entry.lane === LANE_NUMBERS[lane] && entry.index >= from)
    .sort((left, right) => Number(left.index - right.index))
    .map(({ message }) => message);
}
