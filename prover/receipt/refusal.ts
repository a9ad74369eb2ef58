// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';

/** Why a well-formed receipt or proof file is not believed; one code per reason, listed in docs/receipts.md. */
export type RefusalCode =
  | 'KEY_UNKNOWN'
  | 'PROOF_INVALID'
  | 'CONTEXT_MISMATCH'
  | 'CHALLENGE_MISMATCH'
  | 'SIGNATURE_INVALID'
  | 'SIGNER_NOT_OWNER'
  | 'VENUE_MISMATCH'
  | 'CHAIN_MISMATCH'
  | 'FEED_MISSING'
  | 'REGISTRY_MISMATCH'
  | 'TICK_UNKNOWN'
  | 'TICK_MISMATCH'
  | 'ACCOUNT_MISMATCH'
  | 'LEDGER_MISMATCH'
  | 'STATEMENT_MISMATCH'
  | 'VERIFIER_MISMATCH'
  | 'DEVELOPMENT_KEY';

export class ReceiptRefused extends PlimsollError {
  constructor(code: RefusalCode, message: string) {
    super(code, message);
  }
}

/** Throws `ReceiptRefused` unless the fact holds. */
export function requireFact(holds: boolean, code: RefusalCode, message: string): void {
  if (!holds) throw new ReceiptRefused(code, message);
}
