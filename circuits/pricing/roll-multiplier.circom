// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";

/**
 * @title RollMultiplier
 * @notice e^(ρ/1024) at Q24 by its series to the fourth order, within 3·10^-7.
 * @input rollQ10 signed, |rollQ10| ≤ 127
 * @output multiplierQ24 of the specification; 2^24 at 0
 * Assumes the width of its input. Guarantees the floor: the series stays within 2^48 of 2^50.
 * Cost: 52 constraints.
 */
template RollMultiplier() {
    signal input rollQ10;
    signal output multiplierQ24;

    signal square <== rollQ10 * rollQ10;
    signal cube <== square * rollQ10;
    signal fourth <== square * square;
    var seriesQ50 = 2 ** 50 + 2 ** 40 * rollQ10 + 2 ** 29 * square + 174763 * cube + 43 * fourth + 2 ** 25;

    signal aboveLowest <== FloorShift(49, 26)(seriesQ50 - (2 ** 50 - 2 ** 48));
    multiplierQ24 <== aboveLowest + 2 ** 24 - 2 ** 22;
}
