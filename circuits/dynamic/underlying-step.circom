// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "dynamic/applied-log.circom";
include "dynamic/averaged-rate.circom";
include "dynamic/clamped.circom";
include "dynamic/mixed-log.circom";
include "dynamic/variance-rate.circom";

/**
 * @title UnderlyingStep
 * @notice One underlying's state after a step: variance counted, both averages, target, limits, what is
 * applied (docs/spec.md §9).
 * @input the underlying's state and inputs, its constants, and what both underlyings share
 * @output fastQ64, longQ64 48 bits; logQ40, appliedLogQ40, targetLogQ40 signed 42 bits; leadQ40 40 bits
 * Assumes the widths of the specification. Guarantees its values; none is free.
 * Cost: 1,178 constraints.
 */
template UnderlyingStep() {
    signal input elapsed;
    signal input allowanceSeconds;
    signal input keepFastQ48;
    signal input keepLongQ48;
    signal input weightBaseQ16;
    signal input weightLongQ16;
    signal input weightFastQ16;
    signal input impliedWeightQ16;
    signal input baseRateQ64;
    signal input unitLogQ72;
    signal input raiseQ40;    // events and silence
    signal input floorLogQ40;
    signal input capLogQ40;
    signal input riseQ40;     // how far this step may rise, and fall
    signal input fallQ40;
    signal input hysteresisQ40;
    signal input leadMaxQ40;
    signal input counterQ48;
    signal input impliedRateQ64;
    signal input previousCounterQ48;
    signal input previousFastQ64;
    signal input previousLongQ64;
    signal input previousLogQ40;
    signal input previousAppliedLogQ40;
    signal output fastQ64;
    signal output longQ64;
    signal output logQ40;
    signal output appliedLogQ40;
    signal output targetLogQ40;
    signal output leadQ40;

    // 1. Variance since the last step, clipped, as a rate.
    component rate = VarianceRate();
    rate.counterQ48 <== counterQ48;
    rate.previousCounterQ48 <== previousCounterQ48;
    rate.longQ64 <== previousLongQ64;
    rate.allowanceSeconds <== allowanceSeconds;
    rate.elapsed <== elapsed;

    // 2. Both averages.
    fastQ64 <== AveragedRate()(previousFastQ64, rate.rateQ64, keepFastQ48);
    longQ64 <== AveragedRate()(previousLongQ64, rate.rateQ64, keepLongQ48);

    // 3. Target.
    component mixed = MixedLog();
    mixed.fastQ64 <== fastQ64;
    mixed.longQ64 <== longQ64;
    mixed.impliedRateQ64 <== impliedRateQ64;
    mixed.baseRateQ64 <== baseRateQ64;
    mixed.weightBaseQ16 <== weightBaseQ16;
    mixed.weightLongQ16 <== weightLongQ16;
    mixed.weightFastQ16 <== weightFastQ16;
    mixed.impliedWeightQ16 <== impliedWeightQ16;
    mixed.unitLogQ72 <== unitLogQ72;
    targetLogQ40 <== Clamped(47)(mixed.logQ40 + raiseQ40, floorLogQ40, capLogQ40);

    // 4. Limits, then hysteresis. Each lies between two logarithms of 42 bits, so it is one.
    logQ40 <== Clamped(50)(targetLogQ40, previousLogQ40 - fallQ40, previousLogQ40 + riseQ40);
    appliedLogQ40 <== AppliedLog()(previousAppliedLogQ40, logQ40, hysteresisQ40);

    // 5. How far the initial margin runs ahead.
    component ahead = MaxZero(43);
    ahead.in <== targetLogQ40 - appliedLogQ40;
    _ <== ahead.negative;
    leadQ40 <== Smaller(43)(ahead.out, leadMaxQ40);
}
