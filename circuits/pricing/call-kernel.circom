// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/signed-fold.circom";
include "pricing/d1-grid.circom";
include "pricing/normal-cdf.circom";

/**
 * @title CallKernel
 * @notice Undiscounted Black-76 call F·N(d₁) − K·N(d₂), unfloored: d₁ on a coarse grid, d₂ = d₁ − w
 * taken exactly, plus (F + K)·2^-40 so that polynomial error cannot make a value negative.
 * @param COARSE_BITS width of coarseQ20: BITS − 12 of the StdDevSplit that feeds it
 * @input forward, strike in one unit and scale, below 2^68
 * @input xQ20 ln(F/K), as D1Grid
 * @input hi, loQ32, coarseQ20, halfQ16 of StdDevSplit
 * @output callRaw value at the scale of forward·2^128
 * @output probabilityD1Q128 N(d₁)
 * Assumes the widths of its inputs. Guarantees the values of the specification, bit for bit; every
 * input within the widths has a witness.
 * Cost: 154 constraints at COARSE_BITS 24, 163 at 27.
 */
template CallKernel(COARSE_BITS) {
    // |h| ≤ 2^16 + 1 + hi, and hi < 2^(COARSE_BITS − 7).
    var H_BITS = COARSE_BITS <= 24 ? 18 : COARSE_BITS - 6;
    signal input forward;
    signal input strike;
    signal input xQ20;
    signal input hi;
    signal input loQ32;
    signal input coarseQ20;
    signal input halfQ16;
    signal output callRaw;
    signal output probabilityD1Q128;

    // 1. N(d₁) at the grid point.
    component d1 = D1Grid(COARSE_BITS);
    d1.xQ20 <== xQ20;
    d1.coarseQ20 <== coarseQ20;
    d1.halfQ16 <== halfQ16;
    signal foldedD1 <== NormalCdf(0)(d1.bit, d1.inside, 0);
    probabilityD1Q128 <== foldedD1 + d1.negative * (2 ** 128 - 2 * foldedD1);

    // 2. N(d₂): the grid part of w is taken off the grid point, the rest follows the density. The
    // fold turns the axis, so the rest changes its sign with it.
    component d2 = SignedFold(H_BITS);
    d2.in <== d1.gridQ13 - hi;
    _ <== d2.magnitude;
    var beyond = 0;
    signal bit[16];
    for (var i = 0; i < 16; i++) {
        bit[i] <== d2.bit[i];
    }
    for (var i = 16; i < H_BITS; i++) {
        beyond += d2.bit[i];
    }
    signal inside <== IsZero()(beyond);
    signal deltaQ32 <== (2 * d2.negative - 1) * loQ32;
    signal foldedD2 <== NormalCdf(1)(bit, inside, deltaQ32);
    signal probabilityD2Q128 <== foldedD2 + d2.negative * (2 ** 128 - 2 * foldedD2);

    // 3. The value.
    signal forwardTerm <== forward * probabilityD1Q128;
    signal strikeTerm <== strike * probabilityD2Q128;
    callRaw <== forwardTerm - strikeTerm + (forward + strike) * 2 ** 88;
}
