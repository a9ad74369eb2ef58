// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/account-weight.circom";
include "session/half-slot.circom";

/**
 * @title BatchHalves
 * @notice What heavy accounts lose in each underlying that they hold (docs/spec.md §10.5).
 * @param SLOTS half-slots; @param LOSS_BITS width of losses
 * @input place, isUsed, underlying, isUnsafe of every slot
 * @input maxima[2] damped and whole, haircutUnits, lossE6, lossQ24[2][24], dampingQ16[2][6] of HalfSlot
 * @input start, power[6] of AccountWeight; rho[13] powers of ρ; links[40] powers of λ
 * @output word[14 · SLOTS] what the batch commits to; identity; halfLink, stressLink by weight
 * Assumes nothing: a slot without its account breaks the links. Cost: 2,266 constraints a slot.
 */
template BatchHalves(SLOTS, LOSS_BITS) {
    signal input place[SLOTS];
    signal input isUsed[SLOTS];
    signal input underlying[SLOTS];
    signal input isUnsafe[SLOTS];
    signal input maxima[SLOTS][2];
    signal input haircutUnits[SLOTS];
    signal input lossE6[SLOTS][32];
    signal input lossQ24[2][24];
    signal input dampingQ16[2][6];
    signal input start;
    signal input power[6];
    signal input rho[13];
    signal input links[40];
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
    signal link[SLOTS][5];
    signal whole[SLOTS];
    signal openWeight[SLOTS];
    signal stressed[SLOTS];
    signal tail[SLOTS][3];
    var sum[3] = [0, 0, 0];
    for (var s = 0; s < SLOTS; s++) {
        underlying[s] * (underlying[s] - 1) === 0;
        isUnsafe[s] * (isUnsafe[s] - 1) === 0;
        half[s] = HalfSlot(LOSS_BITS);
        half[s].underlying <== underlying[s];
        half[s].maximumE6 <== maxima[s][0];
        half[s].wholeE6 <== maxima[s][1];
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
        // Of BTC what it loses after ids 22 and 23 by itself too; a slot has equities, but losses of BTC.
        tail[s][0] <== rho[11] * lossE6[s][21];
        tail[s][1] <== rho[12] * lossE6[s][22];
        tail[s][2] <== (1 - underlying[s]) * (tail[s][0] + tail[s][1]);
        finer -= 256 * tail[s][2];
        first[s] <== rho[1] + underlying[s] * (rho[12] - rho[1]);
        placed[s] <== first[s] * losses;
        weighed[s] <== weight[s].weight * placed[s];
        link[s][0] <== links[36] * haircutUnits[s];
        link[s][1] <== links[37] * isUnsafe[s];
        link[s][2] <== links[39] * maxima[s][1];
        link[s][3] <== (1 + underlying[s] * (links[38] - 1));
        link[s][4] <== link[s][3] * (links[35] + link[s][0] + link[s][1] + link[s][2] + maxima[s][0]);
        whole[s] <== weight[s].weight * link[s][4];
        openWeight[s] <== isUnsafe[s] * weight[s].weight;
        stressed[s] <== openWeight[s] * finer;
        word[14 * s + 11] <== maxima[s][0] + maxima[s][1] * 2 ** 64;
        word[14 * s + 12] <== haircutUnits[s];
        word[14 * s + 13] <== place[s] + 64 * isUsed[s] + 128 * underlying[s] + 256 * isUnsafe[s];
        sum[0] += weighed[s];
        sum[1] += whole[s];
        sum[2] += stressed[s];
    }
    identity <== sum[0];
    halfLink <== sum[1];
    stressLink <== sum[2];
    for (var i = 0; i < 35; i++) {
        _ <== links[i];
    }
}
