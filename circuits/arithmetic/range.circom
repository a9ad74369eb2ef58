// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title Range
 * @notice Allows only 0 ≤ in < 2^BITS and says so in the type.
 * @param BITS width, at most 253
 * @input in any field element
 * @output out the same number, tagged with its width
 * Assumes nothing. Guarantees in < 2^BITS.
 * Cost: BITS constraints.
 */
template Range(BITS) {
    assert(BITS <= 253);
    signal input in;
    signal output {maxbit} out;
    out.maxbit = BITS;

    component bits = Num2Bits(BITS);
    bits.in <== in;
    for (var i = 0; i < BITS; i++) {
        _ <== bits.out[i];
    }
    out <== in;
}
