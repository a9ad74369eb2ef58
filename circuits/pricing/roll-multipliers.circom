// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";

/**
 * @title RollMultipliers
 * @notice RollMultiplier of a roll and of its opposite. The first terms of the series are multiples
 * of 2^26, so only the last two are floored.
 * @input rollQ10 0 … 127
 * @output upQ24 of rollQ10, downQ24 of −rollQ10; 2^24 at 0
 * Assumes the width of its input. Guarantees the floors: 174763·127^3 + 43·127^4 + 2^25 < 2^39, and
 * 174763·ρ^3 − 43·ρ^4 is below 5,200·2^26 < 2^39 − 2^25.
 * Cost: 81 constraints.
 */
template RollMultipliers() {
    signal input rollQ10;
    signal output upQ24;
    signal output downQ24;

    signal square <== rollQ10 * rollQ10;
    signal cube <== square * rollQ10;
    signal fourth <== square * square;
    var OFFSET = 5200;
    signal above <== FloorShift(39, 26)(174763 * cube + 43 * fourth + (1 << 25));
    signal below <== FloorShift(39, 26)(OFFSET * (1 << 26) - 174763 * cube + 43 * fourth + (1 << 25));
    upQ24 <== (1 << 24) + rollQ10 * (1 << 14) + square * (1 << 3) + above;
    downQ24 <== (1 << 24) - rollQ10 * (1 << 14) + square * (1 << 3) + below - OFFSET;
}
