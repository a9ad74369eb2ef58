// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/div-floor.circom";
include "arithmetic/signed-fold.circom";

/**
 * @title D1Grid
 * @notice d₁ = x/w + w/2 on the 2^-13 grid, folded and clamped at 8. It may be that coarse because
 * the call value is stationary in d₁ (DESIGN, "Stationarity of Black-76").
 * @param COARSE_BITS width of coarseQ20
 * @input xQ20 ln(F/K), |xQ20| ≤ 2^25 and shocks of less than 2^23
 * @input coarseQ20 standard deviation, 64 … 2^COARSE_BITS − 1
 * @input halfQ16 half of it, below 2^23
 * @output negative 1 exactly when d₁ < 0
 * @output bit[16] of the folded grid point; meaningless when not inside
 * @output inside 1 exactly when the folded point is below 2^16 (|d₁| < 8)
 * @output gridQ13 d₁ on the grid, −2^16 − 1 … 2^16
 * Assumes the widths of its inputs. Guarantees the values of the specification: T = ⌊x·2^16/w⌋ + w/2
 * is below 2^36 in magnitude, which the fold enforces and which bounds the quotient.
 * @assumes xQ20 in [0 - 2 ** 26, 2 ** 26)
 * @assumes coarseQ20 in [64, 2 ** COARSE_BITS)
 * @assumes halfQ16 in [0, 2 ** 23)
 * Cost: 2·COARSE_BITS + 43 constraints.
 */
template D1Grid(COARSE_BITS) {
    signal input xQ20;
    signal input coarseQ20;
    signal input halfQ16;
    signal output {binary} negative;
    signal output {binary} bit[16];
    signal output {binary} inside;
    signal output gridQ13;

    component division = SignedDivFloor(COARSE_BITS);
    division.dividend <== xQ20 * 2 ** 16;
    division.divisor <== coarseQ20;
    component fold = SignedFold(36);
    fold.in <== division.quotient + halfQ16;
    negative <== fold.negative;
    _ <== fold.magnitude;

    // The low 3 bits go below the grid; above 16 bits only whether there is anything matters.
    var grid = 0;
    var beyond = 0;
    for (var i = 0; i < 3; i++) {
        _ <== fold.bit[i];
    }
    for (var i = 0; i < 16; i++) {
        bit[i] <== fold.bit[3 + i];
        grid += bit[i] * (1 << i);
    }
    for (var i = 19; i < 36; i++) {
        beyond += fold.bit[i];
    }
    inside <== IsZero()(beyond);
    signal clamped <== 2 ** 16 + inside * (grid - 2 ** 16);
    gridQ13 <== clamped - negative * (2 * clamped + 1);
}
