// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title ScaledStdDev
 * @notice StdDevSplit for a standard deviation that many kernels share: besides the split of
 * docs/spec.md §3 it gives the power of two that brings the coarse deviation to a fixed width, so
 * that each kernel's remainder needs one range check and not two (D1Cell).
 * @param BITS width of the deviation at Q32, 20 … 39
 * @param SHIFT bits below Q32 in the input
 * @param COARSE_BITS width to scale to, BITS − 12 or more
 * @input stdDev at Q(32 + SHIFT), below 2^(BITS + SHIFT)
 * @output hi grid cells, 1 … 2^(BITS−19)
 * @output loQ32 what rounding left, in [−2^18, 2^18)
 * @output coarseQ20 Wc, 64 … 2^(BITS−12) − 1
 * @output halfSquareQ36 Wc·Wh, half the square
 * @output scale 2^e with coarseQ20·scale in [2^(COARSE_BITS−1), 2^COARSE_BITS)
 * @output scaledCoarse coarseQ20·scale
 * @output wide 1 when the deviation is 2^37 or more (BITS above 37 only, otherwise 0)
 * Assumes nothing. Guarantees the values; they are functions of one decomposition, without a hint. A
 * wider input has no witness.
 * Cost: 2·BITS + SHIFT − 14 constraints.
 */
template ScaledStdDev(BITS, SHIFT, COARSE_BITS) {
    assert(BITS >= 20);
    assert(BITS <= 39);
    assert(COARSE_BITS >= BITS - 12);
    signal input stdDev;
    signal output hi;
    signal output loQ32;
    signal output coarseQ20;
    signal output halfSquareQ36;
    signal output scale;
    signal output scaledCoarse;
    signal output {binary} wide;

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
        power += (noneAbove - none[i]) * (1 << (COARSE_BITS - 7 - i));
        noneAbove = none[i];
    }
    signal floored <== none[0];
    scale <== power + floored * (1 << (COARSE_BITS - 7));
    wide <== BITS > 37 ? 1 - none[19] : 0;

    // 3. The parts; floored, those below bit 18 are 0.
    signal lowUsed <== low - floored * low;
    signal middleUsed <== middle - floored * middle;
    signal topUsed <== top - floored * top;
    var quarters = above + floored;
    hi <== cells + round + floored;
    loQ32 <== lowUsed + middleUsed * (1 << 12) + topUsed * (1 << 17) - (round + floored) * (1 << 18);
    coarseQ20 <== middleUsed + topUsed * (1 << 5) + quarters * (1 << 6);
    halfSquareQ36 <== coarseQ20 * (topUsed + quarters * 2);
    scaledCoarse <== coarseQ20 * scale;
}
