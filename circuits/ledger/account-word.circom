// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title AccountWord
 * @notice Which account a statement is about, whose, and in which state (docs/spec.md §6), as the one
 * public word of every statement that names it.
 * @input leafIndex 24 bits
 * @input nonce settlement nonce, 32 bits
 * @input owner address, 160 bits
 * @input frozen, riskReducingOnly state bits
 * @output account leafIndex | nonce | owner | frozen (bit 216) | riskReducingOnly (bit 217)
 * Assumes every limb within its width: LedgerPath proves that of the index, AccountLeaf of the others.
 * Guarantees, with that, that the word has one reading. Cost: none, it is linear.
 */
template AccountWord() {
    signal input leafIndex;
    signal input nonce;
    signal input owner;
    signal input frozen;
    signal input riskReducingOnly;
    signal output account;

    account <== leafIndex + nonce * 2 ** 24 + owner * 2 ** 56 + frozen * 2 ** 216
        + riskReducingOnly * 2 ** 217;
}
