// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/scenario-layout.circom";
include "session/lanes.circom";

/** 2^24 less the multiplier of the deepest roll, −127 of 2^-10: what a future or a perpetual loses by it. */
function DEEPEST_ROLL_LOSS_Q24() { return 1956904; }

/**
 * @title CloseMoves
 * @notice Holds a session's terms of the two underlyings to the tick (docs/spec.md §10.2): losses, dampings
 * and rates are those of the parameters, largest loss and band edges at least as strict.
 * @input multiplierQ24[2][32], scenarioDampingQ16[2][32] of ScenarioGrid; depthQuote[2] of MarketSnapshot
 * @input setBandsQ10[3], setMarginalBps[4], setFactorBps of MarginTerms
 * @input lossQ24[2][24], dampingQ16[2][6], bandEdgeE6[2][3], largestLossQ24[2], marginalBps[4], factorBps the
 * terms, largest losses of 32 bits
 * Assumes the set's numbers bound by the caller. Guarantees losses, rates, the factor, and dampings of at
 * least 1; a largest loss no smaller than any it stands for; bands that begin no higher than the set's, in
 * order and below 2^52. Rates that fall with the band, or a factor above the whole, have no witness.
 * Cost: 2,950 constraints.
 */
template CloseMoves() {
    signal input {maxbit} multiplierQ24[2][32];
    signal input {maxbit} scenarioDampingQ16[2][32];
    signal input {maxbit} depthQuote[2];
    signal input {maxbit} setBandsQ10[3];
    signal input {maxbit} setMarginalBps[4];
    signal input {maxbit} setFactorBps;
    signal input lossQ24[2][24];
    signal input dampingQ16[2][6];
    signal input bandEdgeE6[2][3];
    signal input largestLossQ24[2];
    signal input marginalBps[4];
    signal input factorBps;

    // 1. Rates.
    factorBps === setFactorBps;
    component factorRange = Range(14);
    factorRange.in <== 10 ** 4 - factorBps;
    _ <== factorRange.out;
    component rateRange[3];
    for (var j = 0; j < 4; j++) {
        marginalBps[j] === setMarginalBps[j];
        if (j > 0) {
            rateRange[j - 1] = Range(16);
            rateRange[j - 1].in <== marginalBps[j] - marginalBps[j - 1];
            _ <== rateRange[j - 1].out;
        }
    }

    component lossRoom[2][24];
    component rollRoom[2];
    component dampingRange[2][6];
    component edgeRange[2][4];
    component bandRoom[2][3];
    signal damped[2][4];
    signal band[2][3];
    for (var u = 0; u < 2; u++) {
        // 2. Losses of ids 3 … 26; dampings, one of 0 as the least that there is.
        rollRoom[u] = Range(33);
        rollRoom[u].in <== largestLossQ24[u] - DEEPEST_ROLL_LOSS_Q24();
        _ <== rollRoom[u].out;
        for (var id = 1; id <= 32; id++) {
            if (isMovedScenario(id) == 1) {
                lossQ24[u][id - 3] === 2 ** 24 - multiplierQ24[u][id - 1];
            } else {
                _ <== multiplierQ24[u][id - 1];
            }
            if (isDampedScenario(id) == 1) {
                var own = dampingQ16[u][id - 21];
                var set = scenarioDampingQ16[u][id - 1];
                (own - set) * (own - set - 1) === 0;
                set * (own - set) === 0;
                dampingRange[u][id - 21] = Range(17);
                dampingRange[u][id - 21].in <== own - 1;
                _ <== dampingRange[u][id - 21].out;
            } else {
                _ <== scenarioDampingQ16[u][id - 1];
            }
            // 3. The largest of them, damped in disclosed tails alone. Below 2^33 and 2^49.
            if (isDisclosedScenario(id) == 1) {
                damped[u][disclosedPlace(id)] <== scenarioDampingQ16[u][id - 1] * lossQ24[u][id - 3];
                lossRoom[u][id - 3] = Range(50);
                lossRoom[u][id - 3].in <== largestLossQ24[u] * 2 ** 16 - damped[u][disclosedPlace(id)];
                _ <== lossRoom[u][id - 3].out;
            } else if (isMovedScenario(id) == 1) {
                lossRoom[u][id - 3] = Range(33);
                lossRoom[u][id - 3].in <== largestLossQ24[u] - lossQ24[u][id - 3];
                _ <== lossRoom[u][id - 3].out;
            }
        }

        // 4. Bands begin no later than the multiple of the depth: 16 and 40 bits, times 10^6, in Q10.
        for (var j = 0; j < 4; j++) {
            edgeRange[u][j] = Range(52);
            edgeRange[u][j].in <== (j < 3 ? bandEdgeE6[u][j] : 2 ** 52 - 1)
                - (j > 0 ? bandEdgeE6[u][j - 1] : 0);
            _ <== edgeRange[u][j].out;
        }
        for (var j = 0; j < 3; j++) {
            band[u][j] <== setBandsQ10[j] * depthQuote[u];
            bandRoom[u][j] = Range(76);
            bandRoom[u][j].in <== band[u][j] * 10 ** 6 - bandEdgeE6[u][j] * 2 ** 10;
            _ <== bandRoom[u][j].out;
        }
    }
}
