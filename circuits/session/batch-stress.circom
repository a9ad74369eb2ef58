// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/account-weight.circom";
include "session/stress-slot.circom";

/**
 * @title BatchStress
 * @notice What accounts that are not safe are short of (docs/spec.md §10.5).
 * @param SLOTS accounts; @param LOSS_BITS width of losses
 * @input place, isUsed of every slot; equityE6, stressedE6 of StressSlot, pairQ8[3] its btcTailLossQ8 and regularEquityQ8
 * @input start, power[6] of AccountWeight; rho[14] powers of ρ
 * @output word[13 · SLOTS] what the batch commits to; stressLink, markLink by weight
 * @output deficitE6, shortfallQ8[32], pairShortfallQ8[7] sums
 * Assumes nothing: equities are held to their accounts by the links, and a slot that has none, or shares
 * one, only adds to what is short. Cost: 2,564 constraints a slot.
 */
template BatchStress(SLOTS, LOSS_BITS) {
    signal input place[SLOTS];
    signal input isUsed[SLOTS];
    signal input equityE6[SLOTS];
    signal input stressedE6[SLOTS][32];
    signal input pairQ8[SLOTS][3];
    signal input start;
    signal input power[6];
    signal input rho[14];
    signal output word[13 * SLOTS];
    signal output stressLink;
    signal output markLink;
    signal output deficitE6;
    signal output shortfallQ8[32];
    signal output pairShortfallQ8[7];

    component slot[SLOTS];
    component weight[SLOTS];
    signal column[SLOTS][14];
    signal weighed[SLOTS];
    signal marked[SLOTS];
    var sum[3] = [0, 0, 0];
    var shortfalls[32];
    for (var i = 0; i < 32; i++) {
        shortfalls[i] = 0;
    }
    var pairShortfalls[7] = [0, 0, 0, 0, 0, 0, 0];
    for (var k = 0; k < SLOTS; k++) {
        slot[k] = StressSlot(LOSS_BITS);
        slot[k].equityE6 <== equityE6[k];
        slot[k].stressedE6 <== stressedE6[k];
        slot[k].btcTailLossQ8 <== [pairQ8[k][0], pairQ8[k][1]];
        slot[k].regularEquityQ8 <== pairQ8[k][2];
        weight[k] = AccountWeight();
        weight[k].place <== place[k];
        weight[k].isUsed <== isUsed[k];
        weight[k].start <== start;
        weight[k].power <== power;
        var equities = 0;
        for (var j = 0; j < 11; j++) {
            column[k][j] <== rho[j] * slot[k].word[j];
            equities += column[k][j];
            word[13 * k + j] <== slot[k].word[j];
        }
        for (var t = 0; t < 3; t++) {
            column[k][11 + t] <== rho[11 + t] * pairQ8[k][t];
            equities += column[k][11 + t];
        }
        weighed[k] <== weight[k].weight * equities;
        marked[k] <== weight[k].weight * equityE6[k];
        // Each is less than 2^65 in either direction, by the shortfalls that are of it.
        word[13 * k + 11] <== equityE6[k] + pairQ8[k][0] * 2 ** 66 + pairQ8[k][1] * 2 ** 132;
        word[13 * k + 12] <== place[k] + 64 * isUsed[k] + 128 * pairQ8[k][2];
        sum[0] += weighed[k];
        sum[1] += marked[k];
        sum[2] += slot[k].shortfallE6;
        for (var i = 0; i < 32; i++) {
            shortfalls[i] += slot[k].shortfallQ8[i];
        }
        for (var p = 0; p < PAIR_TOTALS(); p++) {
            pairShortfalls[p] += slot[k].pairShortfallQ8[p];
        }
    }
    stressLink <== sum[0];
    markLink <== sum[1];
    deficitE6 <== sum[2];
    for (var i = 0; i < 32; i++) {
        shortfallQ8[i] <== shortfalls[i];
    }
    pairShortfallQ8 <== pairShortfalls;
}
