// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-constant.circom";
include "arithmetic/div-floor.circom";
include "arithmetic/range.circom";

/**
 * @title TotalRequirement
 * @notice One of the two margins (docs/spec.md §5):
 * ⌈factor · scan / (10^4 · 2^16)⌉ + ⌈contingencies / (10^4 · 2^10)⌉ + what is charged further.
 * @input scanQ16 Σ_u of the scan ranges, below 2^100
 * @input factorBps 16 bits
 * @input contingenciesBpsQ10 below 2^100
 * @input furtherE6 below 2^80
 * @output requirementE6 below 2^96
 * Assumes the ranges. Guarantees the requirement, exactly: it is bounded here, and with it the part
 * of the scan. Cost: 282 constraints.
 */
template TotalRequirement() {
    signal input {maxbit} scanQ16;
    signal input {maxbit} factorBps;
    signal input contingenciesBpsQ10;
    signal input furtherE6;
    signal output {maxbit} requirementE6;
    assert(scanQ16.maxbit <= 100);
    assert(factorBps.maxbit <= 16);

    // ⌈x / d⌉ = ⌊(x + d − 1) / d⌋; factor · scan < 2^116 and d < 2^30.
    var DIVISOR = 10 ** 4 * 2 ** 16;
    signal scanRequirementE6 <== SignedDivFloor(30)(factorBps * scanQ16 + DIVISOR - 1, DIVISOR);
    signal contingenciesE6 <== DivCeilConstant(10 ** 4 * 2 ** 10, 77)(contingenciesBpsQ10);

    // In size the scan's part is below 2^96 + 2^77 + 2^80 with this range.
    requirementE6 <== Range(96)(scanRequirementE6 + contingenciesE6 + furtherE6);
}
