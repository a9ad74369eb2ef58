// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/**
 * @title AmountsWord
 * @notice What an account is worth and what it would need (docs/spec.md §6), as one public word.
 * @input equityE6 signed, |·| < 2^79
 * @input requirementE6 0 … 2^96 − 1
 * @output amounts equityE6 + 2^79 (80 bits) | requirementE6 (96)
 * Assumes nothing: both limbs are range-checked first, for one that does not fit would carry into its
 * neighbour, and one word would have two readings. Guarantees that the word has one reading.
 * Cost: 176 constraints.
 */
template AmountsWord() {
    signal input equityE6;
    signal input requirementE6;
    signal output amounts;

    component equity = Range(80);
    equity.in <== equityE6 + 2 ** 79;
    component requirement = Range(96);
    requirement.in <== requirementE6;
    amounts <== equity.out + requirement.out * 2 ** 80;
}
