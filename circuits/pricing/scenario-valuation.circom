// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/select.circom";
include "pricing/call-kernel.circom";
include "pricing/roll-multiplier.circom";
include "pricing/shocked-std-dev.circom";
include "pricing/std-dev-split.circom";
include "pricing/vol-factor.circom";

/**
 * @title ScenarioValuation
 * @notice Values one contract in a scenario: docs/spec.md §4, column "value(s)". The shock moves on a
 * log grid, so it needs no new logarithm, and the strike keeps its volatility.
 * @input option, put, dated kind; dated 0 for perpetuals, which do not roll
 * @input strikeE4 < 2^40
 * @input settled, payoffE4, spotE4, xQ20, kNegative, clampedKQ16, stdDevQ32 of MarkValuation
 * @input columnQ10, skewCapQ10 tenor values at τ
 * @input positiveTau max(0, τ)
 * @input multiplierQ24 27 bits, logMoveQ10 12 bits signed, volDirection, skewDirection, skewLinear,
 * rollDirection, floorVarianceRateQ64 of the underlying's scenario (ScenarioTerms)
 * @output valueE4Q152 signed, |value| < 2^196
 * Assumes the widths above. Guarantees the value of the specification, bit for bit.
 * Cost: 440 constraints.
 */
template ScenarioValuation() {
    signal input option;
    signal input put;
    signal input dated;
    signal input strikeE4;
    signal input settled;
    signal input payoffE4;
    signal input spotE4;
    signal input xQ20;
    signal input kNegative;
    signal input clampedKQ16;
    signal input stdDevQ32;
    signal input columnQ10;
    signal input skewCapQ10;
    signal input positiveTau;
    signal input multiplierQ24;
    signal input logMoveQ10;
    signal input volDirection;
    signal input skewDirection;
    signal input skewLinear;
    signal input rollDirection;
    signal input floorVarianceRateQ64;
    signal output valueE4Q152;

    // 1. Roll. The column of a roll is interpolated as its negative (ScenarioTerms).
    signal rolledQ10 <== -rollDirection * columnQ10;
    signal rollQ10 <== rolledQ10 * dated;
    signal rollMultiplierQ24 <== RollMultiplier()(rollQ10);
    signal spotE4Q24 <== spotE4 * (multiplierQ24 + rollMultiplierQ24 - 2 ** 24);

    // 2. Volatility.
    component factor = VolFactor();
    factor.volDirection <== volDirection;
    factor.skewDirection <== skewDirection;
    factor.skewLinear <== skewLinear;
    factor.columnQ10 <== columnQ10;
    factor.skewCapQ10 <== skewCapQ10;
    factor.kQ16 <== clampedKQ16;
    factor.kNegative <== kNegative;
    component shocked = ShockedStdDev();
    shocked.stdDevQ32 <== stdDevQ32;
    shocked.factorQ10 <== factor.factorQ10;
    shocked.floorVarianceRateQ64 <== floorVarianceRateQ64;
    shocked.positiveTau <== positiveTau;
    component split = StdDevSplit(39);
    split.stdDevQ32 <== shocked.shockedQ32;

    // 3. Call, put by parity, delta-one, settlement.
    component call = CallKernel(27);
    call.forward <== spotE4Q24;
    call.strike <== strikeE4 * 2 ** 24;
    call.xQ20 <== xQ20 + (logMoveQ10 + rollQ10) * 2 ** 10;
    call.hi <== split.hi;
    call.loQ32 <== split.loQ32;
    call.coarseQ20 <== split.coarseQ20;
    call.halfQ16 <== split.halfQ16;
    _ <== call.probabilityD1Q128;
    signal parityE4Q24 <== put * (spotE4Q24 - strikeE4 * 2 ** 24);
    signal unsettledE4Q152 <== Select()(
        option,
        spotE4Q24 * 2 ** 128,
        call.callRaw - parityE4Q24 * 2 ** 128
    );
    valueE4Q152 <== Select()(settled, unsettledE4Q152, payoffE4 * 2 ** 152);
}
