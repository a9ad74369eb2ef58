// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "ledger/scenario-selection.circom";
include "ledger/tenor-table.circom";
include "ledger/unpack-word.circom";
include "pricing/scenario-terms.circom";

/**
 * @title ScenarioOpening
 * @notice Opens the exhibited scenario of each underlying, the tenor table and the vol floors, and
 * turns them into the terms that positions are priced with.
 * @input scenarioId[2] 0 … 32
 * @input scenarioWord[2][8], tenorWord[14], volatilityWord[2] of the parameter set
 * @output scenarioDigest[2], tenorDigest
 * @output multiplierQ24[2], logMoveQ10[2], dampingQ16[2] of the scenarios
 * @output tenorTauSeconds[14], tenorSkewCapQ10[14]
 * @output volDirection[2], skewDirection[2], skewLinear[2], rollDirection[2],
 * floorVarianceRateQ64[2], tenorColumnQ10[2][14] of ScenarioTerms
 * Assumes the caller binds words and digests. Guarantees the terms of these ids.
 * Cost: 3,524 constraints.
 */
template ScenarioOpening() {
    signal input scenarioId[2];
    signal input scenarioWord[2][8];
    signal input tenorWord[14];
    signal input volatilityWord[2];
    signal output scenarioDigest[2];
    signal output tenorDigest;
    signal output {maxbit} multiplierQ24[2];
    signal output logMoveQ10[2];
    signal output {maxbit} dampingQ16[2];
    signal output tenorTauSeconds[14];
    signal output tenorSkewCapQ10[14];
    signal output volDirection[2];
    signal output skewDirection[2];
    signal output skewLinear[2];
    signal output rollDirection[2];
    signal output floorVarianceRateQ64[2];
    signal output tenorColumnQ10[2][14];

    multiplierQ24.maxbit = 27;
    dampingQ16.maxbit = 17;

    // 1. Tenor table, common to both underlyings.
    component tenor = TenorTable();
    tenor.tenorWord <== tenorWord;
    tenorDigest <== tenor.tenorDigest;
    tenorTauSeconds <== tenor.tauSeconds;
    tenorSkewCapQ10 <== tenor.skewCapQ10;

    component scenario[2];
    component volatility[2];
    component terms[2];
    for (var u = 0; u < 2; u++) {
        // 2. The scenario under the digest of its underlying: the other one's grid has another.
        scenarioDigest[u] <== HashWords(TAG_SCENARIOS(), 8)(scenarioWord[u]);
        scenario[u] = ScenarioSelection();
        scenario[u].scenarioId <== scenarioId[u];
        scenario[u].scenarioWord <== scenarioWord[u];
        multiplierQ24[u] <== scenario[u].multiplierQ24;
        logMoveQ10[u] <== scenario[u].logMoveQ10;
        dampingQ16[u] <== scenario[u].dampingQ16;

        // 3. Word V: contract size, lots per contract, vol floor in bps, floor variance per second.
        volatility[u] = UnpackWord(4, [40, 16, 16, 64]);
        volatility[u].word <== volatilityWord[u];
        for (var i = 0; i < 3; i++) {
            _ <== volatility[u].field[i];
        }

        terms[u] = ScenarioTerms();
        terms[u].vol <== scenario[u].vol;
        terms[u].roll <== scenario[u].roll;
        terms[u].floorVarianceRateQ64 <== volatility[u].field[3];
        terms[u].volUpQ10 <== tenor.volUpQ10;
        terms[u].volDownQ10 <== tenor.volDownQ10;
        terms[u].skewSlopeQ10 <== tenor.skewSlopeQ10;
        terms[u].rollLogQ10 <== tenor.rollLogQ10;
        volDirection[u] <== terms[u].volDirection;
        skewDirection[u] <== terms[u].skewDirection;
        skewLinear[u] <== terms[u].skewLinear;
        rollDirection[u] <== terms[u].rollDirection;
        floorVarianceRateQ64[u] <== terms[u].maskedFloorVarianceRateQ64;
        tenorColumnQ10[u] <== terms[u].tenorColumnQ10;
    }
}
