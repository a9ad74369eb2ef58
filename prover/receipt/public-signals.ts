// SPDX-License-Identifier: GPL-3.0-or-later
import { encodePublicSignals } from '../statements/public-signals.ts';
import type { Receipt } from './document.ts';

/** The change word of the account as it stands (docs/spec.md §6): the empty slot, nothing removed. */
export const UNCHANGED = 2n ** 105n;

/**
 * The public signals in the verifier's order. Computed from what the receipt says, never read from
 * it: packed words in the file could say something else than the fields beside them.
 */
export function publicSignalsOf(receipt: Receipt): readonly bigint[] {
  const owner = BigInt(receipt.signals.owner);
  return receipt.kind === 'exact'
    ? encodePublicSignals('account-margin', { ...receipt.signals, owner, change: UNCHANGED })
    : encodePublicSignals('solvency-receipt', { ...receipt.signals, owner });
}
