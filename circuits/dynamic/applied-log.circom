// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";

/**
 * @title AppliedLog
 * @notice Hysteresis: what is applied rises at once and falls only by `hysteresisQ40` or more.
 * @input previousQ40 applied before, signed 42 bits
 * @input logQ40 the limited logarithm, signed 42 bits
 * @input hysteresisQ40 40 bits
 * @output appliedQ40 logQ40, or previousQ40 where it is above it by less than the hysteresis
 * Assumes these widths. Guarantees logQ40 ≤ appliedQ40. Cost: 92 constraints.
 */
template AppliedLog() {
    signal input previousQ40;
    signal input logQ40;
    signal input hysteresisQ40;
    signal output appliedQ40;

    component falls = MaxZero(43);
    falls.in <== previousQ40 - logQ40;
    component enough = MaxZero(43);
    enough.in <== previousQ40 - logQ40 - hysteresisQ40;
    _ <== enough.out;
    // Held: it would fall (or stay), and not by enough.
    signal isHeld <== (1 - falls.negative) * enough.negative;
    appliedQ40 <== logQ40 + isHeld * falls.out;
}
