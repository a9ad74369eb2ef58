// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-floor.circom";

/**
 * @title TenorValue
 * @notice Interpolates one column of the tenor table: x_i − ⌊(x_i − x_{i+1})·offset / width⌋, flat
 * outside. A rising column is interpolated as its negative.
 * @param BITS width of x_i − x_{i+1}
 * @input leaf[16], offset, width of TenorInterval
 * @input column[14] non-increasing, signed
 * @output value at τ
 * Assumes what TenorInterval guarantees. Guarantees the value of the specification; a column that
 * rises within the interval has no witness (the parameter loader refuses it).
 * Cost: BITS + 81 constraints.
 */
template TenorValue(BITS) {
    signal input leaf[16];
    signal input offset;
    signal input width;
    signal input column[14];
    signal output value;

    // Knot i starts interval i + 2; before the first knot its value holds.
    signal start[14];
    signal fall[13];
    var from = 0;
    var change = 0;
    for (var i = 0; i < 14; i++) {
        start[i] <== (i == 0 ? leaf[0] + leaf[1] + leaf[2] : leaf[i + 2]) * column[i];
        from += start[i];
    }
    for (var i = 0; i < 13; i++) {
        fall[i] <== leaf[i + 2] * (column[i] - column[i + 1]);
        change += fall[i];
    }
    // Where the column does not fall the dividend is 0 and so is the quotient.
    component fallen = DivFloor(26, BITS);
    fallen.dividend <== change * offset;
    fallen.divisor <== width;
    value <== from - fallen.quotient;
}
