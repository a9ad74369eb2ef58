// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title D2Cell
 * @notice Folds d₂ = d₁ − w on the grid and says whether it lies within the tables.
 * @input gridQ13 d₂ on the grid, −2^17 … 2^16 − 1
 * @output negative 1 exactly when gridQ13 < 0
 * @output outside 1 exactly when the folded point is 2^16 or more, which only a negative one is
 * @output bit[16] of the folded grid point less 2^16 if outside
 * Assumes nothing. Guarantees the outputs; a number out of range has no witness.
 * Cost: 19 constraints.
 */
template D2Cell() {
    signal input gridQ13;
    signal output {binary} negative;
    signal output {binary} outside;
    signal output {binary} bit[16];

    // Unique: 16 bits and `outside` above them are a number in [0, 2^17), which cannot be both gridQ13
    // and −1 − gridQ13 (as in SignedFold), and whose bits are its only ones.
    negative <-- gridQ13 < 0 ? 1 : 0;
    negative * (negative - 1) === 0;
    signal folded <== gridQ13 - negative * (2 * gridQ13 + 1);
    outside <-- folded >> 16 == 0 ? 0 : 1; // unique: see above
    outside * (outside - 1) === 0;
    bit <== Num2Bits(16)(folded - outside * (1 << 16));
}
