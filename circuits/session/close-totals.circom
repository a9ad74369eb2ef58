// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "arithmetic/shift.circom";
include "session/lanes.circom";

/** Scenarios whose shortfall a session counts of every account: all but the disclosed tails. */
function COVERED_SCENARIOS() { return 28; }

/**
 * @title CloseTotals
 * @notice What a closed session says of a venue, packed (docs/spec.md §10.7): the exact model's roundings
 * are added once, 8 units of E6 an account.
 * @input accountCount; quoteE6, balanceE8[3], heavy, uncovered, uncoveredNotionalE6, deficitE6, shortfallQ8[32],
 * pairShortfallQ8[7] of the last state
 * @output owed quote + 2^95 (96) | BTC (80) | accounts (25) | heavy (25) | uncovered (25)
 * @output coins ETH (80) | stETH (80) | deficit (84)
 * @output shortfalls[12] covered ids in order, then pairs, and last the notional: three of 84 bits a word
 * Assumes nothing. Guarantees the amounts, rounded up; what does not fit has no witness. Cost: 3,655 constraints.
 */
template CloseTotals() {
    var COVERED = COVERED_SCENARIOS();
    signal input accountCount;
    signal input quoteE6;
    signal input balanceE8[3];
    signal input heavy;
    signal input uncovered;
    signal input uncoveredNotionalE6;
    signal input deficitE6;
    signal input shortfallQ8[32];
    signal input pairShortfallQ8[7];
    signal output owed;
    signal output coins;
    signal output shortfalls[12];

    // 1. Widths.
    component quoteRange = Range(96);
    quoteRange.in <== quoteE6 + 2 ** 95;
    component coinRange[3];
    for (var c = 0; c < 3; c++) {
        coinRange[c] = Range(80);
        coinRange[c].in <== balanceE8[c];
    }
    component countRange[3];
    for (var i = 0; i < 3; i++) {
        countRange[i] = Range(25);
    }
    countRange[0].in <== accountCount;
    countRange[1].in <== heavy;
    countRange[2].in <== uncovered;
    // Of at most 2^24 accounts, each below 2^60.
    component notionalRange = Range(84);
    notionalRange.in <== uncoveredNotionalE6;
    component deficitRange = Range(80);
    deficitRange.in <== deficitE6;

    // 2. Units of 2^-8 to whole ones, rounded up.
    var LANES = COVERED + PAIR_TOTALS();
    component whole[LANES];
    var lane[LANES + 1];
    var at = 0;
    for (var id = 1; id <= 32; id++) {
        if (isDisclosedScenario(id) == 0) {
            whole[at] = FloorShift(88, 8);
            whole[at].in <== shortfallQ8[id - 1] + 255;
            lane[at] = whole[at].out + 8 * accountCount;
            at++;
        } else {
            _ <== shortfallQ8[id - 1];
        }
    }
    for (var p = 0; p < PAIR_TOTALS(); p++) {
        whole[at] = FloorShift(88, 8);
        whole[at].in <== pairShortfallQ8[p] + 255;
        lane[at] = whole[at].out + 8 * accountCount;
        at++;
    }
    lane[at] = notionalRange.out;

    // 3. Words.
    owed <== quoteRange.out + coinRange[0].out * 2 ** 96 + countRange[0].out * 2 ** 176
        + countRange[1].out * 2 ** 201 + countRange[2].out * 2 ** 226;
    coins <== coinRange[1].out + coinRange[2].out * 2 ** 80
        + (deficitRange.out + 8 * accountCount) * 2 ** 160;
    for (var w = 0; w < 12; w++) {
        shortfalls[w] <== lane[3 * w] + lane[3 * w + 1] * 2 ** 84 + lane[3 * w + 2] * 2 ** 168;
    }
}
