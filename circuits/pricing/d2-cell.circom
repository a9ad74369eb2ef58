// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title D2Cell
 * @notice Folds d₂ = d₁ − w on the grid and says whether it lies within the tables.
 * @param BEYOND_BITS bits for how far it lies beyond them
 * @input gridQ13 d₂ on the grid, below 2^16, at least −2^16·(1 + 2^BEYOND_BITS)
 * @output negative 1 exactly when gridQ13 < 0
 * @output outside 1 exactly when the folded point is 2^16 or more, which only a negative one is
 * @output bit[16] of the folded grid point, meaningless outside
 * Assumes nothing. Guarantees the outputs; a number out of range has no witness.
 * Cost: 20 + BEYOND_BITS constraints.
 */
template D2Cell(BEYOND_BITS) {
    signal input gridQ13;
    signal output {binary} negative;
    signal output {binary} outside;
    signal output {binary} bit[16];

    // Unique: the folded number is proven to be in [0, 2^(16 + BEYOND_BITS + 1)), as in SignedFold;
    // `beyond` is 0 unless outside, so its upper part is `outside` + `beyond`, the lower its 16 bits.
    negative <-- gridQ13 < 0 ? 1 : 0;
    negative * (negative - 1) === 0;
    signal folded <== gridQ13 - negative * (2 * gridQ13 + 1);
    var upper = folded >> 16;
    // Unique: see above.
    outside <-- upper > 0 ? 1 : 0;
    outside * (outside - 1) === 0;
    signal beyond <-- upper > 0 ? upper - 1 : 0; // unique: see above
    component beyondBits = Num2Bits(BEYOND_BITS);
    beyondBits.in <== beyond;
    for (var i = 0; i < BEYOND_BITS; i++) {
        _ <== beyondBits.out[i];
    }
    (1 - outside) * beyond === 0;
    bit <== Num2Bits(16)(folded - (outside + beyond) * (1 << 16));
}
