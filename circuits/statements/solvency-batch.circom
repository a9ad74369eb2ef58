// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/batch-accounts.circom";
include "session/batch-pages.circom";
include "session/batch-session.circom";
include "session/batch-slots.circom";
include "session/batch-states.circom";

/**
 * @title SolvencyBatch
 * @notice Consecutive accounts of a solvency session, every one of them margined, and added to the
 * accounts' side of the session (docs/spec.md §10.6).
 * @param ACCOUNTS at most 48, in subtrees of 4^HEIGHT, HEIGHT 1 or 2; FULL, SMALL page units of 16 and of 6
 * slots; HEAVY accounts margined by scenario, HALVES underlyings that they hold, STRESS not safe
 * @input, @output see the banners
 * Assumes that the close finds the sums of both sides equal and the terms those of the tick. Guarantees
 * then that each account of the used subtrees is counted once, and as covered only if it is. Cost: docs/circuits.md.
 */
template SolvencyBatch(ACCOUNTS, HEIGHT, FULL, SMALL, HEAVY, HALVES, STRESS) {
    var SUBTREES = ACCOUNTS \ 4 ** HEIGHT, LOSS_BITS = 52;
    // ---- PUBLIC ----
    signal output session;           // the session's word
    signal output stateBefore;       // hashWords(BATCH_STATE, …)
    signal output stateAfter;

    // ---- PRIVATE ----
    signal input accountCount;       // what the session's word commits to
    signal input treeRoot;
    signal input snapshotHash;
    signal input parameterHash;
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
    signal input before[59];         // the state before
    signal input subtreeUsed[SUBTREES];
    signal input children[SUBTREES][12 - HEIGHT][4];
    signal input isPresent[ACCOUNTS];
    signal input identityWord[ACCOUNTS];
    signal input balancesWord[ACCOUNTS];
    signal input page[ACCOUNTS][4];
    signal input hasPage[ACCOUNTS][4];
    signal input isHeavy[ACCOUNTS];
    signal input surplusE10[ACCOUNTS];
    signal input bandShareQ40[ACCOUNTS];
    signal input unitPlace[FULL + SMALL];   // page units, full ones first
    signal input unitPage[FULL + SMALL];
    signal input unitUsed[FULL + SMALL];
    signal input unitHeavy[FULL + SMALL];
    signal input lots[FULL][16];
    signal input row[FULL][16];
    signal input keyWord[FULL][8];
    signal input smallLots[SMALL][6];
    signal input smallRow[SMALL][6];
    signal input smallKeyWord[SMALL][3];
    signal input heavyPlace[HEAVY];  // heavy accounts
    signal input heavyUsed[HEAVY];
    signal input quoteE6[HEAVY];
    signal input balanceE8[HEAVY][3];
    signal input valueE6[HEAVY];
    signal input chargeE10[HEAVY];
    signal input deltaE6[HEAVY][4];
    signal input notionalE6[HEAVY];
    signal input largerDeltaE6[HEAVY][2];
    signal input maximumE6[HEAVY][2];
    signal input wholeE6[HEAVY][2];
    signal input holds[HEAVY][2];
    signal input haircutUnits[HEAVY][2];
    signal input grossUnits[HEAVY][2];
    signal input standing[HEAVY][2]; // covered, safe
    signal input halfPlace[HALVES];  // half-slots
    signal input halfUsed[HALVES];
    signal input halfUnderlying[HALVES];
    signal input halfUnsafe[HALVES];
    signal input halfMaxima[HALVES][2]; // damped, whole
    signal input halfUnits[HALVES];
    signal input lossE6[HALVES][32];
    signal input stressPlace[STRESS]; // stress slots
    signal input stressUsed[STRESS];
    signal input equityE6[STRESS];
    signal input stressedE6[STRESS][32];
    signal input pairQ8[STRESS][3];

    // 1. The session.
    component opened = BatchSession();
    opened.accountCount <== accountCount;
    opened.treeRoot <== treeRoot;
    opened.snapshotHash <== snapshotHash;
    opened.parameterHash <== parameterHash;
    opened.lossesWord <== lossesWord;
    opened.root <== root;
    opened.lossQ24 <== lossQ24;
    opened.dampingQ16 <== dampingQ16;
    opened.bandEdgeE6 <== bandEdgeE6;
    opened.largestLossQ24 <== largestLossQ24;
    opened.marginalBps <== marginalBps;
    opened.factorBps <== factorBps;
    opened.assetUnderlying <== assetUnderlying;
    opened.tierEdgeE8 <== tierEdgeE8;
    opened.tierRateE8 <== tierRateE8;
    opened.priceE4 <== priceE4;
    opened.lightBps <== lightBps;
    opened.lightCapE12 <== lightCapE12;
    session <== opened.session;
    // 2. The parts.
    component accounts = BatchAccounts(SUBTREES, HEIGHT, LOSS_BITS);
    accounts.isUsed <== subtreeUsed;
    accounts.children <== children;
    accounts.firstAccount <== before[50];
    accounts.treeRoot <== treeRoot;
    accounts.isPresent <== isPresent;
    accounts.identityWord <== identityWord;
    accounts.balancesWord <== balancesWord;
    accounts.page <== page;
    accounts.hasPage <== hasPage;
    accounts.isHeavy <== isHeavy;
    accounts.surplusE10 <== surplusE10;
    accounts.bandShareQ40 <== bandShareQ40;
    accounts.priceE4 <== priceE4;
    accounts.lightBps <== lightBps;
    accounts.lightCapE12 <== lightCapE12;
    accounts.start <== before[51];
    accounts.alpha <== opened.alpha;
    accounts.shareRho <== opened.rho[27];
    accounts.links <== opened.links;
    component pages = BatchPages(FULL, SMALL);
    pages.place <== unitPlace;
    pages.pageNumber <== unitPage;
    pages.isUsed <== unitUsed;
    pages.isHeavy <== unitHeavy;
    pages.lots <== lots;
    pages.row <== row;
    pages.keyWord <== keyWord;
    pages.smallLots <== smallLots;
    pages.smallRow <== smallRow;
    pages.smallKeyWord <== smallKeyWord;
    pages.session <== opened.session;
    pages.start <== before[51];
    pages.power <== opened.power;
    pages.links <== opened.links;
    component slots = BatchSlots(HEAVY, HALVES, STRESS, LOSS_BITS);
    slots.heavyPlace <== heavyPlace;
    slots.heavyUsed <== heavyUsed;
    slots.quoteE6 <== quoteE6;
    slots.balanceE8 <== balanceE8;
    slots.valueE6 <== valueE6;
    slots.chargeE10 <== chargeE10;
    slots.deltaE6 <== deltaE6;
    slots.notionalE6 <== notionalE6;
    slots.largerDeltaE6 <== largerDeltaE6;
    slots.maximumE6 <== maximumE6;
    slots.wholeE6 <== wholeE6;
    slots.holds <== holds;
    slots.haircutUnits <== haircutUnits;
    slots.grossUnits <== grossUnits;
    slots.standing <== standing;
    slots.halfPlace <== halfPlace;
    slots.halfUsed <== halfUsed;
    slots.halfUnderlying <== halfUnderlying;
    slots.halfUnsafe <== halfUnsafe;
    slots.halfMaxima <== halfMaxima;
    slots.halfUnits <== halfUnits;
    slots.lossE6 <== lossE6;
    slots.stressPlace <== stressPlace;
    slots.stressUsed <== stressUsed;
    slots.equityE6 <== equityE6;
    slots.stressedE6 <== stressedE6;
    slots.pairQ8 <== pairQ8;
    slots.lossQ24 <== lossQ24;
    slots.dampingQ16 <== dampingQ16;
    slots.bandEdgeE6 <== bandEdgeE6;
    slots.largestLossQ24 <== largestLossQ24;
    slots.marginalBps <== marginalBps;
    slots.factorBps <== factorBps;
    slots.assetUnderlying <== assetUnderlying;
    slots.tierEdgeE8 <== tierEdgeE8;
    slots.tierRateE8 <== tierRateE8;
    slots.priceE4 <== priceE4;
    slots.start <== before[51];
    slots.power <== opened.power;
    slots.rho <== opened.rho;
    slots.links <== opened.links;
    slots.onesRho <== opened.onesRho;
    slots.coinRho <== opened.coinRho;

    // 3. One unit for each page of an account, one slot for each that is heavy.
    accounts.pageLink === pages.pageLink;
    accounts.countLink === pages.countLink;
    accounts.heavyLink === pages.heavyLink;
    accounts.copyLink === slots.copyLink;

    // 4. The states, and what the batch committed to before the challenge.
    component states = BatchStates(4 * FULL + 2 * SMALL, 2 * ACCOUNTS, 8 * HEAVY + 14 * HALVES + 13 * STRESS);
    states.before <== before;
    states.pageWord <== pages.word;
    states.accountWord <== accounts.word;
    states.slotWord <== slots.word;
    states.heavyFlags <== accounts.heavyFlags;
    states.balance <== accounts.balance;
    states.count <== slots.count;
    states.shortfallQ8 <== slots.shortfallQ8;
    states.pairShortfallQ8 <== slots.pairShortfallQ8;
    states.sum <== [accounts.identity + slots.identity, pages.keys];
    states.pole <== pages.pole;
    states.net <== pages.balance;
    states.next <== [accounts.nextAccount, accounts.nextWeight];
    stateBefore <== states.stateBefore;
    stateAfter <== states.stateAfter;
}
