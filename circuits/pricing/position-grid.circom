// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/select.circom";
include "ledger/scenario-layout.circom";
include "pricing/contract-terms.circom";
include "pricing/grid-probabilities.circom";
include "pricing/roll-multipliers.circom";
include "pricing/shocked-std-devs.circom";
include "pricing/tenor-interval.circom";
include "pricing/tenor-values.circom";

/**
 * @title PositionGrid
 * @notice One position at the mark and in all 32 scenarios of its underlying, unfloored, under the
 * scenario layout of version 1: docs/spec.md §4, lots and underlying multiplied in.
 * @input underlying 0 or 1, selects every [2]
 * @input occupied … kMaxQ10 as PositionMark
 * @input lots signed 27 bits, 0 for an empty slot
 * @input tenorTauSeconds … tenorRollLogQ10 [14] of TenorTable
 * @input floorVarianceRateQ64[2] below 2^45
 * @input logMoveQ10[2][32] of ScenarioGrid
 * @output markE4Q128, deltaQ128, forwardE4, settled, live as PositionMark
 * @output markTerm[2] lots · mark in the place of the underlying, 0 in the other's
 * @output spotTerm[2][32], strikeTerm[2][32] likewise: the lots' value in scenario id is
 * m_id·spotTerm[·][id − 1] − strikeTerm[·][id − 1] (E6·Q152)
 * Assumes what MarkValuation and TenorInterval assume. Guarantees the values of the specification,
 * bit for bit.
 * Cost: 5,225 constraints.
 */
