// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "session/account-weight.circom";
include "session/page-unit.circom";

/**
 * @title BatchPages
 * @notice The page units of a batch at their accounts, and what their slots add to the poles of rows
 * (docs/spec.md §10.6).
 * @param FULL, SMALL units of 16 and of 6 slots
 * @input place, pageNumber, isUsed, isHeavy of every unit, full ones first
 * @input lots, row, keyWord of the full ones; smallLots, smallRow, smallKeyWord
 * @input session β; start, power[6] of AccountWeight; links[40] powers of λ
 * @output word[4 · FULL + 2 · SMALL] what the batch commits to
 * @output pageLink, countLink, heavyLink as BatchAccounts has them
 * @output pole[6], keys, balance sums of the slots
 * Assumes nothing: a unit that opens another page than its account's breaks the links.
 * Cost: 1,146 constraints a full unit, 700 a small one.
 */
template BatchPages(FULL, SMALL) {
    var UNITS = FULL + SMALL;
    signal input place[UNITS];
    signal input pageNumber[UNITS];
    signal input isUsed[UNITS];
    signal input isHeavy[UNITS];
    signal input lots[FULL][16];
    signal input row[FULL][16];
    signal input keyWord[FULL][8];
    signal input smallLots[SMALL][6];
    signal input smallRow[SMALL][6];
    signal input smallKeyWord[SMALL][3];
    signal input session;
    signal input start;
    signal input power[6];
    signal input links[40];
    signal output word[4 * FULL + 2 * SMALL];
    signal output pageLink;
    signal output countLink;
    signal output heavyLink;
    signal output pole[6];
    signal output keys;
    signal output balance;

    component full[FULL];
    component small[SMALL];
    component weight[UNITS];
    component digit[UNITS];
    signal lastPage[UNITS];
    signal pageFactor[UNITS][3];
    signal pageWeight[UNITS];
    signal heavyWeight[UNITS];
    signal part[UNITS][10];
    var sum[11];
    for (var i = 0; i < 11; i++) {
        sum[i] = 0;
    }
    for (var g = 0; g < UNITS; g++) {
        // 1. Where it belongs: λ^page times the account's weight.
        isHeavy[g] * (isHeavy[g] - 1) === 0;
        weight[g] = AccountWeight();
        weight[g].place <== place[g];
        weight[g].isUsed <== isUsed[g];
        weight[g].start <== start;
        weight[g].power <== power;
        digit[g] = Num2Bits(2);
        digit[g].in <== pageNumber[g];
        lastPage[g] <== digit[g].out[0] * digit[g].out[1];
        pageFactor[g][0] <== (digit[g].out[0] - lastPage[g]) * (links[1] - 1);
        pageFactor[g][1] <== (digit[g].out[1] - lastPage[g]) * (links[2] - 1);
        pageFactor[g][2] <== lastPage[g] * (links[3] - 1);
        pageWeight[g] <== weight[g].weight
            * (1 + pageFactor[g][0] + pageFactor[g][1] + pageFactor[g][2]);
        heavyWeight[g] <== isHeavy[g] * weight[g].weight;

        // 2. What it opens.
        var tag = place[g] + 64 * pageNumber[g] + 256 * isUsed[g] + 512 * isHeavy[g];
        var hash;
        var sums[4];
        if (g < FULL) {
            full[g] = PageUnit(16);
            full[g].lots <== lots[g];
            full[g].row <== row[g];
            full[g].keyWord <== keyWord[g];
            full[g].tag <== tag;
            full[g].session <== session;
            for (var j = 0; j < 8; j++) {
                full[g].links[j] <== links[4 * j];
            }
            for (var j = 0; j < 3; j++) {
                word[4 * g + j] <== full[g].word[j];
            }
            word[4 * g + 3] <== full[g].hash;
            hash = full[g].hash;
            sums = [full[g].sumLots, full[g].sumShort, full[g].sumKeys, full[g].keys];
        } else {
            var s = g - FULL;
            small[s] = PageUnit(6);
            small[s].lots <== smallLots[s];
            small[s].row <== smallRow[s];
            small[s].keyWord <== smallKeyWord[s];
            small[s].tag <== tag;
            small[s].session <== session;
            for (var j = 0; j < 8; j++) {
                small[s].links[j] <== links[4 * j];
            }
            word[4 * FULL + 2 * s] <== small[s].word[0];
            word[4 * FULL + 2 * s + 1] <== small[s].hash;
            hash = small[s].hash;
            sums = [small[s].sumLots, small[s].sumShort, small[s].sumKeys, small[s].keys];
        }

        // 3. What it adds.
        part[g][0] <== weight[g].weight * sums[0];
        part[g][1] <== weight[g].weight * sums[1];
        part[g][2] <== heavyWeight[g] * sums[0];
        part[g][3] <== heavyWeight[g] * sums[1];
        part[g][4] <== pageWeight[g] * sums[2];
        part[g][5] <== isUsed[g] * (sums[0] + 2 * sums[1]);
        part[g][6] <== pageWeight[g] * sums[3];
        part[g][7] <== isUsed[g] * sums[0];
        part[g][8] <== pageWeight[g] * hash;
        part[g][9] <== isHeavy[g] * pageWeight[g];
        for (var i = 0; i < 10; i++) {
            sum[i] += part[g][i];
        }
        sum[10] += pageWeight[g];
    }
    for (var i = 0; i < 6; i++) {
        pole[i] <== sum[i];
    }
    keys <== sum[6];
    balance <== sum[7];
    pageLink <== sum[8];
    heavyLink <== sum[9];
    countLink <== sum[10];
    for (var i = 32; i < 40; i++) {
        _ <== links[i];
    }
    for (var i = 5; i < 32; i++) {
        if (i % 4 != 0) {
            _ <== links[i];
        }
    }
}
