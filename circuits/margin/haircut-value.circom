// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-constant.circom";
include "margin/bands.circom";
include "margin/marginal-charge.circom";

/**
 * @title HaircutValue
 * @notice Value v of collateral after marginal haircuts (docs/spec.md §5):
 * ⌊((10^4 − h₀)·v − Σ (h_j − h_{j−1})·max(0, v − T_j·10^6)) / 10^4⌋, rounded against the account.
 * @input wholeQuote whole USD of v
 * @input fractionE6 the rest of v, 0 … 10^6 − 1
 * @input thresholdQuote[3] T_j, whole USD, 40 bits
 * @input haircutBps[4] h_j, 14 bits
 * @output haircutValueE6 0 … v, below 2^77
 * Assumes non-decreasing haircuts of at most 10^4 and increasing thresholds (loader rules): then
 * nothing is negative. Guarantees 0 ≤ wholeQuote < 2^58 and the value, exactly. Cost: 237 constraints.
 */
template HaircutValue() {
    signal input wholeQuote;
    signal input fractionE6;
    signal input {maxbit} thresholdQuote[3];
    signal input {maxbit} haircutBps[4];
    signal output {maxbit} haircutValueE6;
    assert(thresholdQuote.maxbit <= 57);
    assert(haircutBps.maxbit <= 14);
    haircutValueE6.maxbit = 77;

    // 1. The part taken away, in bps · E6. v ≥ T · 10^6 exactly when its whole part is ≥ T.
    component bands = Bands(57);
    bands.amount <== wholeQuote;
    bands.threshold <== thresholdQuote;
    component taken = MarginalCharge();
    taken.amount <== wholeQuote * 10 ** 6 + fractionE6;
    for (var j = 0; j < 3; j++) {
        taken.threshold[j] <== thresholdQuote[j] * 10 ** 6;
    }
    taken.above <== bands.above;
    taken.rate <== haircutBps;

    // 2. What is left is non-negative and below 2^77 · 10^4.
    component left = DivFloorConstant(10 ** 4, 77);
    left.dividend <== 10 ** 4 * taken.amount - taken.total;
    haircutValueE6 <== left.quotient;
}
