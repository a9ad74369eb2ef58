// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title AccountWeight
 * @notice Weight of one account of a batch, by its place: start · α^place where the slot is used, else 0.
 * @input place of the account in the batch, 6 bits
 * @input isUsed flag, enforced here
 * @input start weight of the batch's first account
 * @input power[6] α^1, α^2, α^4 … α^32
 * @output weight
 * Assumes the powers. Guarantees the weight, and a place within 6 bits. Cost: 23 constraints.
 */
template AccountWeight() {
    signal input place;
    signal input isUsed;
    signal input start;
    signal input power[6];
    signal output weight;

    isUsed * (isUsed - 1) === 0;
    component bits = Num2Bits(6);
    bits.in <== place;
    signal factor[6];
    signal product[7];
    product[0] <== start * isUsed;
    for (var k = 0; k < 6; k++) {
        factor[k] <== bits.out[k] * (power[k] - 1);
        product[k + 1] <== product[k] * (1 + factor[k]);
    }
    weight <== product[6];
}
