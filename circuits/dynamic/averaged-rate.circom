// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

/**
 * @title AveragedRate
 * @notice The exponentially weighted average after a step: ⌊(old·keep + rate·(1 − keep))⌋, at most
 * 2^48 − 1.
 * @input oldQ64 48 bits
 * @input rateQ64 65 bits
 * @input keepQ48 at most 2^48
 * @output averageQ64 48 bits
 * Assumes these widths. Guarantees the value of the specification.
 * Cost: 118 constraints.
 */
template AveragedRate() {
    signal input oldQ64;
    signal input rateQ64;
    signal input keepQ48;
    signal output {maxbit} averageQ64;
    averageQ64.maxbit = 48;

    // Between old and rate, times 2^48: below 2^113 and never negative.
    component bits = Num2Bits(113);
    bits.in <== rateQ64 * 2 ** 48 + (oldQ64 - rateQ64) * keepQ48;
    var low = 0;
    var high = 0;
    for (var i = 0; i < 48; i++) {
        _ <== bits.out[i];
        low += bits.out[48 + i] * (1 << i);
    }
    for (var i = 96; i < 113; i++) {
        high += bits.out[i] * (1 << (i - 96));
    }
    signal fits <== IsZero()(high);
    averageQ64 <== 2 ** 48 - 1 + fits * (low - (2 ** 48 - 1));
}
