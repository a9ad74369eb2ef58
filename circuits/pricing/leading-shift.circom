// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title LeadingShift
 * @notice Shifts a price up until its highest bit is bit 39: value·2^shift in [2^39, 2^40).
 * @input value 1 … 2^40 − 1, tagged with its width
 * @output shift 0 … 39
 * @output bit[39] of value·2^shift − 2^39, least significant first
 * Assumes the tag is true (a range check elsewhere). Guarantees the only such shift; value 0 has no
 * witness.
 * @assumes value in [0, 2 ** 40)
 * Cost: 54 constraints.
 */
template LeadingShift() {
    signal input {maxbit} value;
    signal output shift;
    signal output {binary} bit[39];
    assert(value.maxbit <= 40);

    var hint = 0;
    for (var shifted = value; shifted != 0 && shifted < 2 ** 39; shifted += shifted) {
        hint++;
    }

    // shift = 8·i + j, each digit as a one-hot vector of booleans that sums to 1.
    // Unique: value·2^shift is an integer below 2^79 for every shift a prover may name, and only one
    // of them puts it into [2^39, 2^40), which the 39 bits below demand.
    signal coarse[5];
    signal fine[8];
    var coarseSum = 0;
    var coarsePower = 0;
    var fineSum = 0;
    var finePower = 0;
    var total = 0;
    for (var i = 0; i < 5; i++) {
        coarse[i] <-- hint \ 8 == i ? 1 : 0; // unique: see above
        coarse[i] * (coarse[i] - 1) === 0;
        coarseSum += coarse[i];
        coarsePower += coarse[i] * (1 << (8 * i));
        total += 8 * i * coarse[i];
    }
    for (var j = 0; j < 8; j++) {
        fine[j] <-- hint % 8 == j ? 1 : 0; // unique: see above
        fine[j] * (fine[j] - 1) === 0;
        fineSum += fine[j];
        finePower += fine[j] * (1 << j);
        total += j * fine[j];
    }
    coarseSum === 1;
    fineSum === 1;
    shift <== total;

    signal coarselyShifted <== value * coarsePower;
    signal shifted <== coarselyShifted * finePower;
    bit <== Num2Bits(39)(shifted - 2 ** 39);
}
