// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "margin/margin-terms.circom";

/**
 * @title GeneralTerms
 * @notice What the maintenance margin reads of words G and K (docs/spec.md §2.5).
 * @input generalWord G
 * @input concentrationWord K
 * @output mmFactorBps, shortOptionBps, perpetualBps, futureBps maintenance rates, 16 bits
 * @output bandsQ10[3] multiples of the depth, 16 bits
 * @output marginalBps[4] maintenance rates of the bands, 16 bits
 * Assumes nothing. Guarantees the fields are the only ones of these words. Cost: 387 constraints.
 */
template GeneralTerms() {
    signal input generalWord;
    signal input concentrationWord;
    signal output {maxbit} mmFactorBps;
    signal output {maxbit} shortOptionBps;
    signal output {maxbit} perpetualBps;
    signal output {maxbit} futureBps;
    signal output {maxbit} bandsQ10[3];
    signal output {maxbit} marginalBps[4];
    mmFactorBps.maxbit = 16;
    shortOptionBps.maxbit = 16;
    perpetualBps.maxbit = 16;
    futureBps.maxbit = 16;
    bandsQ10.maxbit = 16;
    marginalBps.maxbit = 16;

    component terms = MarginTerms();
    terms.generalWord <== generalWord;
    terms.concentrationWord <== concentrationWord;
    mmFactorBps <== terms.factorBps[0];
    shortOptionBps <== terms.shortOptionBps[0];
    perpetualBps <== terms.perpetualBps[0];
    futureBps <== terms.futureBps[0];
    bandsQ10 <== terms.bandsQ10;
    marginalBps <== terms.marginalBps[0];

    // The rest is of the initial margin.
    _ <== terms.factorBps[1];
    _ <== terms.shortOptionBps[1];
    _ <== terms.perpetualBps[1];
    _ <== terms.futureBps[1];
    _ <== terms.cureBufferBps;
    _ <== terms.confidenceBps;
    _ <== terms.confidenceThresholdQ10;
    _ <== terms.latencyBpsPerSecondX10;
    _ <== terms.latencyMaxBps;
    for (var j = 0; j < 4; j++) {
        _ <== terms.marginalBps[1][j];
    }
}
