// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "session/tags.circom";

/**
 * @title BatchStates
 * @notice The commitment of a batch, and the states before and after it (docs/spec.md §10.6).
 * @param PAGES, ACCOUNTS, SLOTS words of each part of the commitment
 * @input before[59] words of the state before
 * @input pageWord, accountWord, slotWord, heavyFlags what the batch commits to
 * @input balance[4], count[4], shortfallQ8[32], pairShortfallQ8[7] totals to add; sum[2] identity and keys; pole[6]; net
 * @input next[2] account and weight behind the batch
 * @output stateBefore, stateAfter hashWords(BATCH_STATE, …)
 * Assumes nothing. Guarantees the two hashes. Cost: 5,403 constraints and 40 a word.
 */
template BatchStates(PAGES, ACCOUNTS, SLOTS) {
    signal input before[59];
    signal input pageWord[PAGES];
    signal input accountWord[ACCOUNTS];
    signal input slotWord[SLOTS];
    signal input heavyFlags;
    signal input balance[4];
    signal input count[4];
    signal input shortfallQ8[32];
    signal input pairShortfallQ8[7];
    signal input sum[2];
    signal input pole[6];
    signal input net;
    signal input next[2];
    signal output stateBefore;
    signal output stateAfter;

    // 1. What was fixed before the challenge.
    component commitment = HashWords(TAG_SESSION_BATCH(), PAGES + ACCOUNTS + SLOTS + 2);
    for (var i = 0; i < PAGES; i++) {
        commitment.word[i] <== pageWord[i];
    }
    for (var i = 0; i < ACCOUNTS; i++) {
        commitment.word[PAGES + i] <== accountWord[i];
    }
    for (var i = 0; i < SLOTS; i++) {
        commitment.word[PAGES + ACCOUNTS + i] <== slotWord[i];
    }
    commitment.word[PAGES + ACCOUNTS + SLOTS] <== heavyFlags;
    commitment.word[PAGES + ACCOUNTS + SLOTS + 1] <== before[50];

    // 2. The states.
    stateBefore <== HashWords(TAG_BATCH_STATE(), 59)(before);
    component after = HashWords(TAG_BATCH_STATE(), 59);
    for (var i = 0; i < 4; i++) {
        after.word[i] <== before[i] + balance[i];
        after.word[4 + i] <== before[4 + i] + count[i];
    }
    for (var i = 0; i < 32; i++) {
        after.word[8 + i] <== before[8 + i] + shortfallQ8[i];
    }
    for (var i = 0; i < 7; i++) {
        after.word[52 + i] <== before[52 + i] + pairShortfallQ8[i];
    }
    for (var i = 0; i < 2; i++) {
        after.word[40 + i] <== before[40 + i] + sum[i];
        after.word[50 + i] <== next[i];
    }
    for (var i = 0; i < 6; i++) {
        after.word[42 + i] <== before[42 + i] + pole[i];
    }
    after.word[48] <== before[48] + net;
    after.word[49] <== HashWords(TAG_SESSION_CHAIN(), 2)([before[49], commitment.hash]);
    stateAfter <== after.hash;
}
