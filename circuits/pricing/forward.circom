// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";

/**
 * @title Forward
 * @notice F = ⌈index·ratio / 2^30⌉: a slice quotes its forward as a ratio to the index, so that a
 * fresh index never meets a stale forward. Rounded up so that a forward is never 0.
 * @input indexE4 1 … 2^37
 * @input forwardRatioQ30 1 … 2^32
 * @output forwardE4 1 … 2^39, tagged with 40 bits
 * Assumes the ranges of its inputs. Guarantees the ceiling.
 * Cost: 71 constraints.
 */
template Forward() {
    signal input indexE4;
    signal input forwardRatioQ30;
    signal output {maxbit} forwardE4;
    forwardE4.maxbit = 40;

    component ceiling = CeilShift(40, 30);
    ceiling.in <== indexE4 * forwardRatioQ30;
    forwardE4 <== ceiling.out;
}
