// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title BoundedFloor
 * @notice A value floored to whole E4, and shown to be no higher than a bound, from one decomposition: that
 * of the distance to the bound, of which the whole part is bound − floor.
 * @param SHIFT bits below E4
 * @input in a value in units of 2^-SHIFT E4
 * @input boundE4 what its floor is at most, below 2^45
 * @output valueE4 ⌊in / 2^SHIFT⌋
 * Assumes nothing. Guarantees the floor, and boundE4 − 2^40 < valueE4 ≤ boundE4: anything else has no
 * witness. Cost: SHIFT + 40 constraints.
 */
template BoundedFloor(SHIFT) {
    signal input in;
    signal input boundE4;
    signal output valueE4;

    // (bound + 1)·2^SHIFT − 1 − in = q·2^SHIFT + r with r below 2^SHIFT: in = (bound − q)·2^SHIFT + (2^SHIFT − 1 − r).
    component bits = Num2Bits(SHIFT + 40);
    bits.in <== (boundE4 + 1) * 2 ** SHIFT - 1 - in;
    var below = 0;
    for (var i = 0; i < 40; i++) {
        below += bits.out[SHIFT + i] * (1 << i);
    }
    for (var i = 0; i < SHIFT; i++) {
        _ <== bits.out[i];
    }
    valueE4 <== boundE4 - below;
}
