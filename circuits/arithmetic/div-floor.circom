// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/** ⌊dividend / divisor⌋ of a signed dividend, for the hint; 0 when the divisor is 0. */
function signedQuotientFloor(dividend, divisor) {
    if (divisor == 0) {
        return 0;
    }
    if (dividend < 0) {
        return 0 - (divisor - 1 - dividend) \ divisor;
    }
    return dividend \ divisor;
}

/**
 * @title SignedDivFloor
 * @notice quotient = ⌊dividend / divisor⌋ towards −∞, for a quotient that the caller bounds.
 * @param DIVISOR_BITS width of the divisor
 * @input dividend signed
 * @input divisor in [1, 2^DIVISOR_BITS)
 * @output quotient the floor
 * Assumes the caller proves |quotient| < 2^(251 − DIVISOR_BITS): without a bound every remainder has
 * a quotient in the field. |dividend| must be below 2^251.
 * Guarantees, with that, the floor; a divisor of 0 has no witness.
 * @assumes dividend in [0 - 2 ** 250, 2 ** 250)
 * @assumes divisor in [1, 2 ** DIVISOR_BITS)
 * @assumes quotient in [0 - 2 ** (250 - DIVISOR_BITS), 2 ** (250 - DIVISOR_BITS))
 * Cost: 2·DIVISOR_BITS + 1 constraints.
 */
template SignedDivFloor(DIVISOR_BITS) {
    signal input dividend;
    signal input divisor;
    signal output quotient;

    quotient <-- signedQuotientFloor(dividend, divisor);

    // Unique: remainder and divisor − 1 − remainder in [0, 2^DIVISOR_BITS) give 0 ≤ remainder <
    // divisor; with the caller's bound dividend = quotient·divisor + remainder holds in the integers.
    signal remainder <== dividend - quotient * divisor;
    component remainderRange = Range(DIVISOR_BITS);
    remainderRange.in <== remainder;
    _ <== remainderRange.out;
    component roomRange = Range(DIVISOR_BITS);
    roomRange.in <== divisor - 1 - remainder;
    _ <== roomRange.out;
}

/**
 * @title DivFloor
 * @notice quotient = ⌊dividend / divisor⌋ of a non-negative dividend.
 * @param DIVISOR_BITS width of the divisor; DIVISOR_BITS + QUOTIENT_BITS at most 250
 * @param QUOTIENT_BITS width of the quotient
 * @input dividend an integer
 * @input divisor in [1, 2^DIVISOR_BITS)
 * @output quotient the floor, below 2^QUOTIENT_BITS
 * Assumes nothing. Guarantees the floor; a divisor of 0 or a quotient out of range has no witness.
 * @assumes divisor in [1, 2 ** DIVISOR_BITS)
 * Cost: QUOTIENT_BITS + 2·DIVISOR_BITS + 1 constraints.
 */
template DivFloor(DIVISOR_BITS, QUOTIENT_BITS) {
    assert(DIVISOR_BITS + QUOTIENT_BITS <= 250);
    signal input dividend;
    signal input divisor;
    signal output {maxbit} quotient;
    quotient.maxbit = QUOTIENT_BITS;

    component division = SignedDivFloor(DIVISOR_BITS);
    division.dividend <== dividend;
    division.divisor <== divisor;
    component quotientRange = Range(QUOTIENT_BITS);
    quotientRange.in <== division.quotient;
    quotient <== quotientRange.out;
}
