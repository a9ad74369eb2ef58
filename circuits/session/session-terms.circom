// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "session/tags.circom";

/**
 * @title SessionTerms
 * @notice What a batch reads of snapshot and parameters, under the session's hash of it
 * (docs/spec.md §10.2).
 * @input lossQ24[2][24], dampingQ16[2][6], bandEdgeE6[2][3], largestLossQ24[2] by underlying
 * @input marginalBps[4], factorBps
 * @input assetUnderlying[3], tierEdgeE8[3][3], tierRateE8[3][4], priceE4[3], lightBps[3], lightCapE12
 * @output termsHash the commitment
 * Assumes nothing. Guarantees that the terms are the only ones under their hash; that they are those of
 * snapshot and parameters is the close's part.
 * Cost: 4,224 constraints.
 */
template SessionTerms() {
    signal input lossQ24[2][24];
    signal input dampingQ16[2][6];
    signal input bandEdgeE6[2][3];
    signal input largestLossQ24[2];
    signal input marginalBps[4];
    signal input factorBps;
    signal input assetUnderlying[3];
    signal input tierEdgeE8[3][3];
    signal input tierRateE8[3][4];
    signal input priceE4[3];
    signal input lightBps[3];
    signal input lightCapE12;
    signal output termsHash;

    component terms = HashWords(TAG_SESSION_TERMS(), 104);
    var at = 0;
    for (var u = 0; u < 2; u++) {
        for (var i = 0; i < 24; i++) {
            terms.word[at + i] <== lossQ24[u][i];
        }
        for (var i = 0; i < 6; i++) {
            terms.word[at + 24 + i] <== dampingQ16[u][i];
        }
        for (var j = 0; j < 3; j++) {
            terms.word[at + 30 + j] <== bandEdgeE6[u][j];
        }
        terms.word[at + 33] <== largestLossQ24[u];
        at += 34;
    }
    for (var j = 0; j < 4; j++) {
        terms.word[68 + j] <== marginalBps[j];
    }
    terms.word[72] <== factorBps;
    for (var c = 0; c < 3; c++) {
        terms.word[73 + 10 * c] <== assetUnderlying[c];
        for (var j = 0; j < 3; j++) {
            terms.word[74 + 10 * c + j] <== tierEdgeE8[c][j];
        }
        for (var j = 0; j < 4; j++) {
            terms.word[77 + 10 * c + j] <== tierRateE8[c][j];
        }
        terms.word[81 + 10 * c] <== priceE4[c];
        terms.word[82 + 10 * c] <== lightBps[c];
    }
    terms.word[103] <== lightCapE12;
    termsHash <== terms.hash;
}
