// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title MarginalCharge
 * @notice A charge whose rate rises with size, band by band:
 * rate₀ · amount + Σ_{j=1..3} (rate_j − rate_{j−1}) · max(0, amount − threshold_j).
 * @input amount, threshold[3] in one unit
 * @input above[3] flags of Bands: amount ≥ threshold_j
 * @input rate[4] at most 16 bits
 * @output total the charge
 * Assumes the flags of this amount and these thresholds. Guarantees the total, exactly, where the
 * products do not leave the field (the caller's widths). Cost: 7 constraints.
 */
template MarginalCharge() {
    signal input amount;
    signal input threshold[3];
    signal input above[3];
    signal input rate[4];
    signal output total;

    signal excess[3];
    signal charge[4];
    charge[0] <== rate[0] * amount;
    var sum = charge[0];
    for (var j = 0; j < 3; j++) {
        excess[j] <== above[j] * (amount - threshold[j]);
        charge[j + 1] <== (rate[j + 1] - rate[j]) * excess[j];
        sum += charge[j + 1];
    }
    total <== sum;
}
