// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";

/**
 * @title MarkValue
 * @notice ⌊Σ lots · mark / 2^128⌋, the value of the positions, floored once against the account.
 * @param COUNT number of positions, at most 64
 * @input lots[COUNT] signed 27 bits
 * @input markE4Q128[COUNT] |·| < 2^169
 * @output valueE6 signed, |·| ≤ 2^73
 * Assumes the ranges: |Σ| < 2^6 · 2^26 · 2^169 = 2^201, far below the field, so the sum is that of the
 * integers. Guarantees the floor. Cost: COUNT + 202 constraints.
 */
template MarkValue(COUNT) {
    signal input lots[COUNT];
    signal input markE4Q128[COUNT];
    signal output valueE6;

    signal amount[COUNT];
    var sum = 0;
    for (var i = 0; i < COUNT; i++) {
        amount[i] <== lots[i] * markE4Q128[i];
        sum += amount[i];
    }
    component floored = FloorShift(202, 128);
    floored.in <== sum + 2 ** 201;
    valueE6 <== floored.out - 2 ** 73;
}
