// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/position-scenario.circom";
include "pricing/scenario-terms.circom";

// One position with the scenarios of both underlyings, as the statements wire them.
template PricedPosition() {
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
    signal input volUpQ10[14];
    signal input volDownQ10[14];
    signal input skewSlopeQ10[14];
    signal input rollLogQ10[14];
    signal input multiplierQ24[2];
    signal input logMoveQ10[2];
    signal input vol[2][3];
    signal input roll[2][2];
    signal input floorVarianceRateQ64[2];
    signal output markE4Q128;
    signal output deltaQ128;
    signal output forwardE4;
    signal output settled;
    signal output live;
    signal output valueE4Q152;

    component terms[2];
    component position = PositionScenario();
    position.underlying <== underlying;
    position.occupied <== occupied;
    position.futureOrPut <== futureOrPut;
    position.option <== option;
    position.strikeE4 <== strikeE4;
    position.expiry <== expiry;
    position.time <== time;
    position.indexE4 <== indexE4;
    position.perpetualMarkE4 <== perpetualMarkE4;
    position.listed <== listed;
    position.forwardRatioQ30 <== forwardRatioQ30;
    position.settlementPriceE4 <== settlementPriceE4;
    position.aQ44 <== aQ44;
    position.bQ30 <== bQ30;
    position.cQ30 <== cQ30;
    position.mQ24 <== mQ24;
    position.sigmaQ24 <== sigmaQ24;
    position.kMinQ10 <== kMinQ10;
    position.kMaxQ10 <== kMaxQ10;
    position.tenorTauSeconds <== tenorTauSeconds;
    position.tenorSkewCapQ10 <== tenorSkewCapQ10;
    position.multiplierQ24 <== multiplierQ24;
    position.logMoveQ10 <== logMoveQ10;
    for (var u = 0; u < 2; u++) {
        terms[u] = ScenarioTerms();
        terms[u].vol <== vol[u];
        terms[u].roll <== roll[u];
        terms[u].floorVarianceRateQ64 <== floorVarianceRateQ64[u];
        terms[u].volUpQ10 <== volUpQ10;
        terms[u].volDownQ10 <== volDownQ10;
        terms[u].skewSlopeQ10 <== skewSlopeQ10;
        terms[u].rollLogQ10 <== rollLogQ10;
        position.volDirection[u] <== terms[u].volDirection;
        position.skewDirection[u] <== terms[u].skewDirection;
        position.skewLinear[u] <== terms[u].skewLinear;
        position.rollDirection[u] <== terms[u].rollDirection;
        position.floorVarianceRateQ64[u] <== terms[u].maskedFloorVarianceRateQ64;
        position.tenorColumnQ10[u] <== terms[u].tenorColumnQ10;
    }
    markE4Q128 <== position.markE4Q128;
    deltaQ128 <== position.deltaQ128;
    forwardE4 <== position.forwardE4;
    settled <== position.settled;
    live <== position.live;
    valueE4Q152 <== position.valueE4Q152;
}
