// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/d1-cell.circom";
include "pricing/d2-cell.circom";
include "pricing/normal-table.circom";

/**
 * @title GridProbabilities
 * @notice N(d₁) and N(d₂) of CallKernel, bit for bit, for a standard deviation that many scenarios
 * share (ScaledStdDev): d₁ on a coarse grid, d₂ = d₁ − w taken exactly.
 * @param COARSE_BITS of ScaledStdDev
 * @input xQ20 ln(F/K), |x| < 29.8
 * @input hi, loQ32, coarseQ20, halfSquareQ36, scale, scaledCoarse of ScaledStdDev
 * @output probabilityD1Q128 N(d₁)
 * @output probabilityD2Q128 N(d₂)
 * Assumes what ScaledStdDev guarantees. Guarantees the values of the specification, bit for bit. Inputs
 * within the ranges have a witness: d₂ ≥ −2^17 on the grid, because below w = 8 hi < 2^16 and
 * d₁ > −2^16 − 2, from there to 16 d₁ ≥ 0 and hi ≤ 2^17, and from there to 24 w − d₁ ≤ 16.
 * Cost: COARSE_BITS + 76 constraints.
 */
template GridProbabilities(COARSE_BITS) {
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
    component table1 = NormalTable(0);
    table1.bit <== d1.bit;
    _ <== table1.slopeQ96;
    signal clamped1 <== table1.valueQ128 + d1.outside * ((1 << 128) - table1.valueQ128);
    probabilityD1Q128 <== clamped1 + d1.negative * ((1 << 128) - 2 * clamped1);

    // 2. N(d₂): the grid part of w is taken off the grid point, the rest follows the density. Folding
    // turns the axis and with it the sign of the rest, so that the slope's term is the same on both
    // sides. Outside the tables d₂ is below −8, where N is 0.
    component d2 = D2Cell();
    d2.gridQ13 <== d1.gridQ13 - hi;
    component table2 = NormalTable(1);
    table2.bit <== d2.bit;
    signal mirrored <== table2.valueQ128 + d2.negative * ((1 << 128) - 2 * table2.valueQ128);
    signal step <== table2.slopeQ96 * loQ32;
    probabilityD2Q128 <== (1 - d2.outside) * (mirrored - step);
}
