// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "dynamic/scaled-move.circom";
include "ledger/hash-words.circom";
include "ledger/scenario-grid.circom";

/** First id of the group that shares a scenario's move: where vol alone differs. */
function groupOf(id) {
    var group[21] = [0, 0, 0, 3, 3, 5, 5, 7, 7, 7, 10, 10, 10, 13, 13, 13, 16, 16, 16, 19, 20];
    return group[id];
}

/**
 * @title EffectiveGrid
 * @notice Both scenario grids under their multipliers (docs/spec.md §9): the moves of ids 3 … 20 scaled,
 * the weights of the tails 21 … 26 too, all else as it is.
 * @input scenarioWord[2][8] of the base set
 * @input multiplierQ20[2] below 2^23
 * @output baseDigest[2], effectiveDigest[2] hashWords(SCENARIOS, words) of both
 * Assumes the caller binds the digests. Guarantees the effective grid is the only one of the base grid;
 * a base grid of another layout, or with two moves in a group, has no witness.
 * Cost: 8,962 constraints.
 */
template EffectiveGrid() {
    signal input scenarioWord[2][8];
    signal input multiplierQ20[2];
    signal output baseDigest[2];
    signal output effectiveDigest[2];

    var LANE = 61;
    component grid = ScenarioGrid();
    grid.scenarioWord <== scenarioWord;
    baseDigest <== grid.scenarioDigest;

    component scaled[2][21];
    component damping[2][6];
    for (var u = 0; u < 2; u++) {
        var word[8];
        for (var id = 1; id <= 32; id++) {
            var multiplier = grid.multiplierQ24[u][id - 1];
            var move = grid.logMoveQ10[u][id - 1];
            var weight = grid.dampingQ16[u][id - 1];
            if (id >= 3 && id <= 20) {
                var first = groupOf(id);
                if (id == first) {
                    scaled[u][id] = ScaledMove();
                    scaled[u][id].logMoveQ10 <== move;
                    scaled[u][id].multiplierQ20 <== multiplierQ20[u];
                } else {
                    grid.logMoveQ10[u][id - 1] === grid.logMoveQ10[u][first - 1];
                }
                multiplier = scaled[u][first].multiplierQ24;
                move = scaled[u][first].scaledQ10;
            } else if (id >= 21 && id <= 26) {
                damping[u][id - 21] = ScaledDamping();
                damping[u][id - 21].dampingQ16 <== weight;
                damping[u][id - 21].multiplierQ20 <== multiplierQ20[u];
                weight = damping[u][id - 21].scaledQ16;
            }
            var codes = volCodeOf(id) + 8 * rollCodeOf(id);
            // Every field within its width: the sum is a packing, and the word has one reading.
            word[(id - 1) \ 4] += (multiplier + (move + 2 ** 11) * 2 ** 27 + weight * 2 ** 39 + codes * 2 ** 56)
                * (1 << (LANE * ((id - 1) % 4)));
        }
        effectiveDigest[u] <== HashWords(TAG_SCENARIOS(), 8)(word);
    }
    // The moves of the other lanes' multipliers are the base's, taken as they are.
    for (var u = 0; u < 2; u++) {
        for (var id = 3; id <= 20; id++) {
            _ <== grid.multiplierQ24[u][id - 1];
        }
    }
}
