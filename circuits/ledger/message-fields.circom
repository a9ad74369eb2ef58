// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title MessageFields
 * @notice Splits the first word of an inbox message (docs/spec.md §7) and tells the kinds that change
 * one leaf and need no valuation.
 * @input word kind (8) | accountIndex (24) | settlementNonce (32) | amountE6 (64)
 * @output isFreeze, isTakeover, isRestriction, isDeposit which kind it is: 1, 3, 4 or 16; with none of
 * them 2, an unfreeze
 * @output indexBit[24] bits of the account index, least significant first
 * @output accountIndex, settlementNonce, amountE6
 * Assumes nothing. Guarantees that the fields are the only ones of the word, and that its kind is one
 * of the five: a message of another kind, a withdrawal among them, has no witness.
 * Cost: 126 constraints.
 */
template MessageFields() {
    signal input word;
    signal output {binary} isFreeze;
    signal output {binary} isTakeover;
    signal output {binary} isRestriction;
    signal output {binary} isDeposit;
    signal output {binary} indexBit[24];
    signal output accountIndex;
    signal output settlementNonce;
    signal output amountE6;

    signal bit[128] <== Num2Bits(128)(word);

    // 1. Kinds 1, 2 and 3 are bits 0, 1 and both; 4 and 16 are bit 2 and bit 4 alone.
    isTakeover <== bit[0] * bit[1];
    isFreeze <== bit[0] - isTakeover;
    isRestriction <== bit[2];
    isDeposit <== bit[4];
    var isUnfreeze = bit[1] - isTakeover;
    isFreeze + isUnfreeze + isTakeover + isRestriction + isDeposit === 1;
    bit[3] === 0;
    bit[5] === 0;
    bit[6] === 0;
    bit[7] === 0;

    // 2. The numbers.
    for (var i = 0; i < 24; i++) {
        indexBit[i] <== bit[8 + i];
    }
    var index = 0;
    for (var i = 0; i < 24; i++) {
        index += bit[8 + i] * (1 << i);
    }
    accountIndex <== index;
    var nonce = 0;
    for (var i = 0; i < 32; i++) {
        nonce += bit[32 + i] * (1 << i);
    }
    settlementNonce <== nonce;
    var amount = 0;
    for (var i = 0; i < 64; i++) {
        amount += bit[64 + i] * (1 << i);
    }
    amountE6 <== amount;
}
