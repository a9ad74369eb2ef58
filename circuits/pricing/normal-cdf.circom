// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";
include "arithmetic/piecewise-polynomial.circom";
include "pricing/coefficients.circom";

/**
 * @title NormalCdf
 * @notice Normal distribution at a non-negative grid point m·2^-13 plus half a step (so that folding
 * by one's complement is symmetric): 8 unit intervals, degree 8; 1 from 8 standard deviations on.
 * @param SLOPED 1 to follow the density by deltaQ32 within the grid step, 0 to stay at its middle
 * @input bit[16] of m, least significant first
 * @input inside 1 when m < 2^16
 * @input deltaQ32 signed, |deltaQ32| ≤ 2^18 (0 when not SLOPED)
 * @output probabilityQ128 CDF(m) + slope(m)·delta, within 2^-29 of the distribution
 * Assumes boolean bits and inside. Guarantees the value of the specification, bit for bit.
 * Cost: 15 constraints, SLOPED 21.
 */
template NormalCdf(SLOPED) {
    signal input bit[16];
    signal input inside;
    signal input deltaQ32;
    signal output probabilityQ128;

    component interval = MaskedOneHot(3);
    interval.mask <== inside;
    for (var i = 0; i < 3; i++) {
        interval.bit[i] <== bit[13 + i];
    }
    var t = -(2 ** 12);
    for (var i = 0; i < 13; i++) {
        t += bit[i] * (1 << i);
    }

    signal within <== PiecewisePolynomial(8, 8, normalCdf())(interval.leaf, t);
    signal step;
    if (SLOPED == 1) {
        signal slope <== PiecewisePolynomial(8, 5, normalSlope())(interval.leaf, t);
        step <== slope * deltaQ32;
    } else {
        _ <== deltaQ32;
        step <== 0;
    }
    probabilityQ128 <== within + step + (1 - inside) * 2 ** 128;
}
