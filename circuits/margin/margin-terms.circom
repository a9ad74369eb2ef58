// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/unpack-word.circom";

/** The version of parameter sets that these circuits read (docs/spec.md §2.5). */
function PARAMETER_VERSION() { return 2; }

/**
 * @title MarginTerms
 * @notice Unpacks words G and K (docs/spec.md §2.5). Of a pair the first is of the maintenance margin,
 * the second of the initial margin.
 * @input generalWord G
 * @input concentrationWord K
 * @output factorBps[2], shortOptionBps[2], perpetualBps[2], futureBps[2] 16 bits
 * @output cureBufferBps 16 bits
 * @output confidenceBps 16 bits, confidenceThresholdQ10 11 bits, of the initial margin
 * @output latencyBpsPerSecondX10, latencyMaxBps 16 bits, of the initial margin
 * @output bandsQ10[3] multiples of the depth, 16 bits
 * @output marginalBps[2][4] rates of the bands, 16 bits
 * Assumes nothing. Guarantees the fields are the only ones of these words, and that they are of a set
 * of this version: another has no witness. Cost: 387 constraints.
 */
template MarginTerms() {
    signal input generalWord;
    signal input concentrationWord;
    signal output {maxbit} factorBps[2];
    signal output {maxbit} shortOptionBps[2];
    signal output {maxbit} perpetualBps[2];
    signal output {maxbit} futureBps[2];
    signal output {maxbit} cureBufferBps;
    signal output {maxbit} confidenceBps;
    signal output {maxbit} confidenceThresholdQ10;
    signal output {maxbit} latencyBpsPerSecondX10;
    signal output {maxbit} latencyMaxBps;
    signal output {maxbit} bandsQ10[3];
    signal output {maxbit} marginalBps[2][4];
    factorBps.maxbit = 16;
    shortOptionBps.maxbit = 16;
    perpetualBps.maxbit = 16;
    futureBps.maxbit = 16;
    cureBufferBps.maxbit = 16;
    confidenceBps.maxbit = 16;
    confidenceThresholdQ10.maxbit = 11;
    latencyBpsPerSecondX10.maxbit = 16;
    latencyMaxBps.maxbit = 16;
    bandsQ10.maxbit = 16;
    marginalBps.maxbit = 16;

    // version | mm, im, cure | short option mm, im | perpetual mm, im | future mm, im | confidence im,
    // threshold | latency rate, maximum.
    component general = UnpackWord(14, [8, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 11, 16, 16]);
    general.word <== generalWord;
    // A set of another version means something else by the same numbers.
    general.field[0] === PARAMETER_VERSION();
    for (var m = 0; m < 2; m++) {
        factorBps[m] <== general.field[1 + m];
        shortOptionBps[m] <== general.field[4 + m];
        perpetualBps[m] <== general.field[6 + m];
        futureBps[m] <== general.field[8 + m];
    }
    cureBufferBps <== general.field[3];
    confidenceBps <== general.field[10];
    confidenceThresholdQ10 <== general.field[11];
    latencyBpsPerSecondX10 <== general.field[12];
    latencyMaxBps <== general.field[13];

    component concentration = UnpackWord(11, [16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16]);
    concentration.word <== concentrationWord;
    for (var j = 0; j < 3; j++) {
        bandsQ10[j] <== concentration.field[j];
    }
    for (var j = 0; j < 4; j++) {
        marginalBps[0][j] <== concentration.field[3 + j];
        marginalBps[1][j] <== concentration.field[7 + j];
    }
}
