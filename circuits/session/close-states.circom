// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "session/tags.circom";

/**
 * @title CloseStates
 * @notice The two last states of a session that closes (docs/spec.md §10.7): the same identity, keys and pole
 * sums on both sides, the committed batches, rows and nets, and nothing left over of any instrument.
 * @input root[3] rows, batches, nets; quoteE6, balanceE8[3], count[4] heavy and uncovered accounts, notional of
 * these, deficit; shortfallQ8[32], pairShortfallQ8[7]; identity, keys, pole[6]; next[3] account, weight, row
 * @output batchesState, arraysState hashWords(BATCH_STATE, …), hashWords(ARRAYS_STATE, …)
 * Assumes nothing. Guarantees the two hashes: of sides that differ no one witness has both. Cost: 2,895 constraints.
 */
template CloseStates() {
    signal input root[3];
    signal input quoteE6;
    signal input balanceE8[3];
    signal input count[4];
    signal input shortfallQ8[32];
    signal input pairShortfallQ8[7];
    signal input identity;
    signal input keys;
    signal input pole[6];
    signal input next[3];
    signal output batchesState;
    signal output arraysState;

    component batches = HashWords(TAG_BATCH_STATE(), 59);
    component arrays = HashWords(TAG_ARRAYS_STATE(), 11);
    batches.word[0] <== quoteE6;
    for (var c = 0; c < 3; c++) {
        batches.word[1 + c] <== balanceE8[c];
    }
    for (var i = 0; i < 4; i++) {
        batches.word[4 + i] <== count[i];
    }
    for (var i = 0; i < 32; i++) {
        batches.word[8 + i] <== shortfallQ8[i];
    }
    for (var i = 0; i < 7; i++) {
        batches.word[52 + i] <== pairShortfallQ8[i];
    }
    batches.word[40] <== identity;
    batches.word[41] <== keys;
    batches.word[48] <== 0;
    batches.word[49] <== root[1];
    batches.word[50] <== next[0];
    batches.word[51] <== next[1];
    arrays.word[0] <== root[0];
    arrays.word[1] <== root[2];
    arrays.word[2] <== next[2];
    arrays.word[3] <== identity;
    arrays.word[4] <== keys;
    for (var n = 0; n < 6; n++) {
        batches.word[42 + n] <== pole[n];
        arrays.word[5 + n] <== pole[n];
    }
    batchesState <== batches.hash;
    arraysState <== arrays.hash;
}
