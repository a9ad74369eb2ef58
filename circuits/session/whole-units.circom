// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "session/lanes.circom";

/**
 * @title WholeUnits
 * @notice A value floored twice from one decomposition: to whole E4, and to the units of light rates.
 * @param SHIFT bits below E4
 * @input in a value, 0 … 2^(40 + SHIFT) − 1
 * @output valueE4 ⌊in / 2^SHIFT⌋, below 2^40
 * @output units ⌊in / 2^(SHIFT + 12)⌋, below 2^28
 * Assumes nothing. Guarantees both floors; a value out of range, a negative one too, has no witness.
 * Cost: SHIFT + 40 constraints.
 */
template WholeUnits(SHIFT) {
    signal input in;
    signal output valueE4;
    signal output units;

    component bits = Num2Bits(SHIFT + 40);
    bits.in <== in;
    var value = 0;
    for (var i = 0; i < 40; i++) {
        value += bits.out[SHIFT + i] * (1 << i);
    }
    var high = 0;
    for (var i = LIGHT_RATE_SHIFT(); i < 40; i++) {
        high += bits.out[SHIFT + i] * (1 << (i - LIGHT_RATE_SHIFT()));
    }
    for (var i = 0; i < SHIFT; i++) {
        _ <== bits.out[i];
    }
    valueE4 <== value;
    units <== high;
}
