// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/scenario-grid.circom";
include "ledger/tenor-table.circom";
include "margin/grid-scan.circom";
include "pricing/position-grid.circom";

// The grid of an account from parameter words, decoded slices and haircut collateral.
template AccountGrid(COUNT) {
    signal input underlying[COUNT];
    signal input occupied[COUNT];
    signal input futureOrPut[COUNT];
    signal input option[COUNT];
    signal input strikeE4[COUNT];
    signal input expiry[COUNT];
    signal input lots[COUNT];
    signal input listed[COUNT];
    signal input forwardRatioQ30[COUNT];
    signal input settlementPriceE4[COUNT];
    signal input aQ44[COUNT];
    signal input bQ30[COUNT];
    signal input cQ30[COUNT];
    signal input mQ24[COUNT];
    signal input sigmaQ24[COUNT];
    signal input kMinQ10[COUNT];
    signal input kMaxQ10[COUNT];
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input tenorWord[14];
    signal input scenarioWord[2][8];
    signal input floorVarianceRateQ64[2];
    signal input assetUnderlying[3];
    signal input haircutValueE6[3];
    signal output scenarioDigest[2];
    signal output tenorDigest;
    signal output scanQ16[2];
    signal output worstScenario[2];
    signal output markSumE6Q128;

    component tenor = TenorTable();
    tenor.tenorWord <== tenorWord;
    tenorDigest <== tenor.tenorDigest;
    component scenarios = ScenarioGrid();
    scenarios.scenarioWord <== scenarioWord;
    scenarioDigest <== scenarios.scenarioDigest;

    component position[COUNT];
    component scan = GridScan(COUNT);
    for (var i = 0; i < COUNT; i++) {
        position[i] = PositionGrid();
        position[i].underlying <== underlying[i];
        position[i].occupied <== occupied[i];
        position[i].futureOrPut <== futureOrPut[i];
        position[i].option <== option[i];
        position[i].strikeE4 <== strikeE4[i];
        position[i].expiry <== expiry[i];
        position[i].lots <== lots[i];
        position[i].time <== time;
        position[i].indexE4 <== indexE4;
        position[i].perpetualMarkE4 <== perpetualMarkE4;
        position[i].listed <== listed[i];
        position[i].forwardRatioQ30 <== forwardRatioQ30[i];
        position[i].settlementPriceE4 <== settlementPriceE4[i];
        position[i].aQ44 <== aQ44[i];
        position[i].bQ30 <== bQ30[i];
        position[i].cQ30 <== cQ30[i];
        position[i].mQ24 <== mQ24[i];
        position[i].sigmaQ24 <== sigmaQ24[i];
        position[i].kMinQ10 <== kMinQ10[i];
        position[i].kMaxQ10 <== kMaxQ10[i];
        position[i].tenorTauSeconds <== tenor.tauSeconds;
        position[i].tenorVolUpQ10 <== tenor.volUpQ10;
        position[i].tenorVolDownQ10 <== tenor.volDownQ10;
        position[i].tenorSkewCapQ10 <== tenor.skewCapQ10;
        position[i].tenorSkewSlopeQ10 <== tenor.skewSlopeQ10;
        position[i].tenorRollLogQ10 <== tenor.rollLogQ10;
        position[i].floorVarianceRateQ64 <== floorVarianceRateQ64;
        position[i].logMoveQ10 <== scenarios.logMoveQ10;
        scan.markTerm[i] <== position[i].markTerm;
        scan.spotTerm[i] <== position[i].spotTerm;
        scan.strikeTerm[i] <== position[i].strikeTerm;
        _ <== position[i].markE4Q128;
        _ <== position[i].deltaQ128;
        _ <== position[i].forwardE4;
        _ <== position[i].settled;
        _ <== position[i].live;
    }

    signal {binary} asset[3];
    signal {maxbit} haircutValue[3];
    haircutValue.maxbit = 77;
    for (var c = 0; c < 3; c++) {
        assetUnderlying[c] * (assetUnderlying[c] - 1) === 0;
        asset[c] <== assetUnderlying[c];
        haircutValue[c] <== Range(77)(haircutValueE6[c]);
    }
    scan.assetUnderlying <== asset;
    scan.haircutValueE6 <== haircutValue;
    scan.multiplierQ24 <== scenarios.multiplierQ24;
    scan.dampingQ16 <== scenarios.dampingQ16;
    scanQ16 <== scan.scanQ16;
    worstScenario <== scan.worstScenario;
    markSumE6Q128 <== scan.markSumE6Q128;
}
