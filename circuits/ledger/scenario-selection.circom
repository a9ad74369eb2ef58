// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/unpack-word.circom";

/**
 * @title ScenarioSelection
 * @notice Opens the exhibited scenario of one underlying: id 0 is the mark, ids 1 … 32 lie four to a
 * word (docs/spec.md §2.5).
 * @input scenarioId 0 … 32; any other value has no witness
 * @input scenarioWord[8] the grid's words
 * @output multiplierQ24 27 bits
 * @output logMoveQ10 signed 12 bits
 * @output dampingQ16 17 bits
 * @output vol[3] bits of the code of the vol shock, least significant first
 * @output roll[2] bits of 0 none, 1 up, 2 down
 * Assumes the words are committed by the caller. Guarantees the outputs are those of scenarioId.
 * Cost: 290 constraints.
 */
template ScenarioSelection() {
    signal input scenarioId;
    signal input scenarioWord[8];
    signal output {maxbit} multiplierQ24;
    signal output logMoveQ10;
    signal output {maxbit} dampingQ16;
    signal output vol[3];
    signal output roll[2];
    multiplierQ24.maxbit = 27;
    dampingQ16.maxbit = 17;

    // 1. scenarioId = 0, or 1 + 4 · word + lane.
    // The one-hots are unique: booleans of which word and lane each have exactly one set unless
    // isMark is, so 0 and 1 … 32 are 33 different values of the sum, and each has one decomposition.
    signal isMark;
    signal isWord[8];
    signal isLane[4];
    isMark <-- scenarioId == 0 ? 1 : 0;
    isMark * (isMark - 1) === 0;
    var words = 0;
    var lanes = 0;
    var sum = 0;
    for (var j = 0; j < 8; j++) {
        // Unique by the sum below.
        isWord[j] <-- scenarioId != 0 && (scenarioId - 1) \ 4 == j ? 1 : 0;
        isWord[j] * (isWord[j] - 1) === 0;
        words += isWord[j];
        sum += 4 * j * isWord[j];
    }
    for (var lane = 0; lane < 4; lane++) {
        // Unique by the sum below.
        isLane[lane] <-- scenarioId != 0 && (scenarioId - 1) % 4 == lane ? 1 : 0;
        isLane[lane] * (isLane[lane] - 1) === 0;
        lanes += isLane[lane];
        sum += (lane + 1) * isLane[lane];
    }
    words === 1 - isMark;
    lanes === 1 - isMark;
    sum === scenarioId;

    // 2. The word; 0 for the mark.
    signal part[8];
    var selected = 0;
    for (var j = 0; j < 8; j++) {
        part[j] <== isWord[j] * scenarioWord[j];
        selected += part[j];
    }

    // 3. Its four lanes, and of every field the one of the lane; the mark's own where it is chosen.
    var MARK[5] = [(1 << 24), (1 << 11), (1 << 16), 0, 0];
    component unpacked = UnpackWord(20, [
        27, 12, 17, 3, 2, 27, 12, 17, 3, 2, 27, 12, 17, 3, 2, 27, 12, 17, 3, 2
    ]);
    unpacked.word <== selected;
    signal fieldOfLane[5][4];
    signal field[5];
    for (var f = 0; f < 5; f++) {
        var value = isMark * MARK[f];
        for (var lane = 0; lane < 4; lane++) {
            fieldOfLane[f][lane] <== isLane[lane] * unpacked.field[5 * lane + f];
            value += fieldOfLane[f][lane];
        }
        field[f] <== value;
    }
    multiplierQ24 <== field[0];
    logMoveQ10 <== field[1] - (1 << 11);
    dampingQ16 <== field[2];
    vol <== Num2Bits(3)(field[3]);
    roll <== Num2Bits(2)(field[4]);
}
