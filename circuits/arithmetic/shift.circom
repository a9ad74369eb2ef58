// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "arithmetic/range.circom";

/**
 * @title FloorShift
 * @notice out = ⌊in / 2^SHIFT⌋.
 * @param BITS width of in, at most 253
 * @param SHIFT number of low bits dropped
 * @input in below 2^BITS, enforced here. For a signed number the caller adds a multiple of 2^SHIFT
 * and takes it off the result.
 * @output out the quotient
 * Assumes nothing. Guarantees out is the floor.
 * Cost: BITS constraints.
 */
template FloorShift(BITS, SHIFT) {
    assert(BITS <= 253);
    assert(SHIFT <= BITS);
    signal input in;
    signal output {maxbit} out;
    out.maxbit = BITS - SHIFT;

    component bits = Num2Bits(BITS);
    bits.in <== in;
    var quotient = 0;
    for (var i = SHIFT; i < BITS; i++) {
        quotient += bits.out[i] * (1 << (i - SHIFT));
    }
    for (var i = 0; i < SHIFT; i++) {
        _ <== bits.out[i];
    }
    out <== quotient;
}

/**
 * @title CeilShift
 * @notice out = ⌈in / 2^SHIFT⌉.
 * @param BITS width of the quotient; BITS + SHIFT at most 252
 * @param SHIFT number of low bits
 * @input in at most (2^BITS − 1)·2^SHIFT
 * @output out the quotient
 * Assumes nothing. Guarantees out is the ceiling and below 2^BITS; larger inputs have no witness.
 * Cost: BITS + SHIFT constraints.
 */
template CeilShift(BITS, SHIFT) {
    assert(BITS + SHIFT <= 252);
    signal input in;
    signal output {maxbit} out;
    out.maxbit = BITS;

    // Unique: padding in [0, 2^SHIFT) and out in [0, 2^BITS) make in + padding = out·2^SHIFT an
    // equation of integers, and only one padding completes `in` to the next multiple.
    signal padding <-- (2 ** SHIFT - in % 2 ** SHIFT) % 2 ** SHIFT;
    component paddingRange = Range(SHIFT);
    paddingRange.in <== padding;
    _ <== paddingRange.out;
    out <== (in + padding) * (1 / 2 ** SHIFT);
    component outRange = Range(BITS);
    outRange.in <== out;
    _ <== outRange.out;
}
