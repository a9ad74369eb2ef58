// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";

/**
 * @title Decay
 * @notice 2^(−seconds / half-life), Q48: the entries of the four digits, multiplied and floored.
 * @param TABLE[4][32] docs/spec.md §9, entries at most 2^48
 * @input digit[4][32] one-hot digits of base 32 of the seconds
 * @output keepQ48 at most 2^48
 * Assumes one-hot digits. Guarantees the value of the specification: every floor is unique.
 * Cost: 294 constraints.
 */
template Decay(TABLE) {
    signal input digit[4][32];
    signal output keepQ48;

    component floored[3];
    var value = 0;
    for (var k = 0; k < 4; k++) {
        var factor = 0;
        for (var j = 0; j < 32; j++) {
            factor += digit[k][j] * TABLE[k][j];
        }
        if (k == 0) {
            value = factor;
        } else {
            floored[k - 1] = FloorShift(97, 48);
            floored[k - 1].in <== value * factor;
            value = floored[k - 1].out;
        }
    }
    keepQ48 <== value;
}
