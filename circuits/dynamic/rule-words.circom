// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "dynamic/tags.circom";
include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";

/**
 * @title RuleWords
 * @notice Opens a rule's hash (docs/spec.md §9). Widths as there; what is biased stays signed here.
 * @input limitsWord, constantsWord, underlyingWord[2], eventsWord
 * @output ruleHash the commitment; the fields
 * Assumes the caller binds the hash. Guarantees the fields are the only ones under it, and the three
 * weights of the variance mix together 2^16. Whether floor is below cap, and how fast what may move, is
 * for who proposes a rule to check.
 * Cost: 1,265 constraints.
 */
template RuleWords() {
    signal input limitsWord;
    signal input constantsWord;
    signal input underlyingWord[2];
    signal input eventsWord;
    signal output ruleHash;
    signal output floorLogQ40;
    signal output capLogQ40;
    signal output risePerSecondQ40;
    signal output fallPerSecondQ40;
    signal output silencePerSecondQ40;
    signal output silenceMaxQ40;
    signal output clipSeconds;
    signal output clipFactor;
    signal output riseSeconds;
    signal output heartbeatSeconds;
    signal output weightBaseQ16;
    signal output weightLongQ16;
    signal output weightFastQ16;
    signal output impliedWeightQ16;
    signal output hysteresisQ40;
    signal output leadMaxQ40;
    signal output fundingCapBps;
    signal output baseRateQ64[2];
    signal output unitLogQ72[2];
    signal output eventStart[4];
    signal output eventSeconds[4];
    signal output eventRaiseQ10[4];

    ruleHash <== HashWords(TAG_MARGIN_RULE(), 5)([
        limitsWord, constantsWord, underlyingWord[0], underlyingWord[1], eventsWord
    ]);

    component limits = UnpackWord(6, [42, 42, 32, 32, 32, 40]);
    limits.word <== limitsWord;
    floorLogQ40 <== limits.field[0] - 2 ** 41;
    capLogQ40 <== limits.field[1] - 2 ** 41;
    risePerSecondQ40 <== limits.field[2];
    fallPerSecondQ40 <== limits.field[3];
    silencePerSecondQ40 <== limits.field[4];
    silenceMaxQ40 <== limits.field[5];

    component constants = UnpackWord(10, [16, 8, 16, 16, 17, 17, 17, 40, 40, 11]);
    constants.word <== constantsWord;
    clipSeconds <== constants.field[0];
    clipFactor <== constants.field[1];
    riseSeconds <== constants.field[2];
    heartbeatSeconds <== constants.field[3];
    weightBaseQ16 <== constants.field[4];
    weightLongQ16 <== constants.field[5];
    weightFastQ16 <== Range(17)(2 ** 16 - constants.field[4] - constants.field[5]);
    impliedWeightQ16 <== constants.field[6];
    hysteresisQ40 <== constants.field[7];
    leadMaxQ40 <== constants.field[8];
    fundingCapBps <== constants.field[9];

    component own[2];
    for (var u = 0; u < 2; u++) {
        own[u] = UnpackWord(2, [48, 77]);
        own[u].word <== underlyingWord[u];
        baseRateQ64[u] <== own[u].field[0];
        unitLogQ72[u] <== own[u].field[1];
    }

    component events = UnpackWord(12, [32, 20, 7, 32, 20, 7, 32, 20, 7, 32, 20, 7]);
    events.word <== eventsWord;
    for (var i = 0; i < 4; i++) {
        eventStart[i] <== events.field[3 * i];
        eventSeconds[i] <== events.field[3 * i + 1];
        eventRaiseQ10[i] <== events.field[3 * i + 2];
    }
}
