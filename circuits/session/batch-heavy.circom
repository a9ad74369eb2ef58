// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "session/account-weight.circom";
include "session/coin-units.circom";
include "session/heavy-cover.circom";

/**
 * @title BatchHeavy
 * @notice The heavy accounts of a batch, margined (docs/spec.md §10.5).
 * @param SLOTS accounts; @param LOSS_BITS width of losses
 * @input place, isUsed of every slot; quoteE6, balanceE8 copies of its account's
 * @input valueE6, chargeE10, deltaE6[4], notionalE6 sums over its positions; largerDeltaE6[2]
 * @input maximumE6, wholeE6, holds, haircutUnits, grossUnits by underlying; standing[2] covered, safe
 * @input terms as CoinUnits and HeavyCover take them
 * @input start, power[6] of AccountWeight; columnRho[4] ρ^23 … ρ^26, regularRho ρ^13; links[40] powers of λ
 * @input onesRho, coinRho[2] Σ over ids of ρ^j · lane, of 1 and of a unit of coins
 * @output word[8 · SLOTS] what the batch commits to; identity
 * @output copyLink, halfLink, stressLink, markLink by weight
 * @output heavy, uncovered numbers of accounts; uncoveredNotionalE6
 * Assumes nothing: sums, copies and halves are held to it by the links. Cost: 1,574 constraints a slot.
 */
