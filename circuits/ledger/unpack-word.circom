// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title UnpackWord
 * @notice Splits a packed word into its fields, least significant first.
 * @param COUNT number of fields
 * @param WIDTHS bits of each field
 * @input word below 2^(sum of WIDTHS), enforced here
 * @output field[COUNT] raw (unsigned, still biased) values; field[i] is below 2^WIDTHS[i]
 * Assumes nothing. Guarantees the split is unique: the widths sum to at most 253 bits, so two splits
 * of one word could not differ by the field order.
 * Cost: one constraint per bit.
 */
template UnpackWord(COUNT, WIDTHS) {
    var total = 0;
    for (var i = 0; i < COUNT; i++) {
        total += WIDTHS[i];
    }
    assert(total <= 253);

    signal input word;
    signal output field[COUNT];

    component bits = Num2Bits(total);
    bits.in <== word;
    var offset = 0;
    for (var i = 0; i < COUNT; i++) {
        var value = 0;
        for (var b = 0; b < WIDTHS[i]; b++) {
            value += bits.out[offset + b] * (1 << b);
        }
        field[i] <== value;
        offset += WIDTHS[i];
    }
}
