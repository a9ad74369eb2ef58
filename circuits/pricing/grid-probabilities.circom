// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";
include "arithmetic/piecewise-polynomial.circom";
include "pricing/coefficients.circom";
include "pricing/d1-cell.circom";
include "pricing/d2-cell.circom";

/**
 * @title GridProbabilities
 * @notice N(d₁) and N(d₂) of CallKernel, bit for bit, for a standard deviation that many scenarios
 * share (ScaledStdDev): d₁ on a coarse grid, d₂ = d₁ − w taken exactly.
 * @param COARSE_BITS of ScaledStdDev
 * @param BEYOND_BITS of D2Cell: 1 for deviations below 1.5·2^35, 2 for others
 * @input xQ20 ln(F/K), |xQ20| < 2^25
 * @input hi, loQ32, coarseQ20, scale, scaledCoarse of ScaledStdDev
 * @input halfSquareQ36 of ScaledStdDev (ShockedStdDevs caps it and hi where w ≥ 32)
 * @output probabilityD1Q128 N(d₁)
 * @output probabilityD2Q128 N(d₂)
 * Assumes what ScaledStdDev guarantees. Guarantees the values of the specification, bit for bit.
 */
template GridProbabilities(COARSE_BITS, BEYOND_BITS) {
    signal input xQ20;
    signal input hi;
    signal input loQ32;
    signal input coarseQ20;
    signal input halfSquareQ36;
    signal input scale;
    signal input scaledCoarse;
    signal output probabilityD1Q128;
    signal output probabilityD2Q128;

    // 1. N(d₁) at the grid point: 1 or 0 outside the tables.
    component d1 = D1Cell(COARSE_BITS);
    d1.dividend <== xQ20 * (1 << 16) + halfSquareQ36;
    d1.coarseQ20 <== coarseQ20;
    d1.scale <== scale;
    d1.scaledCoarse <== scaledCoarse;
    component interval1 = OneHot(3);
    var t1 = -(1 << 12);
    for (var i = 0; i < 13; i++) {
        t1 += d1.bit[i] * (1 << i);
    }
    for (var i = 0; i < 3; i++) {
        interval1.bit[i] <== d1.bit[13 + i];
    }
    signal within1 <== PiecewisePolynomial(8, 8, normalCdf())(interval1.leaf, t1);
    signal clamped1 <== within1 + d1.outside * ((1 << 128) - within1);
    probabilityD1Q128 <== clamped1 + d1.negative * ((1 << 128) - 2 * clamped1);

    // 2. N(d₂): the grid part of w is taken off the grid point, the rest follows the density. Folding
    // turns the axis and with it the sign of the rest, so that the slope's term is the same on both
    // sides. Outside the tables d₂ is below −8, where N is 0.
    component d2 = D2Cell(BEYOND_BITS);
    d2.gridQ13 <== d1.gridQ13 - hi;
    component interval2 = OneHot(3);
    var t2 = -(1 << 12);
    for (var i = 0; i < 13; i++) {
        t2 += d2.bit[i] * (1 << i);
    }
    for (var i = 0; i < 3; i++) {
        interval2.bit[i] <== d2.bit[13 + i];
    }
    signal within2 <== PiecewisePolynomial(8, 8, normalCdf())(interval2.leaf, t2);
    signal slope <== PiecewisePolynomial(8, 5, normalSlope())(interval2.leaf, t2);
    signal mirrored <== within2 + d2.negative * ((1 << 128) - 2 * within2);
    signal step <== slope * loQ32;
    probabilityD2Q128 <== (1 - d2.outside) * (mirrored - step);
}
