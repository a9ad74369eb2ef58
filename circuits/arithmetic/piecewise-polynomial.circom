// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title PiecewisePolynomial
 * @notice Evaluates the polynomial of the selected piece, by Horner's rule. Choosing constants by a
 * one-hot vector is linear, so the piece costs nothing beyond the one-hot itself.
 * @param PIECES number of pieces
 * @param DEGREE degree of every piece, at least 1
 * @param TABLE[PIECES][DEGREE + 1] coefficients, lowest power first
 * @input leaf[PIECES] one-hot (all 0 gives 0)
 * @input t the argument within the piece, signed
 * @output out Σ leaf[i]·TABLE[i](t)
 * Assumes one-hot (or zero) leaves and that the value fits the field; the tables and |t| see to it.
 * Cost: DEGREE constraints.
 */
template PiecewisePolynomial(PIECES, DEGREE, TABLE) {
    assert(DEGREE >= 1);
    signal input leaf[PIECES];
    signal input t;
    signal output out;

    signal partial[DEGREE];
    var value = 0;
    for (var power = DEGREE; power >= 0; power--) {
        if (power < DEGREE) {
            partial[power] <== value * t;
            value = partial[power];
        }
        for (var i = 0; i < PIECES; i++) {
            value += leaf[i] * TABLE[i][power];
        }
    }
    out <== value;
}
