// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/claimed-account.circom";
include "session/subtree-path.circom";

/**
 * @title BatchAccounts
 * @notice The accounts of a batch: their leaves under the root of the ledger, the light ones covered, and
 * what they add to sums and links (docs/spec.md §10.6).
 * @param SUBTREES, HEIGHT so many subtrees of 4^HEIGHT accounts that follow one another
 * @param LOSS_BITS width of losses
 * @input isUsed[SUBTREES] 1 … 1 0 … 0; an unused subtree holds no account and claims no place
 * @input children[SUBTREES][12 − HEIGHT][4], firstAccount, treeRoot of their paths
 * @input isPresent, identityWord, balancesWord, page, hasPage, isHeavy, surplusE10, bandShareQ40 of every
 * account, priceE4[3], lightBps[3], lightCapE12 of the terms: as ClaimedAccount takes them
 * @input start, alpha weights of the batch; shareRho ρ^27; links[40] powers of λ
 * @output word[2 · accounts] surplus and share of each; heavyFlags one bit each
 * @output balance[4] sums of quote, BTC, ETH, stETH; identity what light columns add
 * @output pageLink, countLink, heavyLink pages, their number, and those of heavy accounts, by weight
 * @output copyLink balances of heavy accounts by weight
 * @output nextAccount, nextWeight behind the batch
 * Assumes nothing. Guarantees that all leaves of the used subtrees are claimed, each at its weight.
 * Cost: 856 constraints an account beside the paths.
 */
template BatchAccounts(SUBTREES, HEIGHT, LOSS_BITS) {
    var SIZE = 4 ** HEIGHT;
    var ACCOUNTS = SUBTREES * SIZE;
    var UP = 12 - HEIGHT;
    signal input isUsed[SUBTREES];
    signal input children[SUBTREES][UP][4];
    signal input firstAccount;
    signal input treeRoot;
    signal input isPresent[ACCOUNTS];
    signal input identityWord[ACCOUNTS];
    signal input balancesWord[ACCOUNTS];
    signal input page[ACCOUNTS][4];
    signal input hasPage[ACCOUNTS][4];
    signal input isHeavy[ACCOUNTS];
    signal input surplusE10[ACCOUNTS];
    signal input bandShareQ40[ACCOUNTS];
    signal input priceE4[3];
    signal input lightBps[3];
    signal input lightCapE12;
    signal input start;
    signal input alpha;
    signal input shareRho;
    signal input links[40];
    signal output word[2 * ACCOUNTS];
    signal output heavyFlags;
    signal output balance[4];
    signal output identity;
    signal output pageLink;
    signal output countLink;
    signal output heavyLink;
    signal output copyLink;
    signal output nextAccount;
    signal output nextWeight;

    // 1. Accounts and what each adds under its weight.
    component account[ACCOUNTS];
    signal weight[ACCOUNTS + 1];
    signal heavyWeight[ACCOUNTS];
    signal pages[ACCOUNTS][4];
    signal counts[ACCOUNTS][4];
    signal weighedPages[ACCOUNTS];
    signal weighedCounts[ACCOUNTS];
    signal heavyCounts[ACCOUNTS];
    signal copied[ACCOUNTS][3];
    signal share[ACCOUNTS];
    signal light[ACCOUNTS];
    weight[0] <== start;
    var sum[9];
    for (var i = 0; i < 9; i++) {
        sum[i] = 0;
    }
    var flags = 0;
    for (var a = 0; a < ACCOUNTS; a++) {
        account[a] = ClaimedAccount(LOSS_BITS);
        account[a].isPresent <== isPresent[a];
        account[a].identityWord <== identityWord[a];
        account[a].balancesWord <== balancesWord[a];
        account[a].page <== page[a];
        account[a].hasPage <== hasPage[a];
        account[a].isHeavy <== isHeavy[a];
        account[a].surplusE10 <== surplusE10[a];
        account[a].bandShareQ40 <== bandShareQ40[a];
        account[a].priceE4 <== priceE4;
        account[a].lightBps <== lightBps;
        account[a].lightCapE12 <== lightCapE12;
        weight[a + 1] <== weight[a] * alpha;
        heavyWeight[a] <== isHeavy[a] * weight[a];

        var pageSum = 0;
        var countSum = 0;
        for (var k = 0; k < 4; k++) {
            pages[a][k] <== links[k] * page[a][k];
            counts[a][k] <== links[k] * hasPage[a][k];
            pageSum += pages[a][k];
            countSum += counts[a][k];
        }
        weighedPages[a] <== weight[a] * pageSum;
        weighedCounts[a] <== weight[a] * countSum;
        heavyCounts[a] <== isHeavy[a] * weighedCounts[a];
        copied[a][0] <== links[33] * account[a].quoteE6;
        copied[a][1] <== links[34] * (account[a].balanceE8[0] + account[a].balanceE8[1] * 2 ** 58
            + account[a].balanceE8[2] * 2 ** 116);
        copied[a][2] <== heavyWeight[a] * (links[32] + copied[a][0] + copied[a][1]);
        share[a] <== shareRho * bandShareQ40[a];
        light[a] <== weight[a] * (surplusE10[a] + share[a]);

        word[2 * a] <== surplusE10[a];
        word[2 * a + 1] <== bandShareQ40[a];
        flags += isHeavy[a] * 2 ** a;
        sum[0] += account[a].quoteE6;
        for (var c = 0; c < 3; c++) {
            sum[1 + c] += account[a].balanceE8[c];
        }
        sum[4] += light[a];
        sum[5] += weighedPages[a];
        sum[6] += weighedCounts[a];
        sum[7] += heavyCounts[a];
        sum[8] += copied[a][2];
    }
    heavyFlags <== flags;
    for (var i = 0; i < 4; i++) {
        balance[i] <== sum[i];
    }
    identity <== sum[4];
    pageLink <== sum[5];
    countLink <== sum[6];
    heavyLink <== sum[7];
    copyLink <== sum[8];
    nextWeight <== weight[ACCOUNTS];
    // Powers that other parts of the batch use.
    for (var i = 4; i < 32; i++) {
        _ <== links[i];
    }
    for (var i = 35; i < 40; i++) {
        _ <== links[i];
    }

    // 2. Subtrees, the first one used. A number that is no whole one has more bits than a path takes.
    component subtree[SUBTREES];
    isUsed[0] === 1;
    var used = 0;
    for (var s = 0; s < SUBTREES; s++) {
        isUsed[s] * (isUsed[s] - 1) === 0;
        if (s > 0) {
            isUsed[s] * (1 - isUsed[s - 1]) === 0;
        }
        subtree[s] = SubtreePath(HEIGHT, UP);
        subtree[s].number <== firstAccount * (1 / SIZE) + s;
        subtree[s].children <== children[s];
        subtree[s].treeRoot <== treeRoot;
        subtree[s].isUsed <== isUsed[s];
        for (var i = 0; i < SIZE; i++) {
            subtree[s].leaf[i] <== account[SIZE * s + i].leaf;
            (1 - isUsed[s]) * isPresent[SIZE * s + i] === 0;
        }
        used += isUsed[s];
    }
    nextAccount <== firstAccount + SIZE * used;
}
