// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "arithmetic/one-hot.circom";
include "arithmetic/shift.circom";
include "dynamic/tables.circom";

/**
 * @title TableEntry
 * @notice The entry that six bits name.
 * @param ROW[64] constants
 * @input bit[6] least significant first
 * @output entry ROW[the number the bits spell]
 * Assumes boolean bits. Guarantees the one entry: the leaves are one-hot. Cost: 57 constraints.
 */
template TableEntry(ROW) {
    signal input bit[6];
    signal output entry;

    signal leaf[64] <== OneHot(6)(bit);
    var value = 0;
    for (var j = 0; j < 64; j++) {
        value += leaf[j] * ROW[j];
    }
    entry <== value;
}

/**
 * @title ExponentialQ20
 * @notice e^x of a logarithm in [−2, 2), docs/spec.md §9: cut to Q16, read as three digits of base 64,
 * the entries multiplied.
 * @input biasedLogQ40 x + 2, Q40: 42 bits, enforced here
 * @output valueQ20 below 2^23
 * Assumes nothing. Guarantees the only value: the cut is a decomposition, both floors are unique. Within
 * 2^-16 of e^x relatively for the cut, never above it by more than the rounding, 2^-21.
 * Cost: 413 constraints.
 */
template ExponentialQ20() {
    signal input biasedLogQ40;
    signal output {maxbit} valueQ20;
    valueQ20.maxbit = 23;

    var TABLE[3][64] = exponential();
    component bits = Num2Bits(42);
    bits.in <== biasedLogQ40;
    for (var i = 0; i < 24; i++) {
        _ <== bits.out[i];
    }
    component digit[3];
    for (var k = 0; k < 3; k++) {
        digit[k] = TableEntry(TABLE[k]);
        for (var i = 0; i < 6; i++) {
            digit[k].bit[i] <== bits.out[24 + 6 * k + i];
        }
    }
    // Below 2^49 and 2^49, their product floored below 2^50; the last entry is below 2^51.
    signal lower <== FloorShift(98, 48)(digit[0].entry * digit[1].entry);
    valueQ20 <== FloorShift(99, 76)(lower * digit[2].entry + 2 ** 75);
}

/**
 * @title LogMoveMultiplier
 * @notice round(2^24·e^(g/1024)), what the loader of a parameter set demands of a scenario.
 * @input logMoveQ10 signed, |g| ≤ 2047
 * @output multiplierQ24 27 bits
 * Assumes nothing; what is out of range has no witness (−2048, which has one, the caller excludes).
 * Guarantees the only value, as above. The product of the two entries is within 2^-13 of a unit of the
 * true one, and none of the 4,095 lies that close to half a unit (a test goes through all of them).
 * Cost: 210 constraints.
 */
template LogMoveMultiplier() {
    signal input logMoveQ10;
    signal output {maxbit} multiplierQ24;
    multiplierQ24.maxbit = 27;

    var TABLE[2][64] = logMove();
    component bits = Num2Bits(12);
    bits.in <== logMoveQ10 + 2048;
    component digit[2];
    for (var k = 0; k < 2; k++) {
        digit[k] = TableEntry(TABLE[k]);
        for (var i = 0; i < 6; i++) {
            digit[k].bit[i] <== bits.out[6 * k + i];
        }
    }
    multiplierQ24 <== FloorShift(83, 56)(digit[0].entry * digit[1].entry + 2 ** 55);
}
