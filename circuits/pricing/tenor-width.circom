// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title TenorWidth
 * @notice The power of two that brings the width of a tenor interval to 26 bits.
 * @input width 1 … 2^26 − 1
 * @output scale 2^e
 * @output scaledWidth width·scale in [2^25, 2^26)
 * Assumes width is an integer below 2^32. Guarantees the only such scale; width 0 has no witness.
 * @assumes width in [0, 2 ** 32)
 * Cost: 39 constraints.
 */
template TenorWidth() {
    signal input width;
    signal output scale;
    signal output scaledWidth;

    var shift = 0;
    for (var shifted = width; shifted != 0 && shifted < (1 << 25); shifted = shifted << 1) {
        shift++;
    }

    // e = 8·i + j, each digit as a one-hot vector of booleans that sums to 1.
    // Unique: width·scale is an integer below 2^63 for every e a prover may name, and only one of them
    // puts it into [2^25, 2^26), which the 25 bits below demand.
    signal coarse[4];
    signal fine[8];
    var coarseSum = 0;
    var coarsePower = 0;
    var fineSum = 0;
    var finePower = 0;
    for (var i = 0; i < 4; i++) {
        coarse[i] <-- shift >> 3 == i ? 1 : 0; // unique: see above
        coarse[i] * (coarse[i] - 1) === 0;
        coarseSum += coarse[i];
        coarsePower += coarse[i] * (1 << (8 * i));
    }
    for (var j = 0; j < 8; j++) {
        fine[j] <-- shift & 7 == j ? 1 : 0; // unique: see above
        fine[j] * (fine[j] - 1) === 0;
        fineSum += fine[j];
        finePower += fine[j] * (1 << j);
    }
    coarseSum === 1;
    fineSum === 1;
    scale <== coarsePower * finePower;
    scaledWidth <== width * scale;
    component bits = Num2Bits(25);
    bits.in <== scaledWidth - (1 << 25);
    for (var i = 0; i < 25; i++) {
        _ <== bits.out[i];
    }
}
