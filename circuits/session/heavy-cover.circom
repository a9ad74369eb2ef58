// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "margin/bands.circom";
include "margin/marginal-charge.circom";

/**
 * @title HeavyCover
 * @notice Whether a heavy account has its maintenance margin, and whether no pair of covered scenarios
 * leaves it short (docs/spec.md §10.5); counting one as neither needs no proof.
 * @param LOSS_BITS width of losses
 * @input equityE6, chargeE10 of the account
 * @input deltaE6[4] dollar deltas up and down of BTC, of ETH
 * @input largerDeltaE6[2] the prover's: at least both and 0
 * @input maximumE6[2], wholeE6[2], holds[2], haircutUnits[2] by underlying
 * @input isCovered, isSafe flags, enforced here
 * @input bandEdgeE6[2][3], largestLossQ24[2], marginalBps[4], factorBps of the terms
 * @output lossQ8 the two scans together: maxima, or what coins alone can lose
 * Assumes whole losses and units bounded by whoever makes them, and nothing lost where nothing is held; band edges in order and below 2^LOSS_BITS.
 * Guarantees that an account that is called covered or safe is. Cost: 707 constraints.
 */
template HeavyCover(LOSS_BITS) {
    signal input equityE6;
    signal input chargeE10;
    signal input deltaE6[4];
    signal input largerDeltaE6[2];
    signal input maximumE6[2];
    signal input wholeE6[2];
    signal input holds[2];
    signal input haircutUnits[2];
    signal input isCovered;
    signal input isSafe;
    signal input bandEdgeE6[2][3];
    signal input largestLossQ24[2];
    signal input marginalBps[4];
    signal input factorBps;
    signal output lossQ8;

    // 1. Concentration, and the scan of each underlying: its maximum, or what coins alone can lose.
    component deltaRange[4];
    component bands[2];
    component concentration[2];
    signal coinLoss[2];
    signal coinScan[2];
    component maximumRange[2];
    var chargesE10 = chargeE10;
    var scanQ8 = 0;
    var wholeQ8 = 0;
    for (var u = 0; u < 2; u++) {
        for (var i = 2 * u; i < 2 * u + 2; i++) {
            deltaRange[i] = Range(LOSS_BITS + 1);
            deltaRange[i].in <== largerDeltaE6[u] - deltaE6[i];
            _ <== deltaRange[i].out;
        }
        bands[u] = Bands(LOSS_BITS);
        bands[u].amount <== largerDeltaE6[u];
        bands[u].threshold <== bandEdgeE6[u];
        concentration[u] = MarginalCharge();
        concentration[u].amount <== largerDeltaE6[u];
        concentration[u].threshold <== bandEdgeE6[u];
        concentration[u].above <== bands[u].above;
        concentration[u].rate <== marginalBps;
        chargesE10 += concentration[u].total;
        maximumRange[u] = Range(LOSS_BITS);
        maximumRange[u].in <== maximumE6[u];
        _ <== maximumRange[u].out;
        coinLoss[u] <== haircutUnits[u] * largestLossQ24[u];
        coinScan[u] <== (1 - holds[u]) * coinLoss[u];
        scanQ8 += 256 * maximumE6[u] + coinScan[u];
        wholeQ8 += 256 * wholeE6[u] + coinScan[u];
    }

    lossQ8 <== scanQ8;

    // 2. The requirement.
    isCovered * (isCovered - 1) === 0;
    signal requirement <== factorBps * scanQ8;
    signal slack <== isCovered * (256 * (10 ** 4 * equityE6 - chargesE10) - requirement);
    component slackRange = Range(LOSS_BITS + 24);
    slackRange.in <== slack;
    _ <== slackRange.out;

    // 3. What both underlyings lose at most, in whatever covered scenarios, is there.
    isSafe * (isSafe - 1) === 0;
    signal room <== isSafe * (256 * equityE6 - wholeQ8);
    component roomRange = Range(LOSS_BITS + 10);
    roomRange.in <== room;
    _ <== roomRange.out;
}
