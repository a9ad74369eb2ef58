// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "dynamic/tags.circom";
include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";

/**
 * @title StateWords
 * @notice Opens the state that a step starts from (docs/spec.md §9).
 * @input ruleHash the rule it is a state of
 * @input stepWord sequence (32) | time (32)
 * @input underlyingWord[2] counter (64) | fast (48) | long (48) | log (42 biased) | applied log (42 biased)
 * @output stateHash the commitment; the fields, logarithms signed
 * Assumes the caller binds the hash. Guarantees the fields are the only ones under it.
 * Cost: 884 constraints.
 */
template StateWords() {
    signal input ruleHash;
    signal input stepWord;
    signal input underlyingWord[2];
    signal output stateHash;
    signal output sequence;
    signal output time;
    signal output counterQ48[2];
    signal output fastQ64[2];
    signal output longQ64[2];
    signal output logQ40[2];
    signal output appliedLogQ40[2];

    stateHash <== HashWords(TAG_MARGIN_STATE(), 4)([
        ruleHash, stepWord, underlyingWord[0], underlyingWord[1]
    ]);
    component step = UnpackWord(2, [32, 32]);
    step.word <== stepWord;
    sequence <== step.field[0];
    time <== step.field[1];
    component own[2];
    for (var u = 0; u < 2; u++) {
        own[u] = UnpackWord(5, [64, 48, 48, 42, 42]);
        own[u].word <== underlyingWord[u];
        counterQ48[u] <== own[u].field[0];
        fastQ64[u] <== own[u].field[1];
        longQ64[u] <== own[u].field[2];
        logQ40[u] <== own[u].field[3] - 2 ** 41;
        appliedLogQ40[u] <== own[u].field[4] - 2 ** 41;
    }
}