template PositionGrid() {
    signal input underlying;
    signal input occupied;
    signal input futureOrPut;
    signal input option;
    signal input strikeE4;
    signal input expiry;
    signal input lots;
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
    signal input tenorVolUpQ10[14];
    signal input tenorVolDownQ10[14];
    signal input tenorSkewCapQ10[14];
    signal input tenorSkewSlopeQ10[14];
    signal input tenorRollLogQ10[14];
    signal input floorVarianceRateQ64[2];
    signal input logMoveQ10[2][32];
    signal output markE4Q128;
    signal output deltaQ128;
    signal output forwardE4;
    signal output settled;
    signal output live;
    signal output markTerm[2];
    signal output spotTerm[2][32];
    signal output strikeTerm[2][32];

    // 1. Time to expiry: live or not, and the tenor table there.
    component interval = TenorInterval();
    interval.expiry <== expiry;
    interval.time <== time;
    interval.tauSeconds <== tenorTauSeconds;
    live <== interval.live;
    component tenor = TenorValues();
    tenor.leaf <== interval.leaf;
    tenor.offset <== interval.offset;
    tenor.width <== interval.width;
    tenor.tenorVolUpQ10 <== tenorVolUpQ10;
    tenor.tenorVolDownQ10 <== tenorVolDownQ10;
    tenor.tenorSkewCapQ10 <== tenorSkewCapQ10;
    tenor.tenorSkewSlopeQ10 <== tenorSkewSlopeQ10;
    tenor.tenorRollLogQ10 <== tenorRollLogQ10;

    // 2. The contract at its surface.
    component terms = ContractTerms();
    terms.occupied <== occupied;
    terms.futureOrPut <== futureOrPut;
    terms.option <== option;
    terms.strikeE4 <== strikeE4;
    terms.live <== live;
    terms.indexE4 <== Select()(underlying, indexE4[0], indexE4[1]);
    terms.perpetualMarkE4 <== Select()(underlying, perpetualMarkE4[0], perpetualMarkE4[1]);
    terms.listed <== listed;
    terms.forwardRatioQ30 <== forwardRatioQ30;
    terms.settlementPriceE4 <== settlementPriceE4;
    terms.aQ44 <== aQ44;
    terms.bQ30 <== bQ30;
    terms.cQ30 <== cQ30;
    terms.mQ24 <== mQ24;
    terms.sigmaQ24 <== sigmaQ24;
    terms.kMinQ10 <== kMinQ10;
    terms.kMaxQ10 <== kMaxQ10;
    forwardE4 <== terms.forwardE4;
    settled <== terms.settled;

    // 3. Its standard deviation under every vol shock, and its roll either way.
    component stdDevs = ShockedStdDevs();
    stdDevs.stdDevQ32 <== terms.stdDevQ32;
    stdDevs.volUpQ10 <== tenor.volUpQ10;
    stdDevs.volDownQ10 <== tenor.volDownQ10;
    stdDevs.skewCapQ10 <== tenor.skewCapQ10;
    stdDevs.skewSlopeQ10 <== tenor.skewSlopeQ10;
    stdDevs.kQ16 <== terms.clampedKQ16;
    stdDevs.kNegative <== terms.kNegative;
    stdDevs.floorVarianceRateQ64
        <== Select()(underlying, floorVarianceRateQ64[0], floorVarianceRateQ64[1]);
    stdDevs.positiveTau <== interval.positiveTau;
    signal rollQ10 <== terms.dated * tenor.rollLogQ10;
    component rolled = RollMultipliers();
    rolled.rollQ10 <== rollQ10;
    var rolledQ24[2] = [rolled.upQ24, rolled.downQ24];

    // 4. Probabilities at the mark (id 0) and in every scenario.
    component kernel[33];
    for (var id = 0; id <= 32; id++) {
        var vol = volCodeOf(id);
        var roll = rollCodeOf(id);
        var move = roll == 0 ? 0 : (roll == 1 ? rollQ10 : -rollQ10);
        if (isMovedScenario(id) == 1) {
            move = Select()(underlying, logMoveQ10[0][id - 1], logMoveQ10[1][id - 1]);
        }
        kernel[id] = GridProbabilities(coarseBitsOf(vol));
        kernel[id].xQ20 <== terms.xQ20 + move * (1 << 10);
        kernel[id].hi <== stdDevs.hi[vol];
        kernel[id].loQ32 <== stdDevs.loQ32[vol];
        kernel[id].coarseQ20 <== stdDevs.coarseQ20[vol];
        kernel[id].halfSquareQ36 <== stdDevs.halfSquareQ36[vol];
        kernel[id].scale <== stdDevs.scale[vol];
        kernel[id].scaledCoarse <== stdDevs.scaledCoarse[vol];
    }

    // 5. Mark.
    signal spotPart <== terms.optionSpotE4 * kernel[0].probabilityD1Q128;
    signal strikePart <== terms.optionStrikeE4 * kernel[0].probabilityD2Q128;
    markE4Q128 <== spotPart + terms.spotConstant - strikePart + terms.fixedE4Q128;
    deltaQ128 <== terms.deltaFactor * kernel[0].probabilityD1Q128 + terms.deltaConstantQ128;

    // 6. Lots, in the place of the underlying.
    var factor[5] = [
        markE4Q128, terms.optionSpotE4, terms.optionStrikeE4, terms.spotConstant, terms.fixedE4Q128
    ];
    signal held[5][2];
    signal total[5];
    for (var i = 0; i < 5; i++) {
        total[i] <== lots * factor[i];
        held[i][1] <== underlying * total[i];
        held[i][0] <== total[i] - held[i][1];
    }
    markTerm <== held[0];

    // 7. Values. Where the spot moves, the multiplier is left to the sum over all positions.
    signal movedSpot[24][2];
    signal movedStrike[24][2];
    signal stillSpot[8];
    signal stillStrike[8];
    signal value[8];
    signal second[8];
    var moved = 0;
    var still = 0;
    for (var id = 1; id <= 32; id++) {
        if (isMovedScenario(id) == 1) {
            for (var u = 0; u < 2; u++) {
                movedSpot[moved][u] <== held[1][u] * kernel[id].probabilityD1Q128;
                movedStrike[moved][u] <== held[2][u] * kernel[id].probabilityD2Q128;
                spotTerm[u][id - 1] <== movedSpot[moved][u] + held[3][u];
                strikeTerm[u][id - 1] <== (movedStrike[moved][u] - held[4][u]) * (1 << 24);
            }
            moved++;
        } else {
            var roll = rollCodeOf(id);
            stillSpot[still] <== total[1] * kernel[id].probabilityD1Q128;
            stillStrike[still] <== total[2] * kernel[id].probabilityD2Q128;
            value[still] <== (stillSpot[still] + total[3]) * (roll == 0 ? 1 << 24 : rolledQ24[roll - 1])
                - (stillStrike[still] - total[4]) * (1 << 24);
            second[still] <== underlying * value[still];
            for (var u = 0; u < 2; u++) {
                _ <== logMoveQ10[u][id - 1];
                spotTerm[u][id - 1] <== 0;
            }
            strikeTerm[0][id - 1] <== second[still] - value[still];
            strikeTerm[1][id - 1] <== -second[still];
            still++;
        }
    }
}
