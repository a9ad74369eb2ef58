// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/batch-halves.circom";
include "session/batch-heavy.circom";
include "session/batch-stress.circom";

/**
 * @title BatchSlots
 * @notice Heavy accounts of a batch with their half-slots and stress slots, held to one another
 * (docs/spec.md §10.5, §10.6).
 * @param HEAVY, HALVES, STRESS slots; @param LOSS_BITS width of losses
 * @input the slots, as SolvencyBatch has them; the terms; start, power, rho, links, onesRho, coinRho of
 * the session
 * @output word[8 · HEAVY + 14 · HALVES + 13 · STRESS] what the batch commits to; identity; copyLink
 * @output count[4] heavy and uncovered accounts, notional of these, deficit; shortfallQ8[32], pairShortfallQ8[7]
 * Assumes nothing. Guarantees one half-slot for each underlying that a heavy account holds, and the
 * equities of each that is not safe. Cost: that of its parts.
 */
template BatchSlots(HEAVY, HALVES, STRESS, LOSS_BITS) {
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
    signal input standing[HEAVY][2];
    signal input halfPlace[HALVES];  // half-slots
    signal input halfUsed[HALVES];
    signal input halfUnderlying[HALVES];
    signal input halfUnsafe[HALVES];
    signal input halfMaxima[HALVES][2];
    signal input halfUnits[HALVES];
    signal input lossE6[HALVES][32];
    signal input stressPlace[STRESS]; // stress slots
    signal input stressUsed[STRESS];
    signal input equityE6[STRESS];
    signal input stressedE6[STRESS][32];
    signal input pairQ8[STRESS][3];
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
    signal input start;
    signal input power[6];
    signal input rho[28];
    signal input links[40];
    signal input onesRho;
    signal input coinRho[2];
    signal output word[8 * HEAVY + 14 * HALVES + 13 * STRESS];
    signal output identity;
    signal output copyLink;
    signal output count[4];
    signal output shortfallQ8[32];
    signal output pairShortfallQ8[7];

    component heavy = BatchHeavy(HEAVY, LOSS_BITS);
    heavy.place <== heavyPlace;
    heavy.isUsed <== heavyUsed;
    heavy.quoteE6 <== quoteE6;
    heavy.balanceE8 <== balanceE8;
    heavy.valueE6 <== valueE6;
    heavy.chargeE10 <== chargeE10;
    heavy.deltaE6 <== deltaE6;
    heavy.notionalE6 <== notionalE6;
    heavy.largerDeltaE6 <== largerDeltaE6;
    heavy.maximumE6 <== maximumE6;
    heavy.wholeE6 <== wholeE6;
    heavy.holds <== holds;
    heavy.haircutUnits <== haircutUnits;
    heavy.grossUnits <== grossUnits;
    heavy.standing <== standing;
    heavy.assetUnderlying <== assetUnderlying;
    heavy.tierEdgeE8 <== tierEdgeE8;
    heavy.tierRateE8 <== tierRateE8;
    heavy.priceE4 <== priceE4;
    heavy.bandEdgeE6 <== bandEdgeE6;
    heavy.largestLossQ24 <== largestLossQ24;
    heavy.marginalBps <== marginalBps;
    heavy.factorBps <== factorBps;
    heavy.start <== start;
    heavy.power <== power;
    for (var j = 0; j < 4; j++) {
        heavy.columnRho[j] <== rho[23 + j];
    }
    heavy.regularRho <== rho[13];
    heavy.links <== links;
    heavy.onesRho <== onesRho;
    heavy.coinRho <== coinRho;
    component halves = BatchHalves(HALVES, LOSS_BITS);
    halves.place <== halfPlace;
    halves.isUsed <== halfUsed;
    halves.underlying <== halfUnderlying;
    halves.isUnsafe <== halfUnsafe;
    halves.maxima <== halfMaxima;
    halves.haircutUnits <== halfUnits;
    halves.lossE6 <== lossE6;
    halves.lossQ24 <== lossQ24;
    halves.dampingQ16 <== dampingQ16;
    halves.start <== start;
    halves.power <== power;
    for (var j = 0; j < 13; j++) {
        halves.rho[j] <== rho[j];
    }
    halves.links <== links;
    component stress = BatchStress(STRESS, LOSS_BITS);
    stress.place <== stressPlace;
    stress.isUsed <== stressUsed;
    stress.equityE6 <== equityE6;
    stress.stressedE6 <== stressedE6;
    stress.pairQ8 <== pairQ8;
    stress.start <== start;
    stress.power <== power;
    for (var j = 0; j < 14; j++) {
        stress.rho[j] <== rho[j];
    }
    for (var j = 14; j < 23; j++) {
        _ <== rho[j];
    }
    _ <== rho[27];

    heavy.halfLink === halves.halfLink;
    heavy.stressLink - halves.stressLink === stress.stressLink;
    heavy.markLink === stress.markLink;

    for (var i = 0; i < 8 * HEAVY; i++) {
        word[i] <== heavy.word[i];
    }
    for (var i = 0; i < 14 * HALVES; i++) {
        word[8 * HEAVY + i] <== halves.word[i];
    }
    for (var i = 0; i < 13 * STRESS; i++) {
        word[8 * HEAVY + 14 * HALVES + i] <== stress.word[i];
    }
    identity <== heavy.identity + halves.identity;
    copyLink <== heavy.copyLink;
    count <== [heavy.heavy, heavy.uncovered, heavy.uncoveredNotionalE6, stress.deficitE6];
    shortfallQ8 <== stress.shortfallQ8;
    pairShortfallQ8 <== stress.pairShortfallQ8;
}
