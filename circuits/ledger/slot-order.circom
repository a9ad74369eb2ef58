// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/**
 * @title SlotOrder
 * @notice Occupied slots come first and their keys increase strictly: no instrument twice, no second
 * order of the same positions.
 * @param SLOTS number of slots
 * @input key[SLOTS] instrument keys, below 2^76 of their 79 bits
 * @input occupied[SLOTS] flags
 * Assumes keys below 2^76 (the underlying is 0 or 1), boolean flags and occupied = 0 only with key 0 (Slot).
 * Guarantees the order. Cost: 78 constraints per slot after the first.
 */
template SlotOrder(SLOTS) {
    signal input {maxbit} key[SLOTS];
    signal input {binary} occupied[SLOTS];
    assert(key.maxbit <= 76);

    signal step[SLOTS];
    component increasing[SLOTS];
    step[0] <== 0;
    for (var i = 1; i < SLOTS; i++) {
        occupied[i] * (1 - occupied[i - 1]) === 0;
        // In [0, 2^76): a key that does not increase gives −1 − |difference|, far beyond 2^76 in the field.
        step[i] <== occupied[i] * (key[i] - key[i - 1] - 1);
        increasing[i] = Range(76);
        increasing[i].in <== step[i];
        _ <== increasing[i].out;
    }
}
