// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract, ContractTransactionReceipt } from 'ethers';

import type { Lane } from '../commitments/inbox-message.ts';
import { LANE_NUMBERS } from './inbox-lane.ts';
import type { MessageWords } from './ledger-update.ts';
import { send } from './refusal.ts';

/** Messages of a lane in a row, up to a count whose hash the inbox keeps. */
export interface MessageRun {
  /** Index of the first of them. */
  readonly first: bigint;
  /** The hash of the lane before it. */
  readonly hashBefore: string;
  readonly messages: readonly MessageWords[];
}

/** Has the inbox keep the hash before a run, and those after so many less one of its messages. */
export function keepHashes(
  registry: Contract,
  lane: Lane,
  { first, hashBefore, messages }: MessageRun,
  kept = 1n,
): Promise<ContractTransactionReceipt> {
  const args = [LANE_NUMBERS[lane], first, hashBefore, messages, kept];
  return send(registry, 'keepHashes', args);
}
