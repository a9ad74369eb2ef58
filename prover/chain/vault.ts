// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt } from 'ethers';

import type { MessageWords } from './ledger-update.ts';
import { send } from './refusal.ts';
import { healthProof, type CitedProof } from './submit.ts';
import type { Venue } from './venue.ts';

/** A user message that was consumed, with what came of it: `Outcome` of IVault.sol. */
export interface ConsumedMessage {
  readonly index: bigint;
  readonly message: MessageWords;
  readonly amountE6: bigint;
  /** The ledger that consumed it. */
  readonly sequence: bigint;
  readonly path: readonly string[];
}

const outcome = (consumed: ConsumedMessage) => ({ ...consumed, path: [...consumed.path] });

/** Deposits for an account; the vault must be allowed to take the amount. */
export function depositQuote(
  venue: Venue,
  accountIndex: bigint,
  settlementNonce: bigint,
  amountE6: bigint,
): Promise<ContractTransactionReceipt> {
  return send(venue.vault, 'deposit', [accountIndex, settlementNonce, amountE6]);
}

/** Makes what a deposit did not credit claimable by its depositor. */
export function refundDeposit(
  venue: Venue,
  consumed: ConsumedMessage,
): Promise<ContractTransactionReceipt> {
  return send(venue.vault, 'refundDeposit', [outcome(consumed)]);
}

/** Asks for up to `amountE6` of the caller's account. */
export function requestWithdrawal(
  venue: Venue,
  accountIndex: bigint,
  settlementNonce: bigint,
  amountE6: bigint,
): Promise<ContractTransactionReceipt> {
  return send(venue.vault, 'requestWithdrawal', [accountIndex, settlementNonce, amountE6]);
}

/** Makes what was taken off claimable, on a proof of health whose context names the owner. */
export function claimWithdrawal(
  venue: Venue,
  consumed: ConsumedMessage,
  cited: CitedProof,
): Promise<ContractTransactionReceipt> {
  return send(venue.vault, 'claimWithdrawal', [outcome(consumed), healthProof(cited)]);
}

/** Ends a withdrawal that needs no proof. */
export function settleWithdrawal(
  venue: Venue,
  consumed: ConsumedMessage,
): Promise<ContractTransactionReceipt> {
  return send(venue.vault, 'settleWithdrawal', [outcome(consumed)]);
}
