// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";

/**
 * @title TenorTable
 * @notice Opens the tenor table: its digest and the fields of its 14 knots.
 * @input tenorWord[14] knot words (docs/spec.md §2.5)
 * @output tenorDigest hashWords(TENOR, words)
 * @output tauSeconds[14] 32 bits
 * @output volUpQ10[14] 12 bits
 * @output volDownQ10[14], skewCapQ10[14] 10 bits
 * @output skewSlopeQ10[14] 13 bits
 * @output rollLogQ10[14] 7 bits
 * Assumes nothing. Guarantees the fields are the only ones under tenorDigest.
 * Cost: 1,746 constraints.
 */
template TenorTable() {
    var KNOTS = 14;

    signal input tenorWord[KNOTS];
    signal output tenorDigest;
    signal output tauSeconds[KNOTS];
    signal output volUpQ10[KNOTS];
    signal output volDownQ10[KNOTS];
    signal output skewCapQ10[KNOTS];
    signal output skewSlopeQ10[KNOTS];
    signal output rollLogQ10[KNOTS];

    tenorDigest <== HashWords(TAG_TENOR(), KNOTS)(tenorWord);
    component knot[KNOTS];
    for (var i = 0; i < KNOTS; i++) {
        knot[i] = UnpackWord(6, [32, 12, 10, 10, 13, 7]);
        knot[i].word <== tenorWord[i];
        tauSeconds[i] <== knot[i].field[0];
        volUpQ10[i] <== knot[i].field[1];
        volDownQ10[i] <== knot[i].field[2];
        skewCapQ10[i] <== knot[i].field[3];
        skewSlopeQ10[i] <== knot[i].field[4];
        rollLogQ10[i] <== knot[i].field[5];
    }
}
