// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/grid-probabilities.circom";
include "pricing/scaled-std-dev.circom";

// A standard deviation of BITS and SHIFT bits and one kernel on it.
template GridKernel(BITS, SHIFT) {
    signal input stdDev;
    signal input xQ20;
    signal output hi;
    signal output loQ32;
    signal output coarseQ20;
    signal output halfSquareQ36;
    signal output scaledCoarse;
    signal output probabilityD1Q128;
    signal output probabilityD2Q128;

    component split = ScaledStdDev(BITS, SHIFT);
    split.stdDev <== stdDev;
    hi <== split.hi;
    loQ32 <== split.loQ32;
    coarseQ20 <== split.coarseQ20;
    halfSquareQ36 <== split.halfSquareQ36;
    scaledCoarse <== split.scaledCoarse;
    component kernel = GridProbabilities(BITS == 36 ? 24 : 25);
    kernel.xQ20 <== xQ20;
    kernel.hi <== split.hi;
    kernel.loQ32 <== split.loQ32;
    kernel.coarseQ20 <== split.coarseQ20;
    kernel.halfSquareQ36 <== split.halfSquareQ36;
    kernel.scale <== split.scale;
    kernel.scaledCoarse <== split.scaledCoarse;
    probabilityD1Q128 <== kernel.probabilityD1Q128;
    probabilityD2Q128 <== kernel.probabilityD2Q128;
}
