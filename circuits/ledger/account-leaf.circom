// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/hash-words.circom";
include "ledger/page.circom";

/**
 * @title AccountLeaf
 * @notice Leaf of an account whose positions fit MAX_POSITIONS slots (docs/spec.md §2.2); the slots
 * beyond are proven empty.
 * @param MAX_POSITIONS 1 … 64
 * @input owner address, 160 bits
 * @input nonce settlement nonce, 32 bits
 * @input frozen, riskReducingOnly state bits
 * @input quoteE6 quote balance, signed 64 bits
 * @input balanceE8[3] BTC, ETH, stETH, 56 bits each
 * @input slot[MAX_POSITIONS] packed slots, occupied ones first (SlotOrder)
 * @input pageOccupied[pages of 16] whether the first slot of the page is occupied
 * @output leaf the commitment
 * Assumes canonical slots in their order, and their flags. Guarantees the inputs are the only ones
 * with this leaf: every limb of every packed word is range-checked here or by its tag.
 * Cost: 783 constraints + 415 per page of 16.
 */
template AccountLeaf(MAX_POSITIONS) {
    assert(MAX_POSITIONS >= 1 && MAX_POSITIONS <= 64);
    var PAGES = 4;
    var USED_PAGES = (MAX_POSITIONS + 15) \ 16;
    var EMPTY_SLOT = 2 ** 26 * 2 ** 79;

    signal input owner;
    signal input nonce;
    signal input frozen;
    signal input riskReducingOnly;
    signal input quoteE6;
    signal input balanceE8[3];
    signal input {maxbit} slot[MAX_POSITIONS];
    signal input {binary} pageOccupied[USED_PAGES];
    signal output leaf;

    // 1. Widths: an understated debt would need a limb outside its width.
    component ownerRange = Range(160);
    ownerRange.in <== owner;
    _ <== ownerRange.out;
    component nonceRange = Range(32);
    nonceRange.in <== nonce;
    _ <== nonceRange.out;
    frozen * (frozen - 1) === 0;
    riskReducingOnly * (riskReducingOnly - 1) === 0;
    component quoteRange = Range(64);
    quoteRange.in <== quoteE6 + 2 ** 63;
    _ <== quoteRange.out;
    component balanceRange[3];
    for (var c = 0; c < 3; c++) {
        balanceRange[c] = Range(56);
        balanceRange[c].in <== balanceE8[c];
        _ <== balanceRange[c].out;
    }

    // 2. Pages: empty exactly when the first slot is, because occupied slots come first.
    component page[PAGES];
    signal {maxbit} emptySlot;
    emptySlot.maxbit = 106;
    emptySlot <== EMPTY_SLOT;
    component commitment = HashWords(TAG_ACCOUNT(), 6);
    for (var p = 0; p < PAGES; p++) {
        if (p < USED_PAGES) {
            page[p] = Page();
            for (var i = 0; i < 16; i++) {
                if (16 * p + i < MAX_POSITIONS) {
                    page[p].slot[i] <== slot[16 * p + i];
                } else {
                    page[p].slot[i] <== emptySlot;
                }
            }
            page[p].occupied <== pageOccupied[p];
            commitment.word[2 + p] <== page[p].page;
        } else {
            commitment.word[2 + p] <== 0;
        }
    }

    // 3. Leaf.
    commitment.word[0] <== owner + nonce * 2 ** 160 + frozen * 2 ** 192
        + riskReducingOnly * 2 ** 193;
    commitment.word[1] <== quoteE6 + 2 ** 63 + balanceE8[0] * 2 ** 64 + balanceE8[1] * 2 ** 120
        + balanceE8[2] * 2 ** 176;
    leaf <== commitment.hash;
}
