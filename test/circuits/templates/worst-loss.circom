// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "margin/worst-scenario.circom";

// WorstScenario behind the range checks that its tags stand for.
template WorstLoss() {
    signal input lossE6Q152[32];
    signal input dampingQ16[32];
    signal output scanQ16;
    signal output worstId;

    signal {maxbit} damping[32];
    damping.maxbit = 17;
    for (var i = 0; i < 32; i++) {
        damping[i] <== Range(17)(dampingQ16[i]);
    }
    component worst = WorstScenario();
    worst.lossE6Q152 <== lossE6Q152;
    worst.dampingQ16 <== damping;
    scanQ16 <== worst.scanQ16;
    worstId <== worst.worstId;
}
