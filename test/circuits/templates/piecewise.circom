// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";
include "arithmetic/piecewise-polynomial.circom";

// Four quadratics chosen by two masked bits.
template Piecewise() {
    signal input mask;
    signal input bit[2];
    signal input t;
    signal output out;

    var table[4][3] = [[1, 2, 3], [-4, 5, -6], [0, 0, 7], [8, 0, 0]];
    signal leaf[4] <== MaskedOneHot(2)(mask, bit);
    out <== PiecewisePolynomial(4, 2, table)(leaf, t);
}
