// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/position-slice.circom";
include "pricing/position-scenario.circom";

/**
 * @title PositionValuation
 * @notice One position at the mark and in the exhibited scenario of its underlying, on its own slice.
 * @input underlying, expiry, strikeE4, isPerpetual, isFuture, isCall, isPut of Slot
 * @input time, indexE4[2], perpetualMarkE4[2], sliceWord[2][24] of the snapshot
 * @input the outputs of ScenarioOpening but the digests and the damping
 * @output markE4Q128, valueE4Q152, deltaQ128, forwardE4, isSettled as in PositionScenario
 * Assumes canonical slots and words bound by the caller. Guarantees the values, exactly.
 * Cost: 1,818 constraints.
 */
template PositionValuation() {
    signal input underlying;
    signal input expiry;
    signal input strikeE4;
    signal input isPerpetual;
    signal input isFuture;
    signal input isCall;
    signal input isPut;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input sliceWord[2][24];
    signal input multiplierQ24[2];
    signal input logMoveQ10[2];
    signal input tenorTauSeconds[14];
    signal input tenorSkewCapQ10[14];
    signal input volDirection[2];
    signal input skewDirection[2];
    signal input skewLinear[2];
    signal input rollDirection[2];
    signal input floorVarianceRateQ64[2];
    signal input tenorColumnQ10[2][14];
    signal output markE4Q128;
    signal output valueE4Q152;
    signal output deltaQ128;
    signal output forwardE4;
    signal output isSettled;

    component slice = PositionSlice();
    slice.underlying <== underlying;
    slice.isDated <== isFuture + isCall + isPut;
    slice.expiry <== expiry;
    slice.sliceWord <== sliceWord;

    component position = PositionScenario();
    position.underlying <== underlying;
    position.occupied <== isPerpetual + isFuture + isCall + isPut;
    position.futureOrPut <== isFuture + isPut;
    position.option <== isCall + isPut;
    position.strikeE4 <== strikeE4;
    position.expiry <== expiry;
    position.time <== time;
    position.indexE4 <== indexE4;
    position.perpetualMarkE4 <== perpetualMarkE4;
    position.listed <== slice.isListed;
    position.forwardRatioQ30 <== slice.forwardRatioQ30;
    position.settlementPriceE4 <== slice.settlementPriceE4;
    position.aQ44 <== slice.aQ44;
    position.bQ30 <== slice.bQ30;
    position.cQ30 <== slice.cQ30;
    position.mQ24 <== slice.mQ24;
    position.sigmaQ24 <== slice.sigmaQ24;
    position.kMinQ10 <== slice.kMinQ10;
    position.kMaxQ10 <== slice.kMaxQ10;
    // The slice's confidence enters the initial margin only.
    _ <== slice.confidenceQ10;
    position.multiplierQ24 <== multiplierQ24;
    position.logMoveQ10 <== logMoveQ10;
    position.tenorTauSeconds <== tenorTauSeconds;
    position.tenorSkewCapQ10 <== tenorSkewCapQ10;
    position.volDirection <== volDirection;
    position.skewDirection <== skewDirection;
    position.skewLinear <== skewLinear;
    position.rollDirection <== rollDirection;
    position.floorVarianceRateQ64 <== floorVarianceRateQ64;
    position.tenorColumnQ10 <== tenorColumnQ10;

    markE4Q128 <== position.markE4Q128;
    valueE4Q152 <== position.valueE4Q152;
    deltaQ128 <== position.deltaQ128;
    forwardE4 <== position.forwardE4;
    isSettled <== position.settled;
    _ <== position.live;
}
