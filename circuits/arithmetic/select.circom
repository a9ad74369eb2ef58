// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title Select
 * @notice choose ? ifOne : ifZero.
 * @input choose 0 or 1
 * @input ifZero, ifOne any field elements
 * @output out the chosen one
 * Assumes a boolean choose. Guarantees nothing otherwise.
 * Cost: 1 constraint.
 */
template Select() {
    signal input choose;
    signal input ifZero;
    signal input ifOne;
    signal output out;

    out <== ifZero + choose * (ifOne - ifZero);
}
