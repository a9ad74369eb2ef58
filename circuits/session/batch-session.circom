// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/session-opening.circom";
include "session/session-terms.circom";
include "session/stress-weights.circom";

/**
 * @title BatchSession
 * @notice What every batch of a session opens: its word with the terms, and the powers of its challenges.
 * @input accountCount … of SessionOpening, termsHash apart; root[3] of rows, batches, nets; the terms of SessionTerms
 * @output session, rho[28] of SessionOpening; alpha ρ^28, power[6] α^1, α^2, α^4 … α^32
 * @output links[40] powers of λ
 * @output onesRho, coinRho[2] of StressWeights
 * Assumes nothing. Guarantees that terms and challenges are the session's. Cost: 5,293 constraints.
 */
template BatchSession() {
    signal input accountCount;
    signal input treeRoot;
    signal input snapshotHash;
    signal input parameterHash;
    signal input lossesWord;
    signal input root[3];
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
    signal output session;
    signal output rho[28];
    signal output alpha;
    signal output power[6];
    signal output links[40];
    signal output onesRho;
    signal output coinRho[2];

    // 1. The session's word.
    component terms = SessionTerms();
    terms.lossQ24 <== lossQ24;
    terms.dampingQ16 <== dampingQ16;
    terms.bandEdgeE6 <== bandEdgeE6;
    terms.largestLossQ24 <== largestLossQ24;
    terms.marginalBps <== marginalBps;
    terms.factorBps <== factorBps;
    terms.assetUnderlying <== assetUnderlying;
    terms.tierEdgeE8 <== tierEdgeE8;
    terms.tierRateE8 <== tierRateE8;
    terms.priceE4 <== priceE4;
    terms.lightBps <== lightBps;
    terms.lightCapE12 <== lightCapE12;
    component opening = SessionOpening();
    opening.accountCount <== accountCount;
    opening.treeRoot <== treeRoot;
    opening.snapshotHash <== snapshotHash;
    opening.parameterHash <== parameterHash;
    opening.termsHash <== terms.termsHash;
    opening.lossesWord <== lossesWord;
    opening.rowsRoot <== root[0];
    opening.batchesRoot <== root[1];
    opening.netsRoot <== root[2];
    largestLossQ24 === opening.largestLossQ24;
    session <== opening.session;
    rho <== opening.rho;
    // Rounding is the rows' part.
    _ <== opening.roundingRho;

    // 2. Powers.
    alpha <== rho[27] * rho[1];
    power[0] <== alpha;
    for (var k = 1; k < 6; k++) {
        power[k] <== power[k - 1] * power[k - 1];
    }
    signal lambda <== HashWords(TAG_SESSION_LINKS(), 1)([rho[1]]);
    links[0] <== 1;
    for (var i = 1; i < 40; i++) {
        links[i] <== links[i - 1] * lambda;
    }
    component weights = StressWeights();
    weights.lossQ24 <== lossQ24;
    for (var j = 0; j < 13; j++) {
        weights.rho[j] <== rho[j];
    }
    onesRho <== weights.onesRho;
    coinRho <== weights.coinRho;
}
