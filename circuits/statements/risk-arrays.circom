// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";
include "ledger/hash-words.circom";
include "ledger/market-snapshot.circom";
include "margin/grid-terms.circom";
include "margin/margin-terms.circom";
include "session/instrument-row.circom";
include "session/session-opening.circom";
include "session/tags.circom";

/**
 * @title RiskArrays
 * @notice A chunk of the instruments of a solvency session, priced from snapshot and parameters and
 * added to the rows' side of the session (docs/spec.md §10.4).
 * @param ROWS instruments, at least 1; a chunk is filled up with empty rows
 * @input, @output see the banners
 * Assumes a snapshot and a parameter set that obey their document rules. Guarantees that the state after
 * is the only one that these rows make of the state before, that the rows' numbers are those of the
 * instruments under their keys, and that the rates bound what a lot can lose.
 * Cost: 25,410 constraints with one row, of which the row takes 14,000.
 */
template RiskArrays(ROWS) {
    // ---- PUBLIC ----
    signal output session;           // the session's word
    signal output stateBefore;       // hashWords(ARRAYS_STATE, …)
    signal output stateAfter;

    // ---- PRIVATE ----
    signal input accountCount;       // what the session's word commits to
    signal input treeRoot;
    signal input termsHash;
    signal input lossesWord;
    signal input rowsRoot;
    signal input batchesRoot;
    signal input netsRoot;
    signal input rowsChain;          // the state before
    signal input netsChain;
    signal input nextRow;
    signal input identity;
    signal input keys;
    signal input pole[6];
    signal input underlying[ROWS];   // the rows
    signal input kind[ROWS];
    signal input expiry[ROWS];
    signal input strikeE4[ROWS];
    signal input shortRate[ROWS];
    signal input bandShareQ40[ROWS];
    signal input net[ROWS][6];
    signal input timeWord;           // snapshot words
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    signal input generalWord;        // parameter words
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorWord[14];
    signal input scenarioWord[2][8];
    signal input documentWord;

    // 1. Market and terms under their hashes, and these under the session's word.
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
    component opening = SessionOpening();
    opening.accountCount <== accountCount;
    opening.treeRoot <== treeRoot;
    opening.snapshotHash <== market.snapshotHash;
    opening.parameterHash <== grid.parameterHash;
    opening.termsHash <== termsHash;
    opening.lossesWord <== lossesWord;
    opening.rowsRoot <== rowsRoot;
    opening.batchesRoot <== batchesRoot;
    opening.netsRoot <== netsRoot;
    session <== opening.session;
    for (var u = 0; u < 2; u++) {
        _ <== market.confidenceQ10[u];
    }
    for (var c = 0; c < 3; c++) {
        _ <== market.collateralPriceE4[c];
        _ <== market.redemptionRateQ30[c];
    }
    _ <== market.indexTime;
    // Of the rates only those of the maintenance margin are charged.
    _ <== rates.cureBufferBps;
    _ <== rates.confidenceBps;
    _ <== rates.confidenceThresholdQ10;
    _ <== rates.latencyBpsPerSecondX10;
    _ <== rates.latencyMaxBps;
    for (var m = 0; m < 2; m++) {
        _ <== rates.factorBps[m];
    }
    _ <== rates.shortOptionBps[1];
    _ <== rates.perpetualBps[1];
    _ <== rates.futureBps[1];
    for (var j = 1; j < 3; j++) {
        _ <== rates.bandsQ10[j];
    }
    for (var j = 0; j < 4; j++) {
        _ <== rates.marginalBps[1][j];
    }
    for (var j = 1; j < 4; j++) {
        _ <== rates.marginalBps[0][j];
    }
    // Where the first band begins: band (16 bits) times depth (40) times 10^6, Q10, below 2^76.
    component edge[2];
    for (var u = 0; u < 2; u++) {
        edge[u] = FloorShift(76, 10);
        edge[u].in <== rates.bandsQ10[0] * market.depthQuote[u] * 10 ** 6;
    }

    // 2. The rows.
    component row[ROWS];
    component rowsAfter = HashWords(TAG_SESSION_ROWS(), 1 + 2 * ROWS);
    component netsAfter = HashWords(TAG_SESSION_NETS(), 1 + 6 * ROWS);
    rowsAfter.word[0] <== rowsChain;
    netsAfter.word[0] <== netsChain;
    var identityAfter = identity;
    var keysAfter = keys;
    var poleAfter[6] = pole;
    for (var i = 0; i < ROWS; i++) {
        row[i] = InstrumentRow();
        row[i].underlying <== underlying[i];
        row[i].kind <== kind[i];
        row[i].expiry <== expiry[i];
        row[i].strikeE4 <== strikeE4[i];
        row[i].shortRate <== shortRate[i];
        row[i].bandShareQ40 <== bandShareQ40[i];
        row[i].row <== nextRow + i;
        row[i].net <== net[i];
        row[i].rho <== opening.rho;
        row[i].roundingRho <== opening.roundingRho;
        row[i].session <== opening.session;
        row[i].largestLossQ24 <== opening.largestLossQ24;
        for (var u = 0; u < 2; u++) {
            row[i].bandEdgeE6[u] <== edge[u].out;
        }
        row[i].firstRateBps <== rates.marginalBps[0][0];
        row[i].shortOptionBps <== rates.shortOptionBps[0];
        row[i].perpetualBps <== rates.perpetualBps[0];
        row[i].futureBps <== rates.futureBps[0];
        row[i].time <== market.time;
        row[i].indexE4 <== market.indexE4;
        row[i].perpetualMarkE4 <== market.perpetualMarkE4;
        row[i].sliceWord <== sliceWord;
        row[i].tenorTauSeconds <== grid.tenorTauSeconds;
        row[i].tenorVolUpQ10 <== grid.tenorVolUpQ10;
        row[i].tenorVolDownQ10 <== grid.tenorVolDownQ10;
        row[i].tenorSkewCapQ10 <== grid.tenorSkewCapQ10;
        row[i].tenorSkewSlopeQ10 <== grid.tenorSkewSlopeQ10;
        row[i].tenorRollLogQ10 <== grid.tenorRollLogQ10;
        row[i].floorVarianceRateQ64 <== grid.floorVarianceRateQ64;
        row[i].multiplierQ24 <== grid.multiplierQ24;
        row[i].logMoveQ10 <== grid.logMoveQ10;
        row[i].dampingQ16 <== grid.dampingQ16;
        rowsAfter.word[1 + 2 * i] <== row[i].key;
        rowsAfter.word[2 + 2 * i] <== row[i].rowsWord;
        identityAfter += row[i].identity;
        keysAfter += row[i].keys;
        for (var n = 0; n < 6; n++) {
            netsAfter.word[1 + 6 * i + n] <== net[i][n];
            poleAfter[n] += row[i].pole[n];
        }
    }

    // 3. The states.
    component before = HashWords(TAG_ARRAYS_STATE(), 11);
    component after = HashWords(TAG_ARRAYS_STATE(), 11);
    before.word[0] <== rowsChain;
    before.word[1] <== netsChain;
    before.word[2] <== nextRow;
    before.word[3] <== identity;
    before.word[4] <== keys;
    after.word[0] <== rowsAfter.hash;
    after.word[1] <== netsAfter.hash;
    after.word[2] <== nextRow + ROWS;
    after.word[3] <== identityAfter;
    after.word[4] <== keysAfter;
    for (var n = 0; n < 6; n++) {
        before.word[5 + n] <== pole[n];
        after.word[5 + n] <== poleAfter[n];
    }
    stateBefore <== before.hash;
    stateAfter <== after.hash;
}
