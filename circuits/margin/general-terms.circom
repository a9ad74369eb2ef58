// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/unpack-word.circom";

/**
 * @title GeneralTerms
 * @notice Unpacks what the maintenance margin reads of words G and K (docs/spec.md §2.5).
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

    // version | mm, im, cure | short option mm, im | perpetual mm, im | future mm, im | confidence im,
    // threshold | latency rate, maximum. Initial-margin fields are not read here.
    component general = UnpackWord(14, [8, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 11, 16, 16]);
    general.word <== generalWord;
    mmFactorBps <== general.field[1];
    shortOptionBps <== general.field[4];
    perpetualBps <== general.field[6];
    futureBps <== general.field[8];
    _ <== general.field[0];
    _ <== general.field[2];
    _ <== general.field[3];
    _ <== general.field[5];
    _ <== general.field[7];
    for (var i = 9; i < 14; i++) {
        _ <== general.field[i];
    }

    component concentration = UnpackWord(11, [16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16]);
    concentration.word <== concentrationWord;
    for (var j = 0; j < 3; j++) {
        bandsQ10[j] <== concentration.field[j];
    }
    for (var j = 0; j < 4; j++) {
        marginalBps[j] <== concentration.field[3 + j];
        _ <== concentration.field[7 + j];
    }
}
