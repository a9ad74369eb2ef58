// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, keccak256 } from 'ethers';

import type { Triple } from '../model/types.ts';

/** A ledger as a transition proof is bound to it. */
export interface LedgerState {
  readonly root: bigint;
  readonly accountCount: bigint;
  /** Messages of the lane consumed so far, and the lane's hash at that count. */
  readonly engineCount: bigint;
  readonly userCount: bigint;
  readonly engineHash: string;
  readonly userHash: string;
  /** Every position whose expiry is at or before this time has been settled into quote. */
  readonly bookedThrough: bigint;
  /** What consumed user messages have left to no account since the first ledger (docs/integration.md). */
  readonly releasedE6: bigint;
  /** The same of BTC, ETH and stETH. */
  readonly releasedE8: Triple<bigint>;
}

/** What a transition proof is about; all but what `NextLedger` states is the registry's. */
export interface Transition {
  readonly chainId: bigint;
  readonly venue: string;
  readonly maxPositions: bigint;
  readonly previous: LedgerState;
  readonly next: LedgerState;
  readonly outcomesRoot: string;
  readonly dataHash: string;
}

const STATE =
  'tuple(uint256 root, uint32 accountCount, uint64 engineCount, uint64 userCount, ' +
  'bytes32 engineHash, bytes32 userHash, uint64 bookedThrough, uint96 releasedE6, uint80[3] releasedE8)';

/** `Transition` of contracts/interfaces/IStateTransitionVerifier.sol, with which a test compares it. */
export const TRANSITION_TYPE =
  `tuple(uint256 chainId, address venue, uint8 maxPositions, ${STATE} previous, ${STATE} next, ` +
  'bytes32 outcomesRoot, bytes32 dataHash)';

/** keccak256(abi.encode(transition)): a proof of this transition is a proof of no other. */
export function transitionDigest(transition: Transition): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode([TRANSITION_TYPE], [transition]));
}
