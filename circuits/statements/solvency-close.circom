// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/hash-words.circom";
include "session/close-assets.circom";
include "session/close-moves.circom";
include "session/close-states.circom";
include "session/close-tick.circom";
include "session/close-totals.circom";
include "session/session-opening.circom";
include "session/session-terms.circom";

/**
 * @title SolvencyClose
 * @notice A solvency session is whole: both sides have arrived at the same sums, every account is counted,
 * every instrument nets to nothing, and the terms are the tick's (docs/spec.md §10.7).
 * @input, @output see the banners
 * Assumes the states to be reached by proven batches and chunks of rows from the constant starts; a
 * snapshot and a parameter set that obey their document rules. Guarantees then that all accounts of the
 * ledger are in the totals, and that these are at least what the exact model says of shortfalls.
 * Cost: 26,783 constraints.
 */
template SolvencyClose() {
    // ---- PUBLIC ----
    signal output session;           // the session's word
    signal output ledgerRoot;        // what it is about
    signal output snapshotHash;
    signal output parameterHash;
    signal output batchesState;      // where both sides have arrived
    signal output arraysState;
    signal output owed;              // totals
    signal output coins;
    signal output shortfalls0;
    signal output shortfalls1;
    signal output shortfalls2;
    signal output shortfalls3;
    signal output shortfalls4;
    signal output shortfalls5;
    signal output shortfalls6;
    signal output shortfalls7;
    signal output shortfalls8;
    signal output shortfalls9;
    signal output shortfalls10;
    signal output shortfalls11;

    // ---- PRIVATE ----
    signal input accountCount;       // what the session's word commits to
    signal input treeRoot;
    signal input lossesWord;
    signal input root[3];            // rows, batches, nets
    signal input lossQ24[2][24];     // the terms
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
    signal input quoteE6;            // the last states
    signal input balanceE8[3];
    signal input heavy;
    signal input uncovered;
    signal input uncoveredNotionalE6;
    signal input deficitE6;
    signal input shortfallQ8[32];
    signal input pairShortfallQ8[7];
    signal input identity;
    signal input keys;
    signal input pole[6];
    signal input nextAccount;
    signal input nextWeight;
    signal input nextRow;
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

    // 1. Market and parameters, and the terms that batches read instead of them.
    component tick = CloseTick();
    tick.timeWord <== timeWord;
    tick.underlyingWord <== underlyingWord;
    tick.collateralWord <== collateralWord;
    tick.sliceWord <== sliceWord;
    tick.generalWord <== generalWord;
    tick.concentrationWord <== concentrationWord;
    tick.assetWord <== assetWord;
    tick.volatilityWord <== volatilityWord;
    tick.tenorWord <== tenorWord;
    tick.scenarioWord <== scenarioWord;
    tick.documentWord <== documentWord;
    component moves = CloseMoves();
    moves.multiplierQ24 <== tick.multiplierQ24;
    moves.scenarioDampingQ16 <== tick.dampingQ16;
    moves.depthQuote <== tick.depthQuote;
    moves.setBandsQ10 <== tick.bandsQ10;
    moves.setMarginalBps <== tick.marginalBps;
    moves.setFactorBps <== tick.factorBps;
    moves.lossQ24 <== lossQ24;
    moves.dampingQ16 <== dampingQ16;
    moves.bandEdgeE6 <== bandEdgeE6;
    moves.largestLossQ24 <== largestLossQ24;
    moves.marginalBps <== marginalBps;
    moves.factorBps <== factorBps;
    component assets = CloseAssets();
    assets.indexE4 <== tick.indexE4;
    assets.collateralPriceE4 <== tick.collateralPriceE4;
    assets.redemptionRateQ30 <== tick.redemptionRateQ30;
    assets.assetWord <== assetWord;
    assets.largestLossQ24 <== largestLossQ24;
    assets.assetUnderlying <== assetUnderlying;
    assets.tierEdgeE8 <== tierEdgeE8;
    assets.tierRateE8 <== tierRateE8;
    assets.priceE4 <== priceE4;
    assets.lightBps <== lightBps;
    assets.lightCapE12 <== lightCapE12;
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

    // 2. All of it under the session's word.
    component opening = SessionOpening();
    opening.accountCount <== accountCount;
    opening.treeRoot <== treeRoot;
    opening.snapshotHash <== tick.snapshotHash;
    opening.parameterHash <== tick.parameterHash;
    opening.termsHash <== terms.termsHash;
    opening.lossesWord <== lossesWord;
    opening.rowsRoot <== root[0];
    opening.batchesRoot <== root[1];
    opening.netsRoot <== root[2];
    largestLossQ24 === opening.largestLossQ24;
    session <== opening.session;
    ledgerRoot <== HashWords(TAG_LEDGER(), 2)([accountCount, treeRoot]);
    snapshotHash <== tick.snapshotHash;
    parameterHash <== tick.parameterHash;

    // 3. Both sides arrive at the same sums, and no account is beyond the last batch.
    component states = CloseStates();
    states.root <== root;
    states.quoteE6 <== quoteE6;
    states.balanceE8 <== balanceE8;
    states.count <== [heavy, uncovered, uncoveredNotionalE6, deficitE6];
    states.shortfallQ8 <== shortfallQ8;
    states.pairShortfallQ8 <== pairShortfallQ8;
    states.identity <== identity;
    states.keys <== keys;
    states.pole <== pole;
    states.next <== [nextAccount, nextWeight, nextRow];
    batchesState <== states.batchesState;
    arraysState <== states.arraysState;
    component countRoom = Range(25);
    countRoom.in <== nextAccount - accountCount;
    _ <== countRoom.out;

    // 4. Totals.
    component totals = CloseTotals();
    totals.accountCount <== accountCount;
    totals.quoteE6 <== quoteE6;
    totals.balanceE8 <== balanceE8;
    totals.heavy <== heavy;
    totals.uncovered <== uncovered;
    totals.uncoveredNotionalE6 <== uncoveredNotionalE6;
    totals.deficitE6 <== deficitE6;
    totals.shortfallQ8 <== shortfallQ8;
    totals.pairShortfallQ8 <== pairShortfallQ8;
    owed <== totals.owed;
    coins <== totals.coins;
    shortfalls0 <== totals.shortfalls[0];
    shortfalls1 <== totals.shortfalls[1];
    shortfalls2 <== totals.shortfalls[2];
    shortfalls3 <== totals.shortfalls[3];
    shortfalls4 <== totals.shortfalls[4];
    shortfalls5 <== totals.shortfalls[5];
    shortfalls6 <== totals.shortfalls[6];
    shortfalls7 <== totals.shortfalls[7];
    shortfalls8 <== totals.shortfalls[8];
    shortfalls9 <== totals.shortfalls[9];
    shortfalls10 <== totals.shortfalls[10];
    shortfalls11 <== totals.shortfalls[11];

    // What batches and rows read.
    for (var j = 0; j < 28; j++) {
        _ <== opening.rho[j];
    }
    _ <== opening.roundingRho;
}
