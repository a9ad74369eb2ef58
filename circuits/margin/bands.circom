// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/**
 * @title Bands
 * @notice Which of three increasing thresholds an amount has reached.
 * @param BITS width of amount and thresholds
 * @input amount the caller's number
 * @input threshold[3] 0 … 2^BITS − 1, non-decreasing
 * @output above[3] above[j] = 1 exactly when amount ≥ threshold[j]
 * Assumes the thresholds' order and width (loader rules of the parameter set). Guarantees the flags,
 * and 0 ≤ amount < 2^(BITS + 1): any other amount has no witness.
 * @assumes threshold in [0, 2 ** BITS)
 * @assumes threshold[j + 1] - threshold[j] in [0, 2 ** BITS) for j < 2
 * Cost: 2 · BITS + 11 constraints.
 */
template Bands(BITS) {
    signal input amount;
    signal input threshold[3];
    signal output above[3];

    // 1. Flags 1…1 0…0.
    // Unique: of the four patterns only one has lower ≤ amount < upper, because the bands
    // [0, t₀), [t₀, t₁), [t₁, t₂), [t₂, 2^BITS) share no number.
    for (var j = 0; j < 3; j++) {
        above[j] <-- amount >= threshold[j] ? 1 : 0;
        above[j] * (above[j] - 1) === 0;
    }
    above[1] * (1 - above[0]) === 0;
    above[2] * (1 - above[1]) === 0;

    // 2. The ends of the band that the flags name.
    signal toLower[3];
    signal toUpper[3];
    var lower = 0;
    var upper = threshold[0];
    for (var j = 0; j < 3; j++) {
        var below = j == 0 ? 0 : threshold[j - 1];
        var next = j == 2 ? (1 << BITS) : threshold[j + 1];
        toLower[j] <== above[j] * (threshold[j] - below);
        toUpper[j] <== above[j] * (next - threshold[j]);
        lower += toLower[j];
        upper += toUpper[j];
    }
    component fromLower = Range(BITS);
    fromLower.in <== amount - lower;
    _ <== fromLower.out;
    component belowUpper = Range(BITS);
    belowUpper.in <== upper - 1 - amount;
    _ <== belowUpper.out;
}
