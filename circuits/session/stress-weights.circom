// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/scenario-layout.circom";
include "session/lanes.circom";

/**
 * @title StressWeights
 * @notice What one unit of equity, and one unit of coins, weigh in the words of a stress slot.
 * @input rho[13] powers of ρ; lossQ24[2][24] of the terms
 * @output onesRho Σ over ids of ρ^word · lane, 2^8 times for ids whose index moves
 * @output coinRho[2] Σ over these ids of ρ^word · lane · loss of a coin; of BTC less what it loses after ids 22 and
 * 23 by itself, ρ^11 and ρ^12 times: a slot has equities, but losses of BTC
 * Assumes nothing. Guarantees the sums. Cost: 20 constraints.
 */
template StressWeights() {
    signal input rho[13];
    signal input lossQ24[2][24];
    signal output onesRho;
    signal output coinRho[2];

    var ones = 0;
    for (var id = 1; id <= 32; id++) {
        ones += rho[wordOfScenario(id)] * 2 ** (shiftOfScenario(id) + 8 * isMovedScenario(id));
    }
    onesRho <== ones;
    signal part[2][9];
    signal tail[2];
    for (var u = 0; u < 2; u++) {
        var coins = 0;
        for (var j = 2; j < 11; j++) {
            var losses = 0;
            for (var id = 3; id <= 26; id++) {
                if (wordOfScenario(id) == j) {
                    losses += lossQ24[u][id - 3] * 2 ** shiftOfScenario(id);
                }
            }
            part[u][j - 2] <== rho[j] * losses;
            coins += part[u][j - 2];
        }
        if (u == 0) {
            tail[0] <== rho[11] * lossQ24[0][22 - 3];
            tail[1] <== rho[12] * lossQ24[0][23 - 3];
            coins -= tail[0] + tail[1];
        }
        coinRho[u] <== coins;
    }
}
