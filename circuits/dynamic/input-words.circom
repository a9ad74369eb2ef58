// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "dynamic/tags.circom";
include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";

/**
 * @title InputWords
 * @notice Opens what the quorum signed for the rule (docs/spec.md §9).
 * @input timeWord time (32)
 * @input underlyingWord[2] counter (64) | implied rate (48) | funding (11)
 * @output inputsHash the commitment; the fields
 * Assumes the caller binds the hash. Guarantees the fields are the only ones under it.
 * Cost: 565 constraints.
 */
template InputWords() {
    signal input timeWord;
    signal input underlyingWord[2];
    signal output inputsHash;
    signal output time;
    signal output counterQ48[2];
    signal output impliedRateQ64[2];
    signal output fundingBps[2];

    inputsHash <== HashWords(TAG_MARGIN_INPUTS(), 3)([
        timeWord, underlyingWord[0], underlyingWord[1]
    ]);
    component clock = UnpackWord(1, [32]);
    clock.word <== timeWord;
    time <== clock.field[0];
    component own[2];
    for (var u = 0; u < 2; u++) {
        own[u] = UnpackWord(3, [64, 48, 11]);
        own[u].word <== underlyingWord[u];
        counterQ48[u] <== own[u].field[0];
        impliedRateQ64[u] <== own[u].field[1];
        fundingBps[u] <== own[u].field[2];
    }
}
