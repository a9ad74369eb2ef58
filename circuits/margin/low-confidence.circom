// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "margin/route.circom";

/**
 * @title LowConfidence
 * @notice Σ index · lots · max(0, threshold − confidence) over the charged positions (docs/spec.md §5).
 * The confidence is that of the position's slice; of the index where it has none.
 * @param COUNT number of positions, at most 64
 * @input underlying[COUNT], chargedLots[COUNT] of ContingencyBases
 * @input isListed[COUNT], sliceConfidenceQ10[COUNT] of PositionSlice
 * @input indexE4[2], confidenceQ10[2] of the snapshot
 * @input thresholdQ10 11 bits
 * @output baseQ10 in E6 · 2^10, below 2^80
 * Assumes the widths. Guarantees the sum, exactly. Cost: 17 · COUNT + 2 constraints.
 */
template LowConfidence(COUNT) {
    signal input underlying[COUNT];
    signal input chargedLots[COUNT];
    signal input isListed[COUNT];
    signal input sliceConfidenceQ10[COUNT];
    signal input {maxbit} indexE4[2];
    signal input {maxbit} confidenceQ10[2];
    signal input {maxbit} thresholdQ10;
    signal output baseQ10;
    assert(confidenceQ10.maxbit <= 11 && thresholdQ10.maxbit <= 11);

    component doubt[COUNT];
    component lots = Route(COUNT);
    lots.underlying <== underlying;
    signal ofIndex[COUNT];
    signal ofPosition[COUNT];
    for (var i = 0; i < COUNT; i++) {
        ofIndex[i] <== confidenceQ10[0] + underlying[i] * (confidenceQ10[1] - confidenceQ10[0]);
        ofPosition[i] <== ofIndex[i] + isListed[i] * (sliceConfidenceQ10[i] - ofIndex[i]);
        doubt[i] = MaxZero(11);
        doubt[i].in <== thresholdQ10 - ofPosition[i];
        _ <== doubt[i].negative;
        lots.amount[i] <== chargedLots[i] * doubt[i].out;
    }
    signal base[2];
    for (var u = 0; u < 2; u++) {
        base[u] <== indexE4[u] * lots.total[u];
    }
    baseQ10 <== base[0] + base[1];
}
