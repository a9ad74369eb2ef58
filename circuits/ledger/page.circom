// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";

/**
 * @title Page
 * @notice Commitment to 16 slots: hashWords(PAGE, 8 words of two slots), or the number 0 when no slot
 * is occupied, so that an unused page is proven empty without a hash.
 * @input slot[16] packed slots, 106 bits each
 * @input occupied 1 when the page holds a position
 * @output page what stands in the account leaf
 * Assumes every slot is below 2^106, as its tag says (a wider one would carry into its neighbour), and that occupied
 * is the flag of the first slot, occupied slots coming first. Guarantees page is the only encoding of
 * these slots.
 * Cost: 415 constraints.
 */
template Page() {
    signal input {maxbit} slot[16];
    signal input {binary} occupied;
    assert(slot.maxbit <= 106);
    signal output page;

    component commitment = HashWords(TAG_PAGE(), 8);
    for (var j = 0; j < 8; j++) {
        commitment.word[j] <== slot[2 * j] + slot[2 * j + 1] * (1 << 106);
    }
    page <== occupied * commitment.hash;
}
