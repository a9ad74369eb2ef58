// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/select.circom";
include "pricing/mark-valuation.circom";
include "pricing/scenario-valuation.circom";
include "pricing/tenor-interval.circom";
include "pricing/tenor-value.circom";

/**
 * @title PositionScenario
 * @notice Value and delta of one contract at mark, and its value in the scenario of its underlying.
 * @input underlying 0 or 1, selects every [2]
 * @input occupied … kMaxQ10 as PositionMark
 * @input tenorTauSeconds[14], tenorSkewCapQ10[14] tenor table
 * @input multiplierQ24[2] 27 bits, logMoveQ10[2] 12 bits signed of the scenarios
 * @input volDirection … tenorColumnQ10 of ScenarioTerms, per underlying
 * @output markE4Q128, deltaQ128, forwardE4, settled of MarkValuation
 * @output live 1 when expiry > time
 * @output valueE4Q152 value in the scenario
 * Assumes what MarkValuation and TenorInterval assume. Guarantees the values of the specification,
 * bit for bit.
 * Cost: 1,519 constraints.
 */
template PositionScenario() {
    signal input underlying;
    signal input occupied;
    signal input futureOrPut;
    signal input option;
    signal input strikeE4;
    signal input expiry;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input listed;
    signal input forwardRatioQ30;
    signal input settlementPriceE4;
    signal input aQ44;
    signal input bQ30;
    signal input cQ30;
    signal input mQ24;
    signal input sigmaQ24;
    signal input kMinQ10;
    signal input kMaxQ10;
    signal input tenorTauSeconds[14];
    signal input tenorSkewCapQ10[14];
    signal input multiplierQ24[2];
    signal input logMoveQ10[2];
    signal input volDirection[2];
    signal input skewDirection[2];
    signal input skewLinear[2];
    signal input rollDirection[2];
    signal input floorVarianceRateQ64[2];
    signal input tenorColumnQ10[2][14];
    signal output markE4Q128;
    signal output deltaQ128;
    signal output forwardE4;
    signal output settled;
    signal output live;
    signal output valueE4Q152;

    // 1. Time to expiry: live or not, and the tenor table there.
    component interval = TenorInterval();
    interval.expiry <== expiry;
    interval.time <== time;
    interval.tauSeconds <== tenorTauSeconds;
    live <== interval.live;
    signal column[14];
    for (var i = 0; i < 14; i++) {
        column[i] <== Select()(underlying, tenorColumnQ10[0][i], tenorColumnQ10[1][i]);
    }

    // 2. Mark.
    component mark = MarkValuation();
    mark.occupied <== occupied;
    mark.futureOrPut <== futureOrPut;
    mark.option <== option;
    mark.strikeE4 <== strikeE4;
    mark.live <== live;
    mark.indexE4 <== Select()(underlying, indexE4[0], indexE4[1]);
    mark.perpetualMarkE4 <== Select()(underlying, perpetualMarkE4[0], perpetualMarkE4[1]);
    mark.listed <== listed;
    mark.forwardRatioQ30 <== forwardRatioQ30;
    mark.settlementPriceE4 <== settlementPriceE4;
    mark.aQ44 <== aQ44;
    mark.bQ30 <== bQ30;
    mark.cQ30 <== cQ30;
    mark.mQ24 <== mQ24;
    mark.sigmaQ24 <== sigmaQ24;
    mark.kMinQ10 <== kMinQ10;
    mark.kMaxQ10 <== kMaxQ10;
    markE4Q128 <== mark.markE4Q128;
    deltaQ128 <== mark.deltaQ128;
    forwardE4 <== mark.forwardE4;
    settled <== mark.settled;

    // 3. Scenario. Dated is any kind with bit 1 or bit 2: a future, a call or a put.
    component scenario = ScenarioValuation();
    scenario.option <== option;
    scenario.put <== mark.put;
    scenario.dated <== option + futureOrPut - mark.put;
    scenario.strikeE4 <== strikeE4;
    scenario.settled <== mark.settled;
    scenario.payoffE4 <== mark.payoffE4;
    scenario.spotE4 <== mark.spotE4;
    scenario.xQ20 <== mark.xQ20;
    scenario.kNegative <== mark.kNegative;
    scenario.clampedKQ16 <== mark.clampedKQ16;
    scenario.stdDevQ32 <== mark.stdDevQ32;
    scenario.columnQ10 <== TenorValue(13)(interval.leaf, interval.offset, interval.width, column);
    scenario.skewCapQ10 <== TenorValue(10)(interval.leaf, interval.offset, interval.width, tenorSkewCapQ10);
    scenario.positiveTau <== interval.positiveTau;
    scenario.multiplierQ24 <== Select()(underlying, multiplierQ24[0], multiplierQ24[1]);
    scenario.logMoveQ10 <== Select()(underlying, logMoveQ10[0], logMoveQ10[1]);
    scenario.volDirection <== Select()(underlying, volDirection[0], volDirection[1]);
    scenario.skewDirection <== Select()(underlying, skewDirection[0], skewDirection[1]);
    scenario.skewLinear <== Select()(underlying, skewLinear[0], skewLinear[1]);
    scenario.rollDirection <== Select()(underlying, rollDirection[0], rollDirection[1]);
    scenario.floorVarianceRateQ64 <== Select()(underlying, floorVarianceRateQ64[0], floorVarianceRateQ64[1]);
    valueE4Q152 <== scenario.valueE4Q152;
}
