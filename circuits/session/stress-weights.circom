// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/scenario-layout.circom";
include "session/lanes.circom";

/**
 * @title StressWeights
 * @notice What one unit of equity, and one unit of coins, weigh in the words of a stress slot.
 * @input rho[11] powers of ρ; lossQ24[2][24] of the terms
 * @output onesRho Σ over ids of ρ^word · lane, 2^8 times for ids whose index moves
 * @output coinRho[2] Σ over these ids of ρ^word · lane · loss of a coin
 * Assumes nothing. Guarantees the sums. Cost: 18 constraints.
 */
template StressWeights() {
    signal input rho[11];
    signal input lossQ24[2][24];
    signal output onesRho;
    signal output coinRho[2];

    var ones = 0;
    for (var id = 1; id <= 32; id++) {
        ones += rho[wordOfScenario(id)] * 2 ** (shiftOfScenario(id) + 8 * isMovedScenario(id));
    }
    onesRho <== ones;
    signal part[2][9];
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
        coinRho[u] <== coins;
    }
}
