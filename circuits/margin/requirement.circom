// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-constant.circom";
include "arithmetic/div-floor.circom";
include "arithmetic/range.circom";

/**
 * @title Requirement
 * @notice Maintenance requirement from the damped losses and the contingencies (docs/spec.md §5):
 * ⌈mmFactor · Σ_u loss_u / (10^4 · 2^16)⌉ + ⌈contingencies / (10^4 · 2^10)⌉.
 * @input lossQ16[2] damped loss of each underlying, |·| < 2^99
 * @input mmFactorBps 16 bits
 * @input contingenciesBpsQ10 below 2^100
 * @output requirementE6 below 2^88
 * Assumes the ranges, and that the caller bounds |requirementE6| below 2^200 (its comparison with the
 * equity does; a range of its own would be paid for twice). Guarantees Σ_u loss_u ≥ 0 (a pair of scenarios in which the account gains has no
 * witness: the scan range is never negative) and the requirement, exactly.
 * @assumes lossQ16 in [1 - 2 ** 99, 2 ** 99)
 * @assumes contingenciesBpsQ10 in [0, 2 ** 100)
 * @assumes requirementE6 in [0 - 2 ** 200, 2 ** 200)
 * Cost: 286 constraints.
 */
template Requirement() {
    signal input lossQ16[2];
    signal input {maxbit} mmFactorBps;
    signal input contingenciesBpsQ10;
    signal output requirementE6;
    assert(mmFactorBps.maxbit <= 16);

    component scanQ16 = Range(100);
    scanQ16.in <== lossQ16[0] + lossQ16[1];

    // ⌈x / d⌉ = ⌊(x + d − 1) / d⌋; mmFactor · scan < 2^116 and d < 2^30.
    var DIVISOR = 10 ** 4 * 2 ** 16;
    signal scanRequirementE6 <== SignedDivFloor(30)(mmFactorBps * scanQ16.out + DIVISOR - 1, DIVISOR);

    // 2^100 / (10^4 · 2^10) < 2^77: with this range the caller's bound is one on the scan part.
    signal contingenciesE6 <== DivCeilConstant(10 ** 4 * 2 ** 10, 77)(contingenciesBpsQ10);
    requirementE6 <== scanRequirementE6 + contingenciesE6;
}
