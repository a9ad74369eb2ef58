// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "pricing/call-kernel.circom";
include "pricing/option-surface.circom";
include "pricing/shocked-std-dev.circom";
include "pricing/std-dev-split.circom";

// One call from forward, strike and slice, at mark and under one shock: what the accuracy report
// feeds 20,000 points.
template OptionPrice() {
    signal input forwardE4;
    signal input strikeE4;
    signal input aQ44;
    signal input bQ30;
    signal input cQ30;
    signal input mQ24;
    signal input sigmaQ24;
    signal input kMinQ10;
    signal input kMaxQ10;
    signal input multiplierQ24;
    signal input logMoveQ10;
    signal input factorQ10;
    signal input floorVarianceRateQ64;
    signal input tau;
    signal output xQ20;
    signal output stdDevQ32;
    signal output shockedQ32;
    signal output markE4Q128;
    signal output deltaQ128;
    signal output valueE4Q152;

    component surface = OptionSurface();
    surface.forwardE4 <== Range(40)(forwardE4);
    surface.strikeE4 <== Range(40)(strikeE4);
    surface.hasSurface <== 1;
    surface.aQ44 <== aQ44;
    surface.bQ30 <== bQ30;
    surface.cQ30 <== cQ30;
    surface.mQ24 <== mQ24;
    surface.sigmaQ24 <== sigmaQ24;
    surface.kMinQ10 <== kMinQ10;
    surface.kMaxQ10 <== kMaxQ10;
    _ <== surface.kNegative;
    _ <== surface.clampedKQ16;
    xQ20 <== surface.xQ20;
    stdDevQ32 <== surface.stdDevQ32;

    component split = StdDevSplit(36);
    split.stdDevQ32 <== stdDevQ32;
    (markE4Q128, deltaQ128) <== CallKernel(24)(
        forwardE4, strikeE4, xQ20, split.hi, split.loQ32, split.coarseQ20, split.halfQ16
    );

    shockedQ32 <== ShockedStdDev()(stdDevQ32, factorQ10, floorVarianceRateQ64, tau);
    component shockedSplit = StdDevSplit(39);
    shockedSplit.stdDevQ32 <== shockedQ32;
    signal unused;
    (valueE4Q152, unused) <== CallKernel(27)(
        forwardE4 * multiplierQ24,
        strikeE4 * 2 ** 24,
        xQ20 + logMoveQ10 * 2 ** 10,
        shockedSplit.hi, shockedSplit.loQ32, shockedSplit.coarseQ20, shockedSplit.halfQ16
    );
    _ <== unused;
}
