// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/poseidon.circom";

/**
 * @title HashWords
 * @notice hashWords(TAG, word₀ … word_{COUNT−1}) of docs/spec.md §2: a Poseidon sponge over blocks of
 * 15 words. Tag and length are the first state, so no two kinds and no two lengths share a preimage.
 * @param TAG what is committed to (TAG_…() below)
 * @param COUNT number of words, at least 1
 * @input word[COUNT] field elements, hashed as they are
 * @output hash the commitment
 * Assumes nothing. Guarantees hash is the only value that belongs to these words.
 * Cost: one Poseidon per block of 15: 237 (1 word) to 606 (15 words) constraints.
 */
template HashWords(TAG, COUNT) {
    assert(COUNT >= 1);
    var RATE = 15;
    var BLOCKS = (COUNT + RATE - 1) \ RATE;

    signal input word[COUNT];
    signal output hash;

    component permutation[BLOCKS];
    var state = TAG * 2 ** 32 + COUNT;
    for (var block = 0; block < BLOCKS; block++) {
        var start = block * RATE;
        var size = COUNT - start < RATE ? COUNT - start : RATE;
        permutation[block] = PoseidonHash(size + 1);
        permutation[block].inputs[0] <== state;
        for (var i = 0; i < size; i++) {
            permutation[block].inputs[i + 1] <== word[start + i];
        }
        state = permutation[block].out;
    }
    hash <== state;
}

function TAG_ACCOUNT() { return 1; }
function TAG_PAGE() { return 2; }
function TAG_NODE() { return 3; }
function TAG_LEDGER() { return 4; }
function TAG_SLICES() { return 5; }
function TAG_SNAPSHOT() { return 6; }
function TAG_TENOR() { return 7; }
function TAG_SCENARIOS() { return 8; }
function TAG_PARAMETERS() { return 9; }
