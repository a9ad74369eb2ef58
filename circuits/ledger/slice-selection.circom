// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";

/**
 * @title SliceSelection
 * @notice Selects the slice word of a position: the one of its underlying with its expiry.
 * @input underlying 0 or 1
 * @input isDated 0 for perpetuals and empty slots, which have no slice
 * @input expiry of the position, unix seconds
 * @input sliceWord[2][24] words of the snapshot
 * @output isListed 1 when the slice exists
 * @output data its data word; 0 when there is none
 * Assumes boolean underlying and isDated, a 32-bit expiry that is ≥ 1 when dated, and distinct
 * expiries in the snapshot (unused ones 0).
 * Guarantees isListed is 1 exactly when one of the twelve expiries matches: a prover can neither
 * name another slice nor call a listed expiry unlisted, because every comparison is computed. A dated
 * key is ≥ 1 and an undated one is compared as −1, so an unused slice (expiry 0) never matches.
 * Cost: 60 constraints.
 */
template SliceSelection() {
    signal input underlying;
    signal input isDated;
    signal input expiry;
    signal input sliceWord[2][24];
    signal output isListed;
    signal output data;

    signal sliceExpiry[12];
    signal sliceData[12];
    component match[12];
    signal part[12];
    var listed = 0;
    var selected = 0;
    for (var i = 0; i < 12; i++) {
        // 1. The slices of the position's underlying.
        sliceExpiry[i] <== sliceWord[0][2 * i]
            + underlying * (sliceWord[1][2 * i] - sliceWord[0][2 * i]);
        sliceData[i] <== sliceWord[0][2 * i + 1]
            + underlying * (sliceWord[1][2 * i + 1] - sliceWord[0][2 * i + 1]);

        // 2. The one with its expiry.
        match[i] = IsZero();
        match[i].in <== sliceExpiry[i] - expiry + 1 - isDated;
        part[i] <== match[i].out * sliceData[i];
        listed += match[i].out;
        selected += part[i];
    }
    isListed <== listed;
    data <== selected;
}
