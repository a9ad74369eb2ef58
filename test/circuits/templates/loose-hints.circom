// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title LooseHints
 * @notice What the circuits of this project must never contain, for the tests that look for it.
 * @input dividend, divisor any numbers
 * @input square 9
 * @output remainder dividend − quotient·divisor for whatever quotient the prover likes
 * @output root one of the two roots
 */
template LooseHints() {
    signal input dividend;
    signal input divisor;
    signal input square;
    signal output remainder;
    signal output root;

    // Not unique: no range holds the remainder, so every quotient has one.
    signal quotient <-- dividend \ divisor;
    remainder <== dividend - quotient * divisor;

    // Not unique: the other root is as good.
    root <-- square == 9 ? 3 : 0;
    root * root === square;
}
