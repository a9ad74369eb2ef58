// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";

/**
 * @title Clamped
 * @notice min(max(in, low), high) of signed numbers.
 * @param BITS the differences of any two are below 2^BITS
 * @input in, low, high signed
 * @output out the clamped one
 * Assumes the differences in range; else there is no witness. Cost: 2·BITS + 4 constraints.
 */
template Clamped(BITS) {
    signal input in;
    signal input low;
    signal input high;
    signal output out;

    component raised = MaxZero(BITS);
    raised.in <== in - low;
    _ <== raised.negative;
    component beyond = MaxZero(BITS);
    beyond.in <== low + raised.out - high;
    _ <== beyond.negative;
    out <== low + raised.out - beyond.out;
}

/**
 * @title Smaller
 * @notice min(left, right) of signed numbers.
 * @param BITS |left − right| < 2^BITS
 * @input left, right signed
 * @output out the smaller
 * Assumes the difference in range; else there is no witness. Cost: BITS + 2 constraints.
 */
template Smaller(BITS) {
    signal input left;
    signal input right;
    signal output out;

    component beyond = MaxZero(BITS);
    beyond.in <== left - right;
    _ <== beyond.negative;
    out <== left - beyond.out;
}
