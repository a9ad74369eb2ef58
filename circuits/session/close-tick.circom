// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/market-snapshot.circom";
include "margin/grid-terms.circom";
include "margin/margin-terms.circom";

/**
 * @title CloseTick
 * @notice What a session's terms are held to: market and parameters under their hashes.
 * @input the words of MarketSnapshot and of GridTerms
 * @output snapshotHash, parameterHash
 * @output indexE4[2], depthQuote[2], collateralPriceE4[3], redemptionRateQ30[3] of MarketSnapshot
 * @output multiplierQ24[2][32], dampingQ16[2][32] of GridTerms
 * @output bandsQ10[3], marginalBps[4], factorBps of MarginTerms, those of the maintenance margin
 * Assumes a snapshot and a parameter set that obey their document rules. Guarantees that the outputs are
 * the only ones under the two hashes. Cost: 9,100 constraints.
 */
template CloseTick() {
    signal input timeWord;
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    signal input generalWord;
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorWord[14];
    signal input scenarioWord[2][8];
    signal input documentWord;
    signal output snapshotHash;
    signal output parameterHash;
    signal output {maxbit} indexE4[2];
    signal output {maxbit} depthQuote[2];
    signal output {maxbit} collateralPriceE4[3];
    signal output {maxbit} redemptionRateQ30[3];
    signal output {maxbit} multiplierQ24[2][32];
    signal output {maxbit} dampingQ16[2][32];
    signal output {maxbit} bandsQ10[3];
    signal output {maxbit} marginalBps[4];
    signal output {maxbit} factorBps;
    indexE4.maxbit = 38;
    depthQuote.maxbit = 40;
    collateralPriceE4.maxbit = 40;
    redemptionRateQ30.maxbit = 32;
    multiplierQ24.maxbit = 27;
    dampingQ16.maxbit = 17;
    bandsQ10.maxbit = 16;
    marginalBps.maxbit = 16;
    factorBps.maxbit = 16;

    component market = MarketSnapshot();
    market.timeWord <== timeWord;
    market.underlyingWord <== underlyingWord;
    market.collateralWord <== collateralWord;
    market.sliceWord <== sliceWord;
    component grid = GridTerms();
    grid.generalWord <== generalWord;
    grid.concentrationWord <== concentrationWord;
    grid.assetWord <== assetWord;
    grid.volatilityWord <== volatilityWord;
    grid.tenorWord <== tenorWord;
    grid.scenarioWord <== scenarioWord;
    grid.documentWord <== documentWord;
    component rates = MarginTerms();
    rates.generalWord <== generalWord;
    rates.concentrationWord <== concentrationWord;
    snapshotHash <== market.snapshotHash;
    parameterHash <== grid.parameterHash;
    indexE4 <== market.indexE4;
    depthQuote <== market.depthQuote;
    collateralPriceE4 <== market.collateralPriceE4;
    redemptionRateQ30 <== market.redemptionRateQ30;
    multiplierQ24 <== grid.multiplierQ24;
    dampingQ16 <== grid.dampingQ16;
    bandsQ10 <== rates.bandsQ10;
    marginalBps <== rates.marginalBps[0];
    factorBps <== rates.factorBps[0];

    // What other statements read of the same words.
    _ <== market.time;
    _ <== market.indexTime;
    for (var u = 0; u < 2; u++) {
        _ <== market.perpetualMarkE4[u];
        _ <== market.confidenceQ10[u];
        _ <== grid.floorVarianceRateQ64[u];
        for (var id = 1; id <= 32; id++) {
            _ <== grid.logMoveQ10[u][id - 1];
        }
    }
    for (var i = 0; i < 14; i++) {
        _ <== grid.tenorTauSeconds[i];
        _ <== grid.tenorVolUpQ10[i];
        _ <== grid.tenorVolDownQ10[i];
        _ <== grid.tenorSkewCapQ10[i];
        _ <== grid.tenorSkewSlopeQ10[i];
        _ <== grid.tenorRollLogQ10[i];
    }
    _ <== rates.factorBps[1];
    _ <== rates.cureBufferBps;
    _ <== rates.confidenceBps;
    _ <== rates.confidenceThresholdQ10;
    _ <== rates.latencyBpsPerSecondX10;
    _ <== rates.latencyMaxBps;
    for (var m = 0; m < 2; m++) {
        _ <== rates.shortOptionBps[m];
        _ <== rates.perpetualBps[m];
        _ <== rates.futureBps[m];
    }
    for (var j = 0; j < 4; j++) {
        _ <== rates.marginalBps[1][j];
    }
}
