// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";
include "pricing/adapted-coefficients.circom";

/**
 * @title NormalTable
 * @notice The polynomials of NormalCdf within the tables, with fewer products: the same polynomials,
 * with coefficients adapted to evaluation in the field (Eve 1964; Knuth, TAOCP 2, 4.6.4), so the
 * results are the same field elements.
 * @param SLOPED 1 to evaluate the slope too
 * @input bit[16] of the grid point m, least significant first
 * @output valueQ128 normalCdf()[i](t), i = m >> 13, t = (m & 8191) − 4096
 * @output slopeQ96 normalSlope()[i](t), 0 when not SLOPED
 * Assumes boolean bits. Guarantees the values of the specification for m < 2^16.
 * Cost: 10 constraints, SLOPED 14.
 */
template NormalTable(SLOPED) {
    signal input bit[16];
    signal output valueQ128;
    signal output slopeQ96;

    // 1. Every coefficient is a choice of constants by a one-hot vector, hence linear.
    signal leaf[8] <== OneHot(3)([bit[13], bit[14], bit[15]]);
    var VALUE[8][10] = adaptedNormalCdf();
    var c[10];
    for (var k = 0; k < 10; k++) {
        for (var i = 0; i < 8; i++) {
            c[k] += leaf[i] * VALUE[i][k];
        }
    }
    var u = c[0] - (1 << 12);
    for (var b = 0; b < 13; b++) {
        u += bit[b] * (1 << b);
    }

    // 2. Degree 8.
    signal y <== u * u;
    signal lead <== c[1] * y;
    signal odd <== c[2] * u;
    signal step[3];
    var value = lead + odd + c[3];
    for (var k = 0; k < 3; k++) {
        step[k] <== value * (y - c[4 + 2 * k]);
        value = step[k] + c[5 + 2 * k];
    }
    valueQ128 <== value;

    // 3. Degree 5, at the same u.
    if (SLOPED == 1) {
        var SLOPE[8][6] = adaptedNormalSlope();
        var q[6];
        for (var k = 0; k < 6; k++) {
            for (var i = 0; i < 8; i++) {
                q[k] += leaf[i] * SLOPE[i][k];
            }
        }
        signal horner[3];
        horner[0] <== q[0] * u;
        horner[1] <== (horner[0] + q[1]) * u;
        horner[2] <== (horner[1] + q[2]) * u;
        signal product <== (horner[2] + q[3]) * (y - q[4]);
        slopeQ96 <== product + q[5];
    } else {
        slopeQ96 <== 0;
    }
}
