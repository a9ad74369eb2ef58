// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/scaled-std-dev.circom";
include "pricing/shocked-std-dev.circom";
include "pricing/skew-shifts.circom";

/** Coarse width (ScaledStdDev) of the deviations of a vol code. */
function coarseBitsOf(vol) {
    return vol == 0 || vol == 2 ? 24 : 25;
}

/**
 * @title ShockedStdDevs
 * @notice The standard deviation under all seven vol shocks (docs/spec.md §4), each split once for
 * every scenario that uses it.
 * @input stdDevQ32 below 1.5·2^35
 * @input volUpQ10 12 bits, volDownQ10 and skewCapQ10 10 bits, skewSlopeQ10 13 bits: at τ
 * @input kQ16, kNegative as SkewShifts
 * @input floorVarianceRateQ64 variance per second of the vol floor, below 2^45
 * @input positiveTau seconds, 32 bits
 * @output hi[7], loQ32[7], coarseQ20[7], halfSquareQ36[7], scale[7], scaledCoarse[7] of ScaledStdDev,
 * indexed by vol code
 * Assumes the widths of its inputs. Guarantees the values of the specification.
 * Cost: 656 constraints.
 */
template ShockedStdDevs() {
    signal input stdDevQ32;
    signal input volUpQ10;
    signal input volDownQ10;
    signal input skewCapQ10;
    signal input skewSlopeQ10;
    signal input kQ16;
    signal input kNegative;
    signal input floorVarianceRateQ64;
    signal input positiveTau;
    signal output hi[7];
    signal output loQ32[7];
    signal output coarseQ20[7];
    signal output halfSquareQ36[7];
    signal output scale[7];
    signal output scaledCoarse[7];

    // 1. Factors of the shocks that have no floor; they leave Z at Q42.
    component skew = SkewShifts();
    skew.skewSlopeQ10 <== skewSlopeQ10;
    skew.skewCapQ10 <== skewCapQ10;
    skew.kQ16 <== kQ16;
    skew.kNegative <== kNegative;
    var factorQ10[7] = [
        0,
        0,
        (1 << 10) - volDownQ10,
        (1 << 10) + skew.linearQ10,
        (1 << 10) - skew.linearQ10,
        (1 << 10) + skew.absoluteQ10,
        (1 << 10) - skew.absoluteQ10
    ];

    // 2. Vol up, not below the floor.
    component up = ShockedStdDev();
    up.stdDevQ32 <== stdDevQ32;
    up.factorQ10 <== (1 << 10) + volUpQ10;
    up.floorVarianceRateQ64 <== floorVarianceRateQ64;
    up.positiveTau <== positiveTau;

    // 3. The splits. A factor of at most 1 adds no bit, one below 2 one bit.
    component split[7];
    for (var vol = 0; vol < 7; vol++) {
        if (vol == 0) {
            split[vol] = ScaledStdDev(36, 0);
            split[vol].stdDev <== stdDevQ32;
        } else if (vol == 1) {
            split[vol] = ScaledStdDev(39, 0);
            split[vol].stdDev <== up.shockedQ32;
        } else {
            split[vol] = ScaledStdDev(vol == 2 ? 36 : 37, 10);
            split[vol].stdDev <== stdDevQ32 * factorQ10[vol];
        }
        hi[vol] <== split[vol].hi;
        loQ32[vol] <== split[vol].loQ32;
        coarseQ20[vol] <== split[vol].coarseQ20;
        halfSquareQ36[vol] <== split[vol].halfSquareQ36;
        scale[vol] <== split[vol].scale;
        scaledCoarse[vol] <== split[vol].scaledCoarse;
    }
}
