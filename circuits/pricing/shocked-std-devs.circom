// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/scaled-std-dev.circom";
include "pricing/shocked-std-dev.circom";
include "pricing/skew-shifts.circom";

/** Coarse width and width beyond the tables that the kernels of a vol code are compiled for. */
function coarseBitsOf(vol) {
    return vol == 0 || vol == 2 ? 24 : 27;
}

function beyondBitsOf(vol) {
    return vol == 0 || vol == 2 ? 1 : 2;
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
 * indexed by vol code; from w = 32 on hi and halfSquareQ36 are capped, which changes no probability
 * Assumes the widths of its inputs. Guarantees the values of the specification.
 * Cost: 712 constraints.
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

    // 3. The splits. A factor below 2 adds one bit, one of at most 1 none.
    component split[7];
    for (var vol = 0; vol < 7; vol++) {
        if (vol == 0) {
            split[vol] = ScaledStdDev(36, 0, coarseBitsOf(vol));
            split[vol].stdDev <== stdDevQ32;
        } else if (vol == 1) {
            split[vol] = ScaledStdDev(39, 0, coarseBitsOf(vol));
            split[vol].stdDev <== up.shockedQ32;
        } else {
            split[vol] = ScaledStdDev(vol == 2 ? 36 : 37, 10, coarseBitsOf(vol));
            split[vol].stdDev <== stdDevQ32 * factorQ10[vol];
        }
        loQ32[vol] <== split[vol].loQ32;
        coarseQ20[vol] <== split[vol].coarseQ20;
        scale[vol] <== split[vol].scale;
        scaledCoarse[vol] <== split[vol].scaledCoarse;
        if (vol != 1) {
            hi[vol] <== split[vol].hi;
            halfSquareQ36[vol] <== split[vol].halfSquareQ36;
            _ <== split[vol].wide;
        }
    }

    // 4. From w = 32 on, |x|/w ≤ 1 while w/2 ≥ 16: d₁ is beyond 8 and d₂ beyond −8 whatever x is, and
    // the smallest numbers that say so keep the kernels' range checks narrow. D1Cell: x·2^16 +
    // halfSquare − 2^19·Wc stays in [2^41, 2^43), |x·2^16| being below 2^41. D2Cell: 2^16 − 2^18.
    hi[1] <== split[1].hi + split[1].wide * ((1 << 18) - split[1].hi);
    halfSquareQ36[1] <== split[1].halfSquareQ36
        + split[1].wide * ((1 << 42) + coarseQ20[1] * (1 << 19) - split[1].halfSquareQ36);
}
