// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "margin/marginal-charge.circom";

/**
 * @title ContingencyCharge
 * @notice The contingencies at the rates of one margin, before the division (docs/spec.md §5):
 * 2^10 · (short·shortOption + perpetual·perpetual + future·future) + Σ_u concentration_u.
 * @input shortOptionE6, perpetualE6, futureE6, dollarDeltaE6[2], threshold[2][3], above[2][3] of
 * ContingencyBases
 * @input shortOptionBps, perpetualBps, futureBps, marginalBps[4] 16 bits each
 * @output totalBpsQ10 in E6 · bps · 2^10, below 2^100
 * Assumes the ranges. Guarantees the total, exactly. Cost: 17 constraints.
 */
template ContingencyCharge() {
    signal input shortOptionE6;
    signal input perpetualE6;
    signal input futureE6;
    signal input dollarDeltaE6[2];
    signal input threshold[2][3];
    signal input above[2][3];
    signal input {maxbit} shortOptionBps;
    signal input {maxbit} perpetualBps;
    signal input {maxbit} futureBps;
    signal input {maxbit} marginalBps[4];
    signal output totalBpsQ10;
    assert(shortOptionBps.maxbit <= 16 && perpetualBps.maxbit <= 16 && futureBps.maxbit <= 16);
    assert(marginalBps.maxbit <= 16);

    signal shortOptionCharge <== shortOptionBps * shortOptionE6;
    signal perpetualCharge <== perpetualBps * perpetualE6;
    signal futureCharge <== futureBps * futureE6;

    component concentration[2];
    for (var u = 0; u < 2; u++) {
        concentration[u] = MarginalCharge();
        concentration[u].amount <== dollarDeltaE6[u] * 2 ** 4;
        concentration[u].threshold <== threshold[u];
        concentration[u].above <== above[u];
        concentration[u].rate <== marginalBps;
    }

    totalBpsQ10 <== 2 ** 10 * (shortOptionCharge + perpetualCharge + futureCharge)
        + 2 ** 6 * (concentration[0].total + concentration[1].total);
}
