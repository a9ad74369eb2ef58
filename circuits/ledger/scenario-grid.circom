// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "arithmetic/range.circom";
include "ledger/hash-words.circom";
include "ledger/scenario-layout.circom";

/**
 * @title ScenarioGrid
 * @notice Opens all 32 scenarios of both underlyings and enforces the scenario layout of version 1
 * (docs/spec.md §2.5): the fields that it leaves free are unpacked, everything else of a lane must
 * equal the layout's constant.
 * @input scenarioWord[2][8] the grids' words
 * @output scenarioDigest[2] hashWords(SCENARIOS, words)
 * @output multiplierQ24[2][32] 27 bits, of ids 1 … 32
 * @output logMoveQ10[2][32] signed 12 bits
 * @output dampingQ16[2][32] 17 bits
 * Assumes the caller binds the digests. Guarantees the fields are the only ones under them; a grid of
 * another layout has no witness.
 * Cost: 2,904 constraints.
 */
template ScenarioGrid() {
    signal input scenarioWord[2][8];
    signal output scenarioDigest[2];
    signal output {maxbit} multiplierQ24[2][32];
    signal output logMoveQ10[2][32];
    signal output {maxbit} dampingQ16[2][32];
    multiplierQ24.maxbit = 27;
    dampingQ16.maxbit = 17;

    var LANE = 61;
    signal move[2][32];
    signal damping[2][32];
    component moveBits[2][32];
    component dampingRange[2][32];
    for (var u = 0; u < 2; u++) {
        scenarioDigest[u] <== HashWords(TAG_SCENARIOS(), 8)(scenarioWord[u]);
        for (var word = 0; word < 8; word++) {
            var packed = 0;
            for (var lane = 0; lane < 4; lane++) {
                var id = 4 * word + lane + 1;
                var i = id - 1;
                // Unique: move and damping are within their widths, so the sum below is a packing
                // without carries, below 2^244; only one of them equals the word.
                if (isMovedScenario(id) == 1) {
                    move[u][i] <-- (scenarioWord[u][word] >> (LANE * lane)) & ((1 << 39) - 1);
                    moveBits[u][i] = Num2Bits(39);
                    moveBits[u][i].in <== move[u][i];
                    var multiplier = 0;
                    var biasedMove = 0;
                    for (var b = 0; b < 27; b++) {
                        multiplier += moveBits[u][i].out[b] * (1 << b);
                    }
                    for (var b = 27; b < 39; b++) {
                        biasedMove += moveBits[u][i].out[b] * (1 << (b - 27));
                    }
                    multiplierQ24[u][i] <== multiplier;
                    logMoveQ10[u][i] <== biasedMove - (1 << 11);
                } else {
                    move[u][i] <== (1 << 24) + (1 << 38);
                    multiplierQ24[u][i] <== 1 << 24;
                    logMoveQ10[u][i] <== 0;
                }
                if (isDampedScenario(id) == 1) {
                    // Unique: with the packing, as above.
                    damping[u][i] <-- (scenarioWord[u][word] >> (LANE * lane + 39)) & ((1 << 17) - 1);
                    dampingRange[u][i] = Range(17);
                    dampingRange[u][i].in <== damping[u][i];
                    _ <== dampingRange[u][i].out;
                } else {
                    damping[u][i] <== 1 << 16;
                }
                dampingQ16[u][i] <== damping[u][i];
                var codes = volCodeOf(id) + 8 * rollCodeOf(id);
                packed += (move[u][i] + damping[u][i] * (1 << 39) + codes * (1 << 56))
                    * (1 << (LANE * lane));
            }
            scenarioWord[u][word] === packed;
        }
    }
}
