// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "arithmetic/select.circom";
include "ledger/scenario-layout.circom";
include "session/lanes.circom";

/**
 * @title HalfSlot
 * @notice What one account loses in one underlying in 32 scenarios, and a maximum that is at least each
 * of them, coins and damping included; and a whole loss that is at least the maximum and what the covered tails
 * cost undamped (docs/spec.md §10.5).
 * @param LOSS_BITS width of the maximum
 * @input underlying 0 or 1
 * @input maximumE6, wholeE6, haircutUnits as the account's heavy slot has them
 * @input lossE6[32] of the positions, of ids 1 … 32
 * @input lossQ24[2][24], dampingQ16[2][6] of the terms, dampings at least 1
 * @output word[11] the losses in lanes
 * Assumes a boolean underlying and a bounded maximum. Guarantees the bound for digits that are the only
 * ones under the words: those of moved ids up to 2^-8, of damped ones up to 1/(2^8 · damping), which
 * their lanes are wide enough for. Cost: 2,219 constraints.
 */
template HalfSlot(LOSS_BITS) {
    signal input underlying;
    signal input maximumE6;
    signal input wholeE6;
    signal input haircutUnits;
    signal input lossE6[32];
    signal input lossQ24[2][24];
    signal input dampingQ16[2][6];
    signal output word[11];

    component room[32];
    component wholeRoom[2];
    component wholeRange = Range(LOSS_BITS + 1);
    wholeRange.in <== wholeE6 - maximumE6;
    _ <== wholeRange.out;
    signal coinLossQ24[24];
    signal coinQ8[24];
    signal dampingOf[6];
    signal dampedQ24[6];
    var words[11];
    for (var j = 0; j < 11; j++) {
        words[j] = 0;
    }
    for (var id = 1; id <= 32; id++) {
        var i = id - 1;
        words[wordOfScenario(id)] += lossE6[i] * 2 ** shiftOfScenario(id);
        if (isMovedScenario(id) == 1) {
            var m = id - 3;
            coinLossQ24[m] <== Select()(underlying, lossQ24[0][m], lossQ24[1][m]);
            coinQ8[m] <== haircutUnits * coinLossQ24[m];
            if (isDampedScenario(id) == 1) {
                var d = id - 21;
                dampingOf[d] <== Select()(underlying, dampingQ16[0][d], dampingQ16[1][d]);
                dampedQ24[d] <== dampingOf[d] * (256 * lossE6[i] + coinQ8[m]);
                if (isDisclosedScenario(id) == 0) {
                    wholeRoom[id - 22] = Range(LOSS_BITS + 9);
                    wholeRoom[id - 22].in <== 256 * (wholeE6 - lossE6[i]) - coinQ8[m];
                    _ <== wholeRoom[id - 22].out;
                }
                room[i] = Range(LOSS_BITS + 25);
                room[i].in <== maximumE6 * 2 ** 24 - dampedQ24[d];
            } else {
                room[i] = Range(LOSS_BITS + 9);
                room[i].in <== 256 * (maximumE6 - lossE6[i]) - coinQ8[m];
            }
        } else {
            room[i] = Range(LOSS_BITS + 1);
            room[i].in <== maximumE6 - lossE6[i];
        }
        _ <== room[i].out;
    }
    for (var j = 0; j < 11; j++) {
        word[j] <== words[j];
    }
}
