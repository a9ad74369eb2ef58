// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from 'ethers';

import type { InboxMessage, Lane } from '../commitments/inbox-message.ts';
import { packMessage } from '../commitments/inbox-message.ts';

/** As the inbox numbers them. */
export const LANE_NUMBERS: Readonly<Record<Lane, bigint>> = { engine: 0n, user: 1n };

const encode = (types: readonly string[], values: readonly unknown[]): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(types, values));

/** The hash of an empty lane: no two inboxes and no two chains share one. */
export function laneSeed(chainId: bigint, inbox: string, lane: Lane): string {
  return encode(
    ['string', 'uint256', 'address', 'uint256'],
    ['plimsoll.inbox', chainId, inbox, LANE_NUMBERS[lane]],
  );
}

/** The hash of a lane after one more message, as its two words. */
export function chainedWords(hash: string, w0: bigint, w1: bigint): string {
  return encode(['bytes32', 'uint256', 'uint256'], [hash, w0, w1]);
}

/** The hash of a lane after one more message. */
export function chainedHash(hash: string, message: InboxMessage): string {
  return chainedWords(hash, ...packMessage(message));
}

export function laneHash(before: string, messages: readonly InboxMessage[]): string {
  return messages.reduce(chainedHash, before);
}
