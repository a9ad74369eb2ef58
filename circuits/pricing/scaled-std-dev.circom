// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title ScaledStdDev
 * @notice StdDevSplit for a standard deviation that many kernels share: besides the split of
 * docs/spec.md §3 it gives the power of two that brings the coarse deviation to a fixed width, so
 * that each kernel's remainder needs one range check and not two (D1Cell).
 * Deviations of w = 24 and more are treated as 24. That changes no probability: |x| < 29.8 (the log of
 * a ratio of 40-bit prices is below 27.8, a move below 2), so d₁ = x/w + w/2 is above 10 and d₂ below
 * −10 at every such w, where N is 1 and 0. And it keeps the kernels' range checks narrow.
 * @param BITS width of the deviation at Q32: 36, 37 where it is below 1.5·2^36, or 39
 * @param SHIFT bits below Q32 in the input
 * @input stdDev at Q(32 + SHIFT), below 2^(BITS + SHIFT)
 * @output hi grid cells, 1 … 1.5·2^17
 * @output loQ32 what rounding left, in [−2^18, 2^18)
 * @output coarseQ20 Wc, 64 … 1.5·2^24
 * @output halfSquareQ36 Wc·Wh, half the square
 * @output scale 2^e with coarseQ20·scale in [2^(C−1), 2^C), C = 24 for BITS 36, otherwise 25
 * @output scaledCoarse coarseQ20·scale
 * Assumes the bound of BITS 37. Guarantees the values; they are functions of one decomposition, without
 * a hint. A wider input has no witness.
 * Cost: 2·BITS + SHIFT − 14 constraints, 4 more for BITS 39.
 */
template ScaledStdDev(BITS, SHIFT) {
    assert(BITS == 36 || BITS == 37 || BITS == 39);
    var LEADING = BITS < 37 ? BITS - 1 : 36;
    signal input stdDev;
    signal output hi;
    signal output loQ32;
    signal output coarseQ20;
    signal output halfSquareQ36;
    signal output scale;
    signal output scaledCoarse;

    // 1. W at Q32, in bits. Rounding W + 2^18 down to a cell and taking 2^18 off what is left, as the
    // specification does, is rounding W to the nearest cell: bit 18 decides.
    component bits = Num2Bits(BITS + SHIFT);
    bits.in <== stdDev;
    for (var i = 0; i < SHIFT; i++) {
        _ <== bits.out[i];
    }
    var low = 0;
    var middle = 0;
    for (var i = 0; i < 12; i++) {
        low += bits.out[SHIFT + i] * (1 << i);
    }
    for (var i = 12; i < 17; i++) {
        middle += bits.out[SHIFT + i] * (1 << (i - 12));
    }
    var top = bits.out[SHIFT + 17];
    var above = 0;
    var cells = 0;
    for (var i = 18; i < BITS; i++) {
        above += bits.out[SHIFT + i] * (1 << (i - 18));
    }
    for (var i = 19; i < BITS; i++) {
        cells += bits.out[SHIFT + i] * (1 << (i - 19));
    }
    var round = bits.out[SHIFT + 18];

    // 2. The leading bit, from the top: none[i] says that no bit from 18 + i on is set. Where none is,
    // W is floored at 2^18, whose leading bit is 18 itself.
    signal none[BITS - 18];
    var power = 0;
    var noneAbove = 1;
    for (var i = BITS - 19; i >= 0; i--) {
        none[i] <== noneAbove * (1 - bits.out[SHIFT + 18 + i]);
        power += (noneAbove - none[i]) * (18 + i < LEADING ? 1 << (LEADING - 18 - i) : 1);
        noneAbove = none[i];
    }
    signal floored <== none[0];
    scale <== power + floored * (1 << (LEADING - 18));

    // 3. The parts; floored, those below bit 18 are 0.
    signal lowUsed <== low - floored * low;
    signal middleUsed <== middle - floored * middle;
    signal topUsed <== top - floored * top;
    var halves = topUsed + 2 * (above + floored);
    loQ32 <== lowUsed + middleUsed * (1 << 12) + topUsed * (1 << 17) - (round + floored) * (1 << 18);

    // 4. Wide: bit 37 or 38, or bits 36 and 35; as 24, which is 3 · 2^35 at Q32.
    signal hiUsed;
    signal coarseUsed;
    signal halfUsed;
    if (BITS == 39) {
        signal wide <== 1 - none[19] + (none[19] - none[18]) * bits.out[SHIFT + 35];
        hiUsed <== cells + round + floored + wide * (3 * (1 << 16) - (cells + round + floored));
        halfUsed <== halves + wide * (3 * (1 << 18) - halves);
        coarseUsed <== middleUsed + halves * (1 << 5)
            + wide * (3 * (1 << 23) - middleUsed - halves * (1 << 5));
    } else {
        hiUsed <== cells + round + floored;
        halfUsed <== halves;
        coarseUsed <== middleUsed + halves * (1 << 5);
    }
    hi <== hiUsed;
    coarseQ20 <== coarseUsed;
    halfSquareQ36 <== coarseUsed * halfUsed;
    scaledCoarse <== coarseUsed * scale;
}
