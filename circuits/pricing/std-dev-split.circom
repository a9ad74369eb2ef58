// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

/**
 * @title StdDevSplit
 * @notice Rounds a total standard deviation to the 2^-13 grid of the kernel, floors it at 2^-14 and
 * gives the three precisions in which the kernel needs it.
 * @param BITS width of stdDevQ32 + 2^18, 20 … 39
 * @input stdDevQ32 below 2^BITS − 2^18
 * @output hi grid cells, 1 … 2^(BITS−19) − 1
 * @output loQ32 what rounding left, in [−2^18, 2^18): the standard deviation used is hi·2^19 + lo
 * @output coarseQ20 the same to 2^-20, 64 … 2^(BITS−12)
 * @output halfQ16 half of it to 2^-16
 * Assumes nothing. Guarantees the values of the specification; a wider input has no witness.
 * @ensures coarseQ20 in [64, 2 ** (BITS - 12))
 * @ensures halfQ16 in [2, 2 ** (BITS - 17))
 * Cost: BITS + 5 constraints.
 */
template StdDevSplit(BITS) {
    assert(BITS >= 20);
    assert(BITS <= 39);
    signal input stdDevQ32;
    signal output hi;
    signal output loQ32;
    signal output coarseQ20;
    signal output halfQ16;

    // Half a grid step is added before the split, so that d₂ stays within the cell of its rounded
    // value and only 18 bits of it need decomposing later.
    component bits = Num2Bits(BITS);
    bits.in <== stdDevQ32 + 2 ** 18;
    var low = 0;
    var middle = 0;
    var top = 0;
    var cells = 0;
    for (var i = 0; i < 12; i++) {
        low += bits.out[i] * (1 << i);
    }
    for (var i = 12; i < 17; i++) {
        middle += bits.out[i] * (1 << (i - 12));
    }
    for (var i = 17; i < 19; i++) {
        top += bits.out[i] * (1 << (i - 17));
    }
    for (var i = 19; i < BITS; i++) {
        cells += bits.out[i] * (1 << (i - 19));
    }

    // Below half a grid step the cell is 1 and its low bits 0, which is a deviation of 2^-14.
    signal floored <== IsZero()(cells);
    signal lowUsed <== low - floored * low;
    signal middleUsed <== middle - floored * middle;
    signal topUsed <== top - floored * top;

    hi <== cells + floored;
    loQ32 <== lowUsed + middleUsed * 2 ** 12 + topUsed * 2 ** 17 - 2 ** 18;
    coarseQ20 <== hi * 2 ** 7 + middleUsed + topUsed * 2 ** 5 - 2 ** 6;
    halfQ16 <== hi * 2 ** 2 + topUsed - 2;
}
