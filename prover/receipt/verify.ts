// SPDX-License-Identifier: GPL-3.0-or-later
import { signerOf } from './authorization.ts';
import { checkOnChain, requireKeyFor, type TickOnChain } from './chain-check.ts';
import { NO_CHALLENGE, receiptContext } from './challenge.ts';
import type { PrivateReceipt, Receipt } from './document.ts';
import { verifyGroth16 } from './groth16.ts';
import type { JsonRpc } from './json-rpc.ts';
import { publicSignalsOf } from './public-signals.ts';
import { requireFact } from './refusal.ts';
import { trustedKeyOf, type TrustedKey } from './verifying-keys.ts';

/** What whoever checks knows from elsewhere than the receipt. */
export interface Expectations {
  readonly keys: readonly TrustedKey[];
  /** The 32 bytes the receipt must answer; without it a copy made for another passes. */
  readonly challenge?: string | undefined;
  /** The feed of the venue that is meant; without it any contract may play the feed. */
  readonly marketFeed?: string | undefined;
  /** A node of the chain; without it the roots may be those of no ledger at all. */
  readonly rpc?: JsonRpc | undefined;
}

export interface CheckedReceipt {
  readonly receipt: Receipt;
  /** Present when the chain was asked. */
  readonly tick?: TickOnChain;
  readonly challengeChecked: boolean;
  readonly venueChecked: boolean;
}

/**
 * Whether the receipt is of the venue that is meant. Otherwise no more is known than that the proof
 * holds: of a ledger that no chain has seen, or of a feed that anybody may have deployed.
 */
export function isValid({ tick, venueChecked }: CheckedReceipt): boolean {
  return tick !== undefined && venueChecked;
}

function checkUse({ place, challenge, signals }: Receipt, expected: Expectations): void {
  requireFact(
    signals.context === receiptContext(place.chainId, place.marketFeed, challenge),
    'CONTEXT_MISMATCH',
    'the proof was made for another chain, market feed or challenge than the receipt says',
  );
  requireFact(
    expected.challenge === undefined || expected.challenge === challenge,
    'CHALLENGE_MISMATCH',
    challenge === NO_CHALLENGE
      ? 'the receipt answers no challenge: it may have been made at any time, for anybody'
      : 'the receipt answers another challenge than yours: it was made for somebody else, or before',
  );
}

function checkOwner(receipt: PrivateReceipt): void {
  const { authorization, signals } = receipt;
  requireFact(
    signerOf(receipt) === authorization.signer,
    'SIGNATURE_INVALID',
    `the signature is not one by ${authorization.signer} over this receipt`,
  );
  requireFact(
    authorization.signer === signals.owner,
    'SIGNER_NOT_OWNER',
    `the receipt is signed by ${authorization.signer}, but the account is owned by ${signals.owner}`,
  );
}

/**
 * Judges a receipt by what is expected of it. Throws `ReceiptRefused` with the first reason found;
 * what it returns says also what could not be checked. Runs in a browser as it does in Node.
 */
export async function verifyReceipt(
  receipt: Receipt,
  expected: Expectations,
): Promise<CheckedReceipt> {
  const { key } = trustedKeyOf(receipt, expected.keys);
  requireFact(
    verifyGroth16(key, publicSignalsOf(receipt), receipt.proof),
    'PROOF_INVALID',
    'the proof does not hold for what the receipt says: it was altered, or never was one',
  );
  checkUse(receipt, expected);
  if (receipt.kind === 'private') checkOwner(receipt);
  requireKeyFor(receipt.place.chainId, receipt.key.setup);
  requireFact(
    expected.marketFeed === undefined || expected.marketFeed === receipt.place.marketFeed,
    'VENUE_MISMATCH',
    `the receipt is of the market feed ${receipt.place.marketFeed}, not of yours`,
  );
  const tick = expected.rpc && (await checkOnChain(receipt, expected.rpc));
  return {
    receipt,
    ...(tick && { tick }),
    challengeChecked: expected.challenge !== undefined,
    venueChecked: expected.marketFeed !== undefined,
  };
}
