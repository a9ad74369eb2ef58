// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash, hexlify, type ContractTransactionReceipt } from 'ethers';

import type { Triple } from '../model/types.ts';
import { send } from './refusal.ts';
import type { ContractProof } from './submit.ts';
import type { Venue } from './venue.ts';

/** What a sequencer says of the next ledger; the transition proof is about it. */
export interface NextLedger {
  readonly root: bigint;
  readonly accountCount: bigint;
  /** Messages of the lane consumed so far. */
  readonly engineCount: bigint;
  readonly userCount: bigint;
  readonly bookedThrough: bigint;
  /** Over the user messages it consumed; zero if none. */
  readonly outcomesRoot: string;
  /** Of all user messages consumed so far. */
  readonly releasedE6: bigint;
  /** The same of BTC, ETH and stETH. */
  readonly releasedE8: Triple<bigint>;
}

/** A ledger that consumed nothing and booked nothing. */
export function firstLedger(root: bigint, accountCount: bigint): NextLedger {
  return {
    root,
    accountCount,
    engineCount: 0n,
    userCount: 0n,
    bookedThrough: 0n,
    outcomesRoot: ZeroHash,
    releasedE6: 0n,
    releasedE8: [0n, 0n, 0n],
  };
}

/** Posts the next ledger with its published data; `transitionProof` is in the rollup's encoding. */
export async function submitRoot(
  venue: Venue,
  next: NextLedger,
  data: Uint8Array,
  transitionProof = '0x',
): Promise<ContractTransactionReceipt> {
  return send(venue.ledgerRegistry, 'submitRoot', [next, hexlify(data), transitionProof]);
}

/** A message to the rollup, as the inbox hashes it. */
export interface MessageWords {
  readonly w0: bigint;
  readonly w1: bigint;
}

/** A `takeover` proof that a message was applied, and whom its context pays. */
export interface Application {
  /** The hash of the engine lane before the message, which is its head. */
  readonly hashBefore: string;
  readonly proof: ContractProof;
  readonly publicSignals: readonly bigint[];
  readonly beneficiary: string;
}

/** The arguments of `applyMessage`: previous root and context, which the registry knows, are not among them. */
export function applicationArgs({
  hashBefore,
  proof,
  publicSignals,
  beneficiary,
}: Application): readonly unknown[] {
  const [, nextRoot, consumed, messageAddress] = publicSignals;
  return [hashBefore, proof, nextRoot, consumed, messageAddress, beneficiary];
}

/** Applies the head of the engine lane where the sequencer does not. */
export async function applyMessage(
  venue: Venue,
  application: Application,
): Promise<ContractTransactionReceipt> {
  return send(venue.ledgerRegistry, 'applyMessage', applicationArgs(application));
}
