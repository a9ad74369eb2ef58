// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-constant.circom";
include "arithmetic/div-floor.circom";
include "arithmetic/max-zero.circom";
include "margin/low-confidence.circom";

/**
 * @title InitialContingencies
 * @notice What the initial margin charges beyond the maintenance contingencies (docs/spec.md §5): low
 * confidence of the oracle, age of the index, and collateral of its own kind of risk.
 * @param COUNT number of positions, at most 64
 * @input underlying, chargedLots, isListed, sliceConfidenceQ10 [COUNT] as in LowConfidence
 * @input indexE4[2], confidenceQ10[2], time, indexTime of the snapshot
 * @input dollarDeltaE6[2] below 2^71
 * @input haircutValueE6[3] below 2^77, imExtraBps[3] 14 bits
 * @input confidenceBps, confidenceThresholdQ10, latencyBpsPerSecondX10, latencyMaxBps of MarginTerms
 * @output totalE6 sum of the three lines, each rounded up; below 2^80
 * Assumes the ranges, threshold ≥ 1 (loader rule) and indexTime ≤ time (document rule).
 * Guarantees the total, exactly. Cost: 17 · COUNT + 398 constraints.
 */
template InitialContingencies(COUNT) {
    signal input underlying[COUNT];
    signal input chargedLots[COUNT];
    signal input isListed[COUNT];
    signal input sliceConfidenceQ10[COUNT];
    signal input {maxbit} indexE4[2];
    signal input {maxbit} confidenceQ10[2];
    signal input {maxbit} time;
    signal input {maxbit} indexTime;
    signal input dollarDeltaE6[2];
    signal input {maxbit} haircutValueE6[3];
    signal input {maxbit} imExtraBps[3];
    signal input {maxbit} confidenceBps;
    signal input {maxbit} confidenceThresholdQ10;
    signal input {maxbit} latencyBpsPerSecondX10;
    signal input {maxbit} latencyMaxBps;
    signal output totalE6;
    assert(time.maxbit <= 32 && indexTime.maxbit <= 32);
    assert(haircutValueE6.maxbit <= 77 && imExtraBps.maxbit <= 14);
    assert(confidenceBps.maxbit <= 16 && confidenceThresholdQ10.maxbit <= 11);
    assert(latencyBpsPerSecondX10.maxbit <= 16 && latencyMaxBps.maxbit <= 16);

    // 1. Confidence: ⌈imBps · Σ base · doubt / (10^4 · threshold)⌉. A doubt is at most the threshold and
    // the bases sum to less than 2^32 · 2^37, so the quotient is below 2^16 · 2^69 / 10^4 < 2^72.
    component doubted = LowConfidence(COUNT);
    doubted.underlying <== underlying;
    doubted.chargedLots <== chargedLots;
    doubted.isListed <== isListed;
    doubted.sliceConfidenceQ10 <== sliceConfidenceQ10;
    doubted.indexE4 <== indexE4;
    doubted.confidenceQ10 <== confidenceQ10;
    doubted.thresholdQ10 <== confidenceThresholdQ10;
    component confidence = DivFloor(25, 72);
    confidence.divisor <== 10 ** 4 * confidenceThresholdQ10;
    confidence.dividend <== confidenceBps * doubted.baseQ10 + confidence.divisor - 1;

    // 2. Latency: min(a, b) = a − max(0, a − b); a rate of 16 bits times an age of 32 bits.
    signal agedBpsX10 <== latencyBpsPerSecondX10 * (time - indexTime);
    component excess = MaxZero(48);
    excess.in <== 10 * latencyMaxBps - agedBpsX10;
    _ <== excess.negative;
    signal latencyCharge <== (dollarDeltaE6[0] + dollarDeltaE6[1])
        * (10 * latencyMaxBps - excess.out);
    // 2^72 · 10 · 2^16 / 10^5 < 2^75.
    signal latencyE6 <== DivCeilConstant(10 ** 5, 75)(latencyCharge);

    // 3. Collateral: 3 · 2^77 · 2^14 / 10^4 < 2^80.
    signal assetCharge[3];
    for (var c = 0; c < 3; c++) {
        assetCharge[c] <== haircutValueE6[c] * imExtraBps[c];
    }
    signal collateralE6 <== DivCeilConstant(10 ** 4, 80)(
        assetCharge[0] + assetCharge[1] + assetCharge[2]
    );

    totalE6 <== confidence.quotient + latencyE6 + collateralE6;
}
