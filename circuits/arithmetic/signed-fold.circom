// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title SignedFold
 * @notice Folds a signed number onto the non-negative ones: in ≥ 0 ↦ in, in < 0 ↦ −1 − in. One's
 * complement, because it has no second zero as |in| has.
 * @param BITS width of the folded number, at most 251
 * @input in a signed number
 * @output negative 1 exactly when in < 0
 * @output magnitude the folded number, below 2^BITS
 * @output bit[BITS] its bits, least significant first
 * Assumes nothing. Guarantees −2^BITS ≤ in < 2^BITS: anything else, p − 1 − 2^BITS included, has no
 * witness.
 * @ensures in in [0 - 2 ** BITS, 2 ** BITS)
 * Cost: BITS + 2 constraints.
 */
template SignedFold(BITS) {
    assert(BITS <= 251);
    signal input in;
    signal output {binary} negative;
    signal output {maxbit} magnitude;
    signal output {binary} bit[BITS];
    magnitude.maxbit = BITS;

    // Unique without a precondition on `in`: two solutions would put both in and −1 − in into
    // [0, 2^BITS), but they sum to −1 = p − 1 > 2^(BITS+1).
    negative <-- in < 0 ? 1 : 0;
    negative * (negative - 1) === 0;
    magnitude <== in - negative * (2 * in + 1);
    bit <== Num2Bits(BITS)(magnitude);
}
