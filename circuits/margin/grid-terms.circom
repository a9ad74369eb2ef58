// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/risk-parameters.circom";
include "ledger/scenario-grid.circom";
include "ledger/tenor-table.circom";
include "ledger/unpack-word.circom";

/**
 * @title GridTerms
 * @notice Opens what the whole grid needs of the parameter set: both grids of scenarios, the tenor table
 * and the vol floors; and binds all words of the set to its hash.
 * @input the words of RiskParameters, tenorWord[14], scenarioWord[2][8] in place of their digests
 * @output parameterHash
 * @output multiplierQ24[2][32], logMoveQ10[2][32], dampingQ16[2][32] of ScenarioGrid
 * @output tenorTauSeconds[14], tenorVolUpQ10[14], tenorVolDownQ10[14], tenorSkewCapQ10[14],
 * tenorSkewSlopeQ10[14], tenorRollLogQ10[14] of TenorTable
 * @output floorVarianceRateQ64[2] 64 bits
 * Assumes nothing. Guarantees the terms are the only ones under parameterHash; a set of another
 * scenario layout than version 1 has no witness. Cost: 5,423 constraints.
 */
template GridTerms() {
    signal input generalWord;
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorWord[14];
    signal input scenarioWord[2][8];
    signal input documentWord;
    signal output parameterHash;
    signal output {maxbit} multiplierQ24[2][32];
    signal output logMoveQ10[2][32];
    signal output {maxbit} dampingQ16[2][32];
    signal output tenorTauSeconds[14];
    signal output tenorVolUpQ10[14];
    signal output tenorVolDownQ10[14];
    signal output tenorSkewCapQ10[14];
    signal output tenorSkewSlopeQ10[14];
    signal output tenorRollLogQ10[14];
    signal output floorVarianceRateQ64[2];
    multiplierQ24.maxbit = 27;
    dampingQ16.maxbit = 17;

    component grid = ScenarioGrid();
    grid.scenarioWord <== scenarioWord;
    multiplierQ24 <== grid.multiplierQ24;
    logMoveQ10 <== grid.logMoveQ10;
    dampingQ16 <== grid.dampingQ16;

    component tenor = TenorTable();
    tenor.tenorWord <== tenorWord;
    tenorTauSeconds <== tenor.tauSeconds;
    tenorVolUpQ10 <== tenor.volUpQ10;
    tenorVolDownQ10 <== tenor.volDownQ10;
    tenorSkewCapQ10 <== tenor.skewCapQ10;
    tenorSkewSlopeQ10 <== tenor.skewSlopeQ10;
    tenorRollLogQ10 <== tenor.rollLogQ10;

    // Word V: contract size, lots per contract, vol floor in bps, floor variance per second.
    component volatility[2];
    for (var u = 0; u < 2; u++) {
        volatility[u] = UnpackWord(4, [40, 16, 16, 64]);
        volatility[u].word <== volatilityWord[u];
        for (var i = 0; i < 3; i++) {
            _ <== volatility[u].field[i];
        }
        floorVarianceRateQ64[u] <== volatility[u].field[3];
    }

    component parameters = RiskParameters();
    parameters.generalWord <== generalWord;
    parameters.concentrationWord <== concentrationWord;
    parameters.assetWord <== assetWord;
    parameters.volatilityWord <== volatilityWord;
    parameters.tenorDigest <== tenor.tenorDigest;
    parameters.scenarioDigest <== grid.scenarioDigest;
    parameters.documentWord <== documentWord;
    parameterHash <== parameters.parameterHash;
}
