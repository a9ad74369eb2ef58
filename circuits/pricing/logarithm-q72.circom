// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";
include "arithmetic/piecewise-polynomial.circom";
include "pricing/coefficients.circom";
include "pricing/leading-shift.circom";

/**
 * @title LogarithmQ72
 * @notice ln of a price, unfloored (docs/spec.md §3): a polynomial of degree 4 per 1/32 of an octave
 * at the upper 16 bits of the mantissa, and its slope times the lower 23.
 * @input value 1 … 2^40 − 1 in any unit, tagged with its width
 * @output lnQ72 natural logarithm, Q72, |lnQ72| < 28·2^72
 * Assumes the tag is true. Guarantees the value of the specification, bit for bit; value 0 has no
 * witness.
 * Cost: 87 constraints.
 */
template LogarithmQ72() {
    signal input {maxbit} value;
    signal output lnQ72;

    component leading = LeadingShift();
    leading.value <== value;

    // 1. Mantissa: interval (5 bits), cell (11 bits, centred), offset in the cell (23 bits, centred).
    component interval = OneHot(5);
    var t = -(2 ** 10);
    var delta = -(2 ** 22);
    for (var i = 0; i < 5; i++) {
        interval.bit[i] <== leading.bit[34 + i];
    }
    for (var i = 0; i < 11; i++) {
        t += leading.bit[23 + i] * (1 << i);
    }
    for (var i = 0; i < 23; i++) {
        delta += leading.bit[i] * (1 << i);
    }

    // 2. P(t) + Q(t)·δ + (39 − shift)·ln 2.
    signal cell <== PiecewisePolynomial(32, 4, logarithm())(interval.leaf, t);
    signal slope <== PiecewisePolynomial(32, 2, logarithmSlope())(interval.leaf, t);
    lnQ72 <== cell + slope * delta + (39 - leading.shift) * ln2Q72();
}
