// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/account-weight.circom";
include "session/half-slot.circom";

/**
 * @title BatchHalves
 * @notice What heavy accounts lose in each underlying that they hold (docs/spec.md §10.5).
 * @param SLOTS half-slots; @param LOSS_BITS width of losses
 * @input place, isUsed, underlying, isUncovered of every slot
 * @input maximumE6, haircutUnits, lossE6, lossQ24[2][24], dampingQ16[2][6] of HalfSlot
 * @input start, power[6] of AccountWeight; rho[13] powers of ρ; links[39] powers of λ
 * @output word[14 · SLOTS] what the batch commits to; identity; halfLink, stressLink by weight
 * Assumes nothing: a slot without its account breaks the links. Cost: 2,083 constraints a slot.
 */
template BatchHalves(SLOTS, LOSS_BITS) {
    signal input place[SLOTS];
    signal input isUsed[SLOTS];
    signal input underlying[SLOTS];
    signal input isUncovered[SLOTS];
    signal input maximumE6[SLOTS];
    signal input haircutUnits[SLOTS];
    signal input lossE6[SLOTS][32];
    signal input lossQ24[2][24];
    signal input dampingQ16[2][6];
    signal input start;
    signal input power[6];
    signal input rho[13];
    signal input links[39];
    signal output word[14 * SLOTS];
    signal output identity;
    signal output halfLink;
    signal output stressLink;

    component half[SLOTS];
    component weight[SLOTS];
    signal column[SLOTS][11];
    signal first[SLOTS];
    signal placed[SLOTS];
    signal weighed[SLOTS];
    signal link[SLOTS][4];
    signal whole[SLOTS];
    signal openWeight[SLOTS];
    signal stressed[SLOTS];
    var sum[3] = [0, 0, 0];
    for (var s = 0; s < SLOTS; s++) {
        underlying[s] * (underlying[s] - 1) === 0;
        isUncovered[s] * (isUncovered[s] - 1) === 0;
        half[s] = HalfSlot(LOSS_BITS);
        half[s].underlying <== underlying[s];
        half[s].maximumE6 <== maximumE6[s];
        half[s].haircutUnits <== haircutUnits[s];
        half[s].lossE6 <== lossE6[s];
        half[s].lossQ24 <== lossQ24;
        half[s].dampingQ16 <== dampingQ16;
        weight[s] = AccountWeight();
        weight[s].place <== place[s];
        weight[s].isUsed <== isUsed[s];
        weight[s].start <== start;
        weight[s].power <== power;

        // Words of moved ids once more in units of 2^-8, as stress slots have them.
        var losses = 0;
        var finer = 0;
        for (var j = 0; j < 11; j++) {
            column[s][j] <== rho[j] * half[s].word[j];
            losses += column[s][j];
            finer += column[s][j] * (j < 2 ? 1 : 256);
            word[14 * s + j] <== half[s].word[j];
        }
        first[s] <== rho[1] + underlying[s] * (rho[12] - rho[1]);
        placed[s] <== first[s] * losses;
        weighed[s] <== weight[s].weight * placed[s];
        link[s][0] <== links[36] * haircutUnits[s];
        link[s][1] <== links[37] * isUncovered[s];
        link[s][2] <== (1 + underlying[s] * (links[38] - 1));
        link[s][3] <== link[s][2] * (links[35] + link[s][0] + link[s][1] + maximumE6[s]);
        whole[s] <== weight[s].weight * link[s][3];
        openWeight[s] <== isUncovered[s] * weight[s].weight;
        stressed[s] <== openWeight[s] * finer;
        word[14 * s + 11] <== maximumE6[s];
        word[14 * s + 12] <== haircutUnits[s];
        word[14 * s + 13] <== place[s] + 64 * isUsed[s] + 128 * underlying[s] + 256 * isUncovered[s];
        sum[0] += weighed[s];
        sum[1] += whole[s];
        sum[2] += stressed[s];
    }
    identity <== sum[0];
    halfLink <== sum[1];
    stressLink <== sum[2];
    _ <== rho[11];
    for (var i = 0; i < 35; i++) {
        _ <== links[i];
    }
}
