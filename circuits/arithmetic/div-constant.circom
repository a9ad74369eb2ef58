// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/** Bits of a compile-time number. */
function bitLength(value) {
    var bits = 0;
    for (var rest = value; rest > 0; rest = rest \ 2) {
        bits++;
    }
    return bits;
}

/**
 * @title DivFloorConstant
 * @notice quotient = ⌊dividend / DIVISOR⌋ by a constant (for a power of two FloorShift is cheaper).
 * @param DIVISOR at least 2
 * @param QUOTIENT_BITS width of the quotient; with the divisor's bits at most 250
 * @input dividend a non-negative integer
 * @output quotient the floor, below 2^QUOTIENT_BITS
 * Assumes nothing. Guarantees the floor; a dividend out of range has no witness. A signed dividend:
 * the caller adds a multiple of DIVISOR and takes it off the quotient.
 * Cost: QUOTIENT_BITS + 2·bitLength(DIVISOR − 1) constraints.
 */
template DivFloorConstant(DIVISOR, QUOTIENT_BITS) {
    var REMAINDER_BITS = bitLength(DIVISOR - 1);
    assert(DIVISOR >= 2);
    assert(QUOTIENT_BITS + REMAINDER_BITS <= 250);
    signal input dividend;
    signal output {maxbit} quotient;
    quotient.maxbit = QUOTIENT_BITS;

    // Unique: 0 ≤ remainder < DIVISOR from its two checks and quotient < 2^QUOTIENT_BITS make
    // dividend = quotient·DIVISOR + remainder an equation of integers below p: Euclid.
    signal remainder <-- dividend % DIVISOR;
    component remainderRange = Range(REMAINDER_BITS);
    remainderRange.in <== remainder;
    _ <== remainderRange.out;
    component roomRange = Range(REMAINDER_BITS);
    roomRange.in <== DIVISOR - 1 - remainder;
    _ <== roomRange.out;
    quotient <== (dividend - remainder) * (1 / DIVISOR);
    component quotientRange = Range(QUOTIENT_BITS);
    quotientRange.in <== quotient;
    _ <== quotientRange.out;
}

/**
 * @title DivCeilConstant
 * @notice quotient = ⌈dividend / DIVISOR⌉ by a constant.
 * @param DIVISOR at least 2
 * @param QUOTIENT_BITS width of the quotient; with the divisor's bits at most 250
 * @input dividend a non-negative integer
 * @output quotient the ceiling, below 2^QUOTIENT_BITS
 * Assumes nothing. Guarantees the ceiling, as ⌊(dividend + DIVISOR − 1) / DIVISOR⌋.
 * Cost: QUOTIENT_BITS + 2·bitLength(DIVISOR − 1) constraints.
 */
template DivCeilConstant(DIVISOR, QUOTIENT_BITS) {
    signal input dividend;
    signal output {maxbit} quotient;
    quotient.maxbit = QUOTIENT_BITS;

    quotient <== DivFloorConstant(DIVISOR, QUOTIENT_BITS)(dividend + DIVISOR - 1);
}
