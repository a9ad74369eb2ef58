// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title MaxZero
 * @notice max(0, in) of a signed number.
 * @param BITS width, at most 251
 * @input in a signed number
 * @output out in when in ≥ 0, else 0; below 2^BITS
 * @output negative 1 exactly when in < 0
 * Assumes nothing. Guarantees −2^BITS ≤ in < 2^BITS: anything else has no witness.
 * @ensures in in [0 - 2 ** BITS, 2 ** BITS)
 * Cost: BITS + 2 constraints.
 */
template MaxZero(BITS) {
    assert(BITS <= 251);
    signal input in;
    signal output {maxbit} out;
    signal output {binary} negative;
    out.maxbit = BITS;

    // Unique without a precondition on `in`, as in SignedFold: in and −1 − in are never both in
    // [0, 2^BITS), because they sum to p − 1.
    negative <-- in < 0 ? 1 : 0;
    negative * (negative - 1) === 0;
    signal negativePart <== negative * in;
    out <== in - negativePart;

    // The folded number: in, or −1 − in. Its range is what decides the sign.
    component folded = Num2Bits(BITS);
    folded.in <== in - 2 * negativePart - negative;
    for (var i = 0; i < BITS; i++) {
        _ <== folded.out[i];
    }
}