template BatchHeavy(SLOTS, LOSS_BITS) {
    signal input place[SLOTS];
    signal input isUsed[SLOTS];
    signal input quoteE6[SLOTS];
    signal input balanceE8[SLOTS][3];
    signal input valueE6[SLOTS];
    signal input chargeE10[SLOTS];
    signal input deltaE6[SLOTS][4];
    signal input notionalE6[SLOTS];
    signal input largerDeltaE6[SLOTS][2];
    signal input maximumE6[SLOTS][2];
    signal input wholeE6[SLOTS][2];
    signal input holds[SLOTS][2];
    signal input haircutUnits[SLOTS][2];
    signal input grossUnits[SLOTS][2];
    signal input standing[SLOTS][2];
    signal input assetUnderlying[3];
    signal input tierEdgeE8[3][3];
    signal input tierRateE8[3][4];
    signal input priceE4[3];
    signal input bandEdgeE6[2][3];
    signal input largestLossQ24[2];
    signal input marginalBps[4];
    signal input factorBps;
    signal input start;
    signal input power[6];
    signal input columnRho[4];
    signal input regularRho;
    signal input links[40];
    signal input onesRho;
    signal input coinRho[2];
    signal output word[8 * SLOTS];
    signal output identity;
    signal output copyLink;
    signal output halfLink;
    signal output stressLink;
    signal output markLink;
    signal output heavy;
    signal output uncovered;
    signal output uncoveredNotionalE6;

    component coins[SLOTS];
    component cover[SLOTS];
    component weight[SLOTS];
    component notionalRange[SLOTS];
    signal column[SLOTS][4];
    signal weighed[SLOTS];
    signal copied[SLOTS][3];
    signal open[SLOTS];
    signal unsafe[SLOTS];
    signal unsafeWeight[SLOTS];
    signal half[SLOTS][2][5];
    signal weighedHalves[SLOTS];
    signal stressed[SLOTS][5];
    signal haircutLossQ8[SLOTS][2];
    signal marked[SLOTS];
    signal openNotional[SLOTS];
    var sum[8];
    for (var i = 0; i < 8; i++) {
        sum[i] = 0;
    }
    for (var h = 0; h < SLOTS; h++) {
        // 1. Coins and cover.
        coins[h] = CoinUnits();
        coins[h].balanceE8 <== balanceE8[h];
        coins[h].assetUnderlying <== assetUnderlying;
        coins[h].tierEdgeE8 <== tierEdgeE8;
        coins[h].tierRateE8 <== tierRateE8;
        coins[h].priceE4 <== priceE4;
        coins[h].haircutUnits <== haircutUnits[h];
        coins[h].grossUnits <== grossUnits[h];
        var grossE6 = quoteE6[h] + 2 ** 16 * (grossUnits[h][0] + grossUnits[h][1]) + valueE6[h];
        cover[h] = HeavyCover(LOSS_BITS);
        cover[h].equityE6 <== quoteE6[h] + 2 ** 16 * (haircutUnits[h][0] + haircutUnits[h][1]) + valueE6[h];
        cover[h].chargeE10 <== chargeE10[h];
        cover[h].deltaE6 <== deltaE6[h];
        cover[h].largerDeltaE6 <== largerDeltaE6[h];
        cover[h].maximumE6 <== maximumE6[h];
        cover[h].wholeE6 <== wholeE6[h];
        cover[h].holds <== holds[h];
        cover[h].haircutUnits <== haircutUnits[h];
        cover[h].isCovered <== standing[h][0];
        cover[h].isSafe <== standing[h][1];
        cover[h].bandEdgeE6 <== bandEdgeE6;
        cover[h].largestLossQ24 <== largestLossQ24;
        cover[h].marginalBps <== marginalBps;
        cover[h].factorBps <== factorBps;

        // Bounds what of the position sums stands in lanes: no loss where the index stands and no delta is
        // four times as large, no other loss than sixteen times (docs/spec.md §10.5).
        notionalRange[h] = Range(60);
        notionalRange[h].in <== notionalE6[h];
        _ <== notionalRange[h].out;

        // 2. Its weight, and its columns under it.
        weight[h] = AccountWeight();
        weight[h].place <== place[h];
        weight[h].isUsed <== isUsed[h];
        weight[h].start <== start;
        weight[h].power <== power;
        var w = weight[h].weight;
        var deltas = deltaE6[h][0] + deltaE6[h][1] * 2 ** 63 + deltaE6[h][2] * 2 ** 126
            + deltaE6[h][3] * 2 ** 189;
        column[h][0] <== columnRho[0] * valueE6[h];
        column[h][1] <== columnRho[1] * chargeE10[h];
        column[h][2] <== columnRho[2] * deltas;
        column[h][3] <== columnRho[3] * notionalE6[h];
        weighed[h] <== w * (column[h][0] + column[h][1] + column[h][2] + column[h][3]);

        // 3. Links: its copy, its half-slots, its stress slot.
        var packed = balanceE8[h][0] + balanceE8[h][1] * 2 ** 58 + balanceE8[h][2] * 2 ** 116;
        copied[h][0] <== links[33] * quoteE6[h];
        copied[h][1] <== links[34] * packed;
        copied[h][2] <== w * (links[32] + copied[h][0] + copied[h][1]);
        open[h] <== isUsed[h] * (1 - standing[h][0]);
        unsafe[h] <== isUsed[h] * (1 - standing[h][1]);
        unsafeWeight[h] <== w * (1 - standing[h][1]);
        for (var u = 0; u < 2; u++) {
            holds[h][u] * (holds[h][u] - 1) === 0;
            (1 - holds[h][u]) * maximumE6[h][u] === 0;
            (1 - holds[h][u]) * wholeE6[h][u] === 0;
            half[h][u][0] <== links[36] * haircutUnits[h][u];
            half[h][u][1] <== links[37] * unsafe[h];
            half[h][u][2] <== links[39] * wholeE6[h][u];
            half[h][u][3] <== holds[h][u] * (links[35] + half[h][u][0] + half[h][u][1] + half[h][u][2]
                + maximumE6[h][u]);
            half[h][u][4] <== (u == 0 ? 1 : links[38]) * half[h][u][3];
        }
        weighedHalves[h] <== w * (half[h][0][4] + half[h][1][4]);
        stressed[h][0] <== onesRho * grossE6;
        stressed[h][1] <== coinRho[0] * grossUnits[h][0];
        stressed[h][2] <== coinRho[1] * grossUnits[h][1];
        // After a pair of no tails: maxima bound what is lost with coins after haircut, and what the haircut
        // took off loses the largest loss at most.
        for (var u = 0; u < 2; u++) {
            haircutLossQ8[h][u] <== (grossUnits[h][u] - haircutUnits[h][u]) * largestLossQ24[u];
        }
        stressed[h][3] <== regularRho
            * (256 * grossE6 - cover[h].lossQ8 - haircutLossQ8[h][0] - haircutLossQ8[h][1]);
        stressed[h][4] <== unsafeWeight[h]
            * (stressed[h][0] - stressed[h][1] - stressed[h][2] + stressed[h][3]);
        marked[h] <== unsafeWeight[h] * grossE6;
        openNotional[h] <== open[h] * notionalE6[h];

        // 4. What is committed.
        word[8 * h] <== packed + (place[h] + 64 * isUsed[h] + 128 * standing[h][0] + 256 * holds[h][0]
            + 512 * holds[h][1] + 1024 * standing[h][1]) * 2 ** 174;
        word[8 * h + 1] <== quoteE6[h];
        word[8 * h + 2] <== valueE6[h];
        word[8 * h + 3] <== chargeE10[h];
        word[8 * h + 4] <== deltas;
        word[8 * h + 5] <== notionalE6[h];
        word[8 * h + 6] <== maximumE6[h][0] + maximumE6[h][1] * 2 ** 64 + haircutUnits[h][0] * 2 ** 128
            + haircutUnits[h][1] * 2 ** 176;
        word[8 * h + 7] <== grossUnits[h][0] + grossUnits[h][1] * 2 ** 64 + wholeE6[h][0] * 2 ** 128
            + wholeE6[h][1] * 2 ** 192;
        sum[0] += weighed[h];
        sum[1] += copied[h][2];
        sum[2] += weighedHalves[h];
        sum[3] += stressed[h][4];
        sum[4] += marked[h];
        sum[5] += isUsed[h];
        sum[6] += open[h];
        sum[7] += openNotional[h];
    }
    identity <== sum[0];
    copyLink <== sum[1];
    halfLink <== sum[2];
    stressLink <== sum[3];
    markLink <== sum[4];
    heavy <== sum[5];
    uncovered <== sum[6];
    uncoveredNotionalE6 <== sum[7];
    for (var i = 0; i < 32; i++) {
        _ <== links[i];
    }
}
