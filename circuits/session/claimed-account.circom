// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";

/**
 * @title ClaimedAccount
 * @notice One account of a batch: its leaf with pages closed, and, where it is light, that its gross bound
 * covers it (docs/spec.md §10.5).
 * @param LOSS_BITS width of losses
 * @input isPresent 0 for a leaf without an account, enforced flag
 * @input identityWord, balancesWord, page[4] the words of the leaf
 * @input hasPage[4] whether a page is not 0, enforced
 * @input isHeavy enforced flag
 * @input surplusE10, bandShareQ40 of the gross bound
 * @input priceE4[3], lightBps[3], lightCapE12 of the terms
 * @output leaf
 * @output quoteE6, balanceE8[3] of the account, 0 where there is none
 * Assumes the sums show surplus and share to be those of the positions. Guarantees the fields are the
 * only ones under leaf, and that a light account is covered. Cost: 831 constraints.
 */
template ClaimedAccount(LOSS_BITS) {
    signal input isPresent;
    signal input identityWord;
    signal input balancesWord;
    signal input page[4];
    signal input hasPage[4];
    signal input isHeavy;
    signal input surplusE10;
    signal input bandShareQ40;
    signal input priceE4[3];
    signal input lightBps[3];
    signal input lightCapE12;
    signal output leaf;
    signal output quoteE6;
    signal output balanceE8[3];

    // 1. The leaf. Without an account it is 0, the balances are, and no page is claimed.
    isPresent * (isPresent - 1) === 0;
    component balances = UnpackWord(4, [64, 56, 56, 56]);
    balances.word <== balancesWord;
    (1 - isPresent) * (balancesWord - 2 ** 63) === 0;
    quoteE6 <== balances.field[0] - 2 ** 63;
    for (var c = 0; c < 3; c++) {
        balanceE8[c] <== balances.field[1 + c];
    }
    component hash = HashWords(TAG_ACCOUNT(), 6);
    hash.word[0] <== identityWord;
    hash.word[1] <== balancesWord;
    for (var k = 0; k < 4; k++) {
        hash.word[2 + k] <== page[k];
        hasPage[k] * (hasPage[k] - isPresent) === 0;
        (1 - hasPage[k]) * page[k] === 0;
    }
    leaf <== isPresent * hash.hash;
    isHeavy * (isHeavy - isPresent) === 0;

    // 2. Light: coins within the first tier, surplus at gross losses, deltas within the first band.
    signal coins[3];
    signal counted[3];
    var coinsE12 = 0;
    var countedE16 = 0;
    for (var c = 0; c < 3; c++) {
        coins[c] <== priceE4[c] * balanceE8[c];
        counted[c] <== lightBps[c] * coins[c];
        coinsE12 += coins[c];
        countedE16 += counted[c];
    }
    signal roomE12 <== (1 - isHeavy) * (lightCapE12 - coinsE12);
    signal roomE16 <== (1 - isHeavy) * (10 ** 6 * (10 ** 4 * quoteE6 + surplusE10) + countedE16);
    signal roomQ40 <== (1 - isHeavy) * (2 ** 40 - bandShareQ40);
    component capRange = Range(80);
    capRange.in <== roomE12;
    _ <== capRange.out;
    component surplusRange = Range(LOSS_BITS + 36);
    surplusRange.in <== roomE16;
    _ <== surplusRange.out;
    component shareRange = Range(41);
    shareRange.in <== roomQ40;
    _ <== shareRange.out;
}
